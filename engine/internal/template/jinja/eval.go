package jinja

import (
	"errors"
	"fmt"

	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/tokens"

	"github.com/sluicehq/sluice/engine/internal/template/jinja/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/jinja/python"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

// eval evaluates an expression. In strict templates, what is undefined is an
// error.
func (r *run) eval(x nodes.Node) (python.Value, error) {
	v, err := r.quiet(x)
	if err != nil {
		return nil, err
	}
	if u, ok := v.(python.Undefined); ok && r.t.opts.Strict {
		r.at = leftmost(x)
		return nil, u.Err()
	}
	return v, nil
}

// quiet evaluates an expression that may be undefined. It is one case for each
// kind of expression, and so longer than other functions may be.
func (r *run) quiet(x nodes.Node) (python.Value, error) {
	if err := r.budget.Spend(1); err != nil {
		r.at = leftmost(x)
		return nil, err
	}
	switch x := x.(type) {
	case *nodes.None:
		return nil, nil
	case *nodes.String:
		return x.Val, nil
	case *nodes.Integer:
		return php.Int(int64(x.Val)), nil
	case *nodes.Float:
		return php.Literal(x.Val, x.Location.Val), nil
	case *nodes.Bool:
		return x.Val, nil
	case *nodes.List:
		list, err := r.all(x.Val)
		return python.List(list), err
	case *nodes.Tuple:
		list, err := r.all(x.Val)
		return python.Tuple(list), err
	case *nodes.Dict:
		return r.dict(x)
	case *nodes.Name:
		v, ok := r.lookup(x.Name.Val)
		if !ok {
			return python.Undefined{Name: x.Name.Val}, nil
		}
		return v, nil
	case *nodes.GetAttribute:
		if x.Attribute == "" {
			return r.member(x.Node, python.Int(x.Index), x.Location)
		}
		return r.member(x.Node, x.Attribute, x.Location)
	case *nodes.GetItem:
		return r.getItem(x)
	case *nodes.GetSlice:
		return r.slice(x)
	case *nodes.Negation:
		v, err := r.eval(x.Term)
		return !python.Truth(v), err
	case *nodes.UnaryExpression:
		return r.unary(x)
	case *nodes.BinaryExpression:
		return r.binary(x)
	case *nodes.FilteredExpression:
		return r.filtered(x)
	case *nodes.TestExpression:
		return r.test(x)
	case *nodes.Call:
		return r.call(x)
	}
	return nil, errors.New("the expression cannot be evaluated")
}

func (r *run) all(list []nodes.Expression) ([]python.Value, error) {
	out := make([]python.Value, len(list))
	for i, x := range list {
		v, err := r.eval(x)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func (r *run) args(list []nodes.Expression, named map[string]nodes.Expression) (builtin.Args, error) {
	values, err := r.all(list)
	args := builtin.Args{List: values}
	for name, x := range named {
		v, failed := r.eval(x)
		if failed != nil {
			return args, failed
		}
		if args.Named == nil {
			args.Named = map[string]python.Value{}
		}
		args.Named[name] = v
	}
	return args, err
}

func (r *run) dict(x *nodes.Dict) (python.Value, error) {
	d := python.NewDict()
	for _, p := range x.Pairs {
		key, err := r.eval(p.Key)
		if err != nil {
			return nil, err
		}
		v, err := r.eval(p.Value)
		if err != nil {
			return nil, err
		}
		if !d.Set(key, v) {
			r.at = leftmost(p.Key)
			return nil, fmt.Errorf("%s cannot name a member", python.TypeName(key))
		}
	}
	return d, nil
}

// member returns a member of what base is.
func (r *run) member(base nodes.Node, key python.Value, at *tokens.Token) (python.Value, error) {
	of, err := r.eval(base)
	if err != nil {
		return nil, err
	}
	r.at = at
	if err := r.reach(of); err != nil {
		return nil, err
	}
	return builtin.Member(of, key), nil
}

// reach takes the steps of finding a member.
func (r *run) reach(of python.Value) error {
	switch v := of.(type) {
	case python.Undefined:
		return v.Err()
	case string:
		return r.budget.Spend(len(v) >> 5)
	}
	return nil
}

func (r *run) getItem(x *nodes.GetItem) (python.Value, error) {
	key, err := r.eval(x.Arg)
	if err != nil {
		return nil, err
	}
	return r.member(x.Node, key, x.Location)
}

func (r *run) unary(x *nodes.UnaryExpression) (python.Value, error) {
	v, err := r.eval(x.Term)
	if err != nil {
		return nil, err
	}
	r.at = x.Operator
	if x.Negative {
		return python.Negate(v)
	}
	if _, ok := python.Number(v); !ok {
		return nil, fmt.Errorf(`"+" cannot be applied to %s`, python.TypeName(v))
	}
	return v, nil
}

// binary evaluates an operator. "and" and "or" give one of their operands, and
// look at the second only when they must.
func (r *run) binary(x *nodes.BinaryExpression) (python.Value, error) {
	left, err := r.eval(x.Left)
	if err != nil {
		return nil, err
	}
	op := x.Operator.Token
	switch op.Type {
	case tokens.And:
		if !python.Truth(left) {
			return left, nil
		}
		return r.eval(x.Right)
	case tokens.Or:
		if python.Truth(left) {
			return left, nil
		}
		return r.eval(x.Right)
	}
	right, err := r.eval(x.Right)
	if err != nil {
		return nil, err
	}
	r.at = op
	return python.Operate(&r.budget, op.Val, left, right)
}

func (r *run) filtered(x *nodes.FilteredExpression) (python.Value, error) {
	var v python.Value
	var err error
	if d := builtin.Filters()[x.Filters[0].Name]; d != nil && d.Quiet() {
		v, err = r.quiet(x.Expression)
	} else {
		v, err = r.eval(x.Expression)
	}
	for _, f := range x.Filters {
		if err != nil {
			return nil, err
		}
		v, err = r.filter(f, v)
	}
	return v, err
}

func (r *run) filter(f *nodes.FilterCall, v python.Value) (python.Value, error) {
	args, err := r.args(f.Args, f.Kwargs)
	if err != nil {
		return nil, err
	}
	r.at = f.Token
	d := builtin.Filters()[f.Name]
	if d == nil {
		return nil, fmt.Errorf(`there is no filter "%s"`, f.Name)
	}
	return d.Call(&r.env, v, args)
}

func (r *run) test(x *nodes.TestExpression) (python.Value, error) {
	d := builtin.Tests()[x.Test.Name]
	if d == nil {
		return nil, fmt.Errorf(`there is no test "%s"`, x.Test.Name)
	}
	v, err := r.quiet(x.Expression)
	if err != nil {
		return nil, err
	}
	if u, ok := v.(python.Undefined); ok && r.t.opts.Strict && x.Test.Name != "defined" && x.Test.Name != "undefined" {
		return nil, u.Err()
	}
	args, err := r.args(x.Test.Args, x.Test.Kwargs)
	if err != nil {
		return nil, err
	}
	r.at = x.Test.Token
	return d.Call(&r.env, v, args)
}

func (r *run) call(x *nodes.Call) (python.Value, error) {
	switch f := x.Func.(type) {
	case *nodes.Name:
		args, err := r.args(x.Args, x.Kwargs)
		if err != nil {
			return nil, err
		}
		r.at = f.Name
		return r.function(f.Name.Val, args, x)
	case *nodes.GetAttribute:
		of, err := r.eval(f.Node)
		if err != nil {
			return nil, err
		}
		args, err := r.args(x.Args, x.Kwargs)
		if err != nil {
			return nil, err
		}
		r.at = f.Location
		if l, ok := of.(*loop); ok {
			return l.call(f.Attribute, args.List)
		}
		return builtin.CallMethod(&r.env, of, f.Attribute, args)
	}
	return nil, errors.New("this cannot be called")
}

func (r *run) function(name string, args builtin.Args, x *nodes.Call) (python.Value, error) {
	if name == "dict" || name == "namespace" {
		return builtin.Construct(name, args, r.order(x))
	}
	if d := builtin.Functions()[name]; d != nil {
		return d.Call(&r.env, nil, args)
	}
	if scope := r.t.opts.Scope; scope != nil {
		if f, ok := scope.Func(name); ok {
			return r.fromScope(f, args)
		}
	}
	return nil, fmt.Errorf(`there is no function "%s"`, name)
}

// order lists the named arguments of a call as they stand there.
func (r *run) order(x *nodes.Call) []string {
	var list []string
	i := r.t.src.place[x.Location]
	toks := r.t.src.tokens
	for depth := 0; i+1 < len(toks); i++ {
		switch toks[i].Type {
		case tokens.LeftParenthesis, tokens.LeftBracket, tokens.LeftBrace:
			depth++
		case tokens.RightParenthesis, tokens.RightBracket, tokens.RightBrace:
			if depth--; depth == 0 {
				return list
			}
		case tokens.Name:
			if depth == 1 && toks[i+1].Type == tokens.Assign {
				list = append(list, toks[i].Val)
			}
		}
	}
	return list
}

// fromScope calls a function of the pipeline.
func (r *run) fromScope(f *item.Func, args builtin.Args) (python.Value, error) {
	if len(args.Named) > 0 {
		return nil, fmt.Errorf(`the function "%s" takes no named arguments`, f.Name)
	}
	if err := python.Measure(&r.budget, args.List...); err != nil {
		return nil, err
	}
	given, err := parameters(f, args.List)
	if err != nil {
		return nil, err
	}
	v, err := f.Call(given)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	out := python.FromItem(v)
	return out, python.Measure(&r.budget, out)
}

// parameters returns arguments as a function of the pipeline takes them.
func parameters(f *item.Func, args []python.Value) ([]item.Value, error) {
	least := 0
	for _, p := range f.Params {
		if !p.Optional {
			least++
		}
	}
	if len(args) < least || len(args) > len(f.Params) {
		return nil, fmt.Errorf(`the function "%s" cannot be called with %d arguments`, f.Name, len(args))
	}
	given := make([]item.Value, len(args))
	for i, v := range args {
		given[i] = python.ToItem(v)
		t := f.Params[i].Type
		if t == nil || t.Kind == item.KindUnknown || t.Kind == given[i].Kind() {
			continue
		}
		var err error
		if t.Kind == item.KindText && python.IsNumber(v) {
			given[i] = item.Text(python.Text(v))
		} else if given[i], err = item.Convert(given[i], t); err != nil {
			return nil, fmt.Errorf(`the argument "%s" of "%s": %w`, f.Params[i].Name, f.Name, err)
		}
	}
	return given, nil
}

// slice evaluates "x[from:to:step]".
func (r *run) slice(x *nodes.GetSlice) (python.Value, error) {
	of, err := r.eval(x.Node)
	if err != nil {
		return nil, err
	}
	var bounds [3]python.Value
	for i, b := range []nodes.Node{x.Start, x.End, x.Step} {
		if b == nil {
			continue
		}
		if bounds[i], err = r.eval(b); err != nil {
			return nil, err
		}
	}
	r.at = x.Location
	if err := python.Measure(&r.budget, of); err != nil {
		return nil, err
	}
	return python.Slice(of, bounds[0], bounds[1], bounds[2])
}
