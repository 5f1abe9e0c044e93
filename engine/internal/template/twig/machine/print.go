package machine

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// Emit prints a value.
func (r *Run) Emit(t *Template, at tree.Range, part Expr) {
	v := part(r)
	if r.Err != nil {
		return
	}
	if v.IsText() {
		r.Out = append(r.Out, v.AsText()...)
	} else {
		var err error
		if r.Out, err = php.Append(r.Out, v); err != nil {
			r.Fail(t, at, err)
			return
		}
	}
	r.Grown(t, at)
}

// AppendItem appends a part of a record as it is printed.
func AppendItem(dst []byte, v item.Value) []byte {
	switch v.Kind() {
	case item.KindText, item.KindDecimal, item.KindTime, item.KindDate:
		return append(dst, v.AsText()...)
	case item.KindMissing, item.KindNull:
		return dst
	}
	dst, _ = php.Append(dst, php.FromItem(v)) // fails for objects of templates only
	return dst
}
