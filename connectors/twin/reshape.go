package twin

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/sluicehq/sluice/connectors/twin/fault"
	"github.com/sluicehq/sluice/connectors/twin/wire"
)

// repeatRows returns the body of a listing with its first rows once more at the
// end. Any other body comes back as it is.
func repeatRows(a wire.Answer, rows int) []byte {
	if a.Rows == "" {
		return a.Body
	}
	out, err := rewrite(a.Body, func(d *jsontext.Decoder, e *jsontext.Encoder, name string) (bool, error) {
		if name != a.Rows || d.StackDepth() != 1 {
			return false, nil
		}
		if err := e.WriteToken(jsontext.String(name)); err != nil {
			return true, err
		}
		return true, copyRows(d, e, rows)
	})
	if err != nil {
		return a.Body
	}
	return out
}

// copyRows copies a list and its first elements again.
func copyRows(d *jsontext.Decoder, e *jsontext.Encoder, rows int) error {
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	var list []jsontext.Value
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	list = append(list, list[:min(rows, len(list))]...)
	return json.MarshalEncode(e, list)
}

// reshape returns a body in another shape, as if the vendor had changed its API
// over night. A body that is no JSON comes back as it is.
func reshape(body []byte, f fault.Fault) []byte {
	if f.Member == "" {
		if !jsontext.Value(body).IsValid() {
			return body
		}
		return append(append([]byte(`{"data":`), body...), '}')
	}
	out, err := rewrite(body, func(d *jsontext.Decoder, e *jsontext.Encoder, name string) (bool, error) {
		if name != f.Member {
			return false, nil
		}
		v, err := d.ReadValue()
		if err != nil || f.As == "missing" {
			return true, err
		}
		if err := e.WriteToken(jsontext.String(cmp.Or(f.To, f.Member))); err != nil {
			return true, err
		}
		return true, e.WriteValue(recast(v, f.As))
	})
	if err != nil {
		return body
	}
	return out
}

// change is asked about each member whose name was read. It writes the member
// itself and returns true, or leaves it to be copied.
type change func(d *jsontext.Decoder, e *jsontext.Encoder, name string) (bool, error)

// rewrite copies a body, with members changed at any depth.
func rewrite(body []byte, c change) ([]byte, error) {
	var out bytes.Buffer
	d := jsontext.NewDecoder(bytes.NewReader(body))
	e := jsontext.NewEncoder(&out, jsontext.AllowDuplicateNames(true))
	if err := c.copy(d, e); err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return nil, errors.New("something follows the body")
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// copy copies one value.
func (c change) copy(d *jsontext.Decoder, e *jsontext.Encoder) error {
	kind := d.PeekKind()
	if kind != jsontext.KindBeginObject && kind != jsontext.KindBeginArray {
		v, err := d.ReadValue()
		if err != nil {
			return err
		}
		return e.WriteValue(v)
	}
	if err := copyToken(d, e); err != nil {
		return err
	}
	for k := d.PeekKind(); k != jsontext.KindEndObject && k != jsontext.KindEndArray; k = d.PeekKind() {
		var done bool
		var err error
		if kind == jsontext.KindBeginObject {
			done, err = c.member(d, e)
		}
		if err == nil && !done {
			err = c.copy(d, e)
		}
		if err != nil {
			return err
		}
	}
	return copyToken(d, e)
}

// member reads a name and asks about it; true means that its value is done.
func (c change) member(d *jsontext.Decoder, e *jsontext.Encoder) (bool, error) {
	t, err := d.ReadToken()
	if err != nil {
		return false, err
	}
	name := t.String()
	if done, err := c(d, e, name); done || err != nil {
		return done, err
	}
	return false, e.WriteToken(jsontext.String(name))
}

func copyToken(d *jsontext.Decoder, e *jsontext.Encoder) error {
	t, err := d.ReadToken()
	if err != nil {
		return err
	}
	return e.WriteToken(t)
}

// recast turns a value into one of another kind.
func recast(v jsontext.Value, as string) jsontext.Value {
	plain := string(bytes.Trim(v, `"`))
	switch as {
	case "null":
		return jsontext.Value("null")
	case "text":
		if v.Kind() == jsontext.KindString {
			return v
		}
		out, _ := jsontext.AppendQuote(nil, plain)
		return out
	case "number":
		if _, err := strconv.ParseFloat(plain, 64); err == nil && jsontext.Value(plain).IsValid() {
			return jsontext.Value(plain)
		}
		return jsontext.Value("0")
	case "list":
		return append(append(jsontext.Value("["), v...), ']')
	case "object":
		return append(append(jsontext.Value(`{"value":`), v...), '}')
	}
	return v
}
