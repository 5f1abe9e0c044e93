package machine

import (
	"fmt"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// Object is an object that has members a template can ask for.
type Object interface {
	php.Object
	// Member returns the member called name; Missing when there is none.
	Member(name string, args []php.Value) (php.Value, error)
}

// GetMember returns the member of v with the key k; Missing when it has none.
func GetMember(v, k php.Value, how tree.AttrHow, args []php.Value) (php.Value, error) {
	if how != tree.AttrCall && v.Kind() == php.KindArray {
		key, ok := php.KeyOf(k)
		if !ok {
			return php.Value{}, fmt.Errorf("a %s cannot be a key", k.TypeName())
		}
		return v.Get(key), nil
	}
	if o, ok := v.Object().(Object); ok && how != tree.AttrIndex {
		name, err := php.ToString(k)
		if err != nil {
			return php.Value{}, err
		}
		return o.Member(name, args)
	}
	return php.Value{}, nil
}

// Absent says that v has no member k.
func Absent(v, k php.Value) error {
	name, err := php.ToString(k)
	switch {
	case err != nil:
		return err
	case v.Kind() == php.KindArray:
		return fmt.Errorf(`there is no member "%s"`, name)
	case v.IsNull():
		return fmt.Errorf(`there is no member "%s" of null`, name)
	}
	return fmt.Errorf(`there is no member "%s" of a %s`, name, v.TypeName())
}
