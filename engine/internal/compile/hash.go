package compile

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"

	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// hash tells whether two compilations would do the same with a record: it
// covers the pipeline without its comments and spacing, the settings, and
// which accounts it is bound to.
func (c *compiler) hash() string {
	h := sha256.New()
	hashNode(h, c.p.Node)
	hashText(h, string(item.AppendJSON(nil, c.settingsValue)))
	for _, e := range c.p.Connections.Entries {
		hashText(h, e.Key.Value)
		hashText(h, c.accounts[e.Key.Value].Name)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Mark changes when the account becomes another one of its vendor: with any of
// its settings but the secret ones, which change while it stays the same.
func (a *Account) Mark() string {
	h := sha256.New()
	for _, f := range a.Connector.Fields {
		if v, ok := a.Values[f.Name]; ok && !f.Secret {
			hashText(h, f.Name)
			hashText(h, string(item.AppendJSON(nil, v)))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func hashNode(h hash.Hash, n *syntax.Node) {
	if n == nil {
		return
	}
	h.Write([]byte{byte(n.Kind)})
	switch n.Kind {
	case syntax.Scalar:
		plain := "quoted"
		if n.Plain {
			plain = "plain"
		}
		hashText(h, plain)
		hashText(h, n.Text.Value)
	case syntax.Mapping:
		for _, p := range n.Pairs {
			hashText(h, p.Key.Text.Value)
			hashNode(h, p.Value)
		}
	case syntax.Sequence:
		for _, it := range n.Items {
			hashNode(h, it)
		}
	}
	h.Write([]byte{0xff})
}

// hashText writes a text so that no two rows of texts look the same.
func hashText(h hash.Hash, s string) {
	var size [8]byte
	binary.LittleEndian.PutUint64(size[:], uint64(len(s)))
	h.Write(size[:])
	h.Write([]byte(s))
}
