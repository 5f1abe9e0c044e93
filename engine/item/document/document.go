// Package document takes documents of many records apart: the pages that a
// vendor answers with, and files.
package document

import (
	"crypto/sha256"
	"strings"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/item/internal/scan"
)

// Hash returns the SHA-256 of raw without the white space between its tokens:
// the version of a record's content. A vendor that prints the same record with
// other line ends or indents has not changed it; one that orders the members
// otherwise, or writes 20.0 for 20.00, has.
func Hash(raw []byte) [sha256.Size]byte {
	if !scan.HasSpace(raw) {
		return sha256.Sum256(raw)
	}
	return sha256.Sum256(scan.AppendCompact(make([]byte, 0, len(raw)), string(raw)))
}

// Find checks that raw is JSON and returns the value that the path of members
// leads to, as a part of raw: the whole document for no path. An error is a
// *item.PathError.
func Find(raw []byte, path ...string) ([]byte, error) {
	s, err := checked(raw)
	if err != nil {
		return nil, err
	}
	from, err := find(s, path)
	if err != nil {
		return nil, err
	}
	to, _ := scan.SkipValue(s, from)
	return raw[from:to:to], nil
}

// Split checks that raw is JSON and returns the elements of the list that the
// path of members leads to, as parts of raw: the records of a page. Null there
// is an empty list. An error is a *item.PathError.
func Split(raw []byte, path ...string) ([][]byte, error) {
	s, err := checked(raw)
	if err != nil {
		return nil, err
	}
	from, err := find(s, path)
	switch {
	case err != nil:
		return nil, err
	case s[from] == 'n':
		return nil, nil
	case s[from] != '[':
		return nil, &item.PathError{Path: strings.Join(path, "."), Message: "expected list, got " + rawKind(s[from])}
	}
	var parts [][]byte
	for i := scan.SkipSpace(s, from+1); s[i] != ']'; {
		end, _ := scan.SkipValue(s, i)
		parts = append(parts, raw[i:end:end])
		i = scan.NextItem(s, end)
	}
	return parts, nil
}

// checked returns raw as a string, once it is known to be JSON.
func checked(raw []byte) (string, error) {
	s := string(raw)
	return s, item.Check(s)
}

// find returns where the value at path begins in valid JSON.
func find(s string, path []string) (int, error) {
	i := scan.SkipSpace(s, 0)
	for n, name := range path {
		if s[i] != '{' {
			return 0, &item.PathError{Path: strings.Join(path[:n], "."), Message: "expected object, got " + rawKind(s[i])}
		}
		if i = scan.FindMember(s, i, name); i < 0 {
			return 0, &item.PathError{Path: strings.Join(path[:n+1], "."), Message: "is missing"}
		}
	}
	return i, nil
}

// rawKind names what the JSON value that begins with c is.
func rawKind(c byte) string {
	switch c {
	case '{':
		return "object"
	case '[':
		return "list"
	case '"':
		return "text"
	case 't', 'f':
		return "bool"
	case 'n':
		return "null"
	}
	return "a number"
}
