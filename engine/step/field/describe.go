package field

import "github.com/sluicehq/sluice/engine/internal/spec"

// anyScalar is the schema of a single value.
func anyScalar() spec.Object {
	return spec.Object{"type": []string{"string", "number", "boolean", "null"}}
}

// DescribeForm says how a rule is written.
func (*Rule) DescribeForm() spec.Form {
	return spec.Form{Name: "rule", Schema: spec.Object{"type": []string{"string", "boolean", "number"}}}
}

// DescribeForm says how a template is written.
func (*Template) DescribeForm() spec.Form {
	return spec.Form{Name: "template", Schema: anyScalar()}
}

// DescribeForm says how a value is written.
func (*Value) DescribeForm() spec.Form {
	list := spec.Object{"type": "array", "items": anyScalar()}
	return spec.Form{Name: "value", Schema: spec.Object{"anyOf": []spec.Object{anyScalar(), list}}}
}

// DescribeForm says how a mapping is written.
func (*Mapping) DescribeForm() spec.Form {
	return spec.Form{Name: "mapping", Schema: spec.Object{"type": "object"}}
}

// DescribeForm says how a duration is written.
func (*Duration) DescribeForm() spec.Form {
	return spec.Form{Name: "duration", Schema: spec.Object{"anyOf": []spec.Object{
		{"type": "string", "pattern": `^(\d+w)?(\d+d)?(\d+(\.\d+)?(h|m|s|ms))*$`, "minLength": 1}, {"const": 0},
	}}}
}
