package item

import (
	"strconv"

	"github.com/sluicehq/sluice/engine/item/internal/scan"
)

// AppendJSON appends v as JSON, without white space between tokens. What was
// read and not changed is written as it was: members in their order, unknown
// ones among them, numbers digit by digit, and as texts if they were. Missing
// members are left out; a missing v is null.
func AppendJSON(dst []byte, v Value) []byte { return appendJSON(dst, &v) }

func appendJSON(dst []byte, v *Value) []byte {
	switch v.kind {
	case KindBool:
		return strconv.AppendBool(dst, v.num != 0)
	case KindInt, KindDecimal:
		if v.form&formQuoted != 0 {
			return scan.AppendText(dst, v.text)
		}
		return v.appendNumber(dst)
	case KindText, KindTime, KindDate:
		return scan.AppendText(dst, v.text)
	case KindList:
		return appendList(dst, v)
	case KindObject:
		return appendObject(dst, v)
	}
	return append(dst, "null"...)
}

func appendList(dst []byte, v *Value) []byte {
	if v.agg != nil && v.agg.raw != "" {
		return v.agg.appendRaw(dst)
	}
	dst = append(dst, '[')
	elements := v.elements()
	for i := range elements {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSON(dst, &elements[i])
	}
	return append(dst, ']')
}

func appendObject(dst []byte, v *Value) []byte {
	if v.form&formEmptyMap != 0 {
		return append(dst, "[]"...)
	}
	if v.agg != nil && v.agg.raw != "" {
		return v.agg.appendRaw(dst)
	}
	mark := byte('{')
	names, values := v.named()
	for i := range values {
		if values[i].kind == KindMissing {
			continue
		}
		dst = append(dst, mark)
		mark = ','
		if l := v.agg.layout; l != nil {
			dst = append(dst, l.keys[i]...)
		} else {
			dst = append(scan.AppendText(dst, names[i]), ':')
		}
		dst = appendJSON(dst, &values[i])
	}
	if mark == '{' {
		dst = append(dst, mark)
	}
	return append(dst, '}')
}

// appendRaw appends the JSON as it was sent, on one line.
func (a *aggregate) appendRaw(dst []byte) []byte {
	if !a.spaced {
		return append(dst, a.raw...)
	}
	return scan.AppendCompact(dst, a.raw)
}
