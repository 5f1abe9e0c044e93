package tree

// Walk calls visit for each node and expression of m, from the outside in; what
// is inside one for which visit gives false is passed over.
func Walk(m *Module, visit func(Node) bool) {
	w := walker(visit)
	w.expr(m.Parent)
	w.body(m.Body)
	for _, b := range m.Blocks {
		w.body(b.Body)
	}
	for _, mc := range m.Macros {
		for _, p := range mc.Params {
			w.expr(p.Default)
		}
		w.body(mc.Body)
	}
}

// WalkBody calls visit for what stands in body.
func WalkBody(body []Node, visit func(Node) bool) { walker(visit).body(body) }

// WalkExpr calls visit for x and what stands in it.
func WalkExpr(x Expr, visit func(Node) bool) { walker(visit).expr(x) }

type walker func(Node) bool

func (w walker) body(nodes []Node) {
	for _, n := range nodes {
		w.node(n)
	}
}

func (w walker) node(n Node) {
	if !w(n) {
		return
	}
	switch n := n.(type) {
	case *Print:
		w.expr(n.X)
	case *If:
		for _, b := range n.Branches {
			w.expr(b.If)
			w.body(b.Body)
		}
		w.body(n.Else)
	case *For:
		w.exprs(n.Seq, n.Cond)
		w.body(n.Body)
		w.body(n.Else)
	case *Set:
		w.exprs(n.Values...)
	case *Capture:
		w.body(n.Body)
	case *Apply:
		w.body(n.Body)
		w.expr(n.X)
	case *Do:
		w.expr(n.X)
	case *With:
		w.expr(n.Vars)
		w.body(n.Body)
	case *Autoescape:
		w.body(n.Body)
	case *Include:
		w.exprs(n.Template, n.Vars)
		if n.Embed != nil {
			Walk(n.Embed, w)
		}
	case *Import:
		w.expr(n.Template)
	}
}

func (w walker) exprs(xs ...Expr) {
	for _, x := range xs {
		w.expr(x)
	}
}

func (w walker) args(args []Arg) {
	for _, a := range args {
		w.expr(a.Value)
	}
}

func (w walker) expr(x Expr) {
	if x == nil || !w(x) {
		return
	}
	switch x := x.(type) {
	case *Array:
		for _, e := range x.Elems {
			w.exprs(e.Key, e.Value)
		}
	case *Unary:
		w.expr(x.X)
	case *Binary:
		w.exprs(x.X, x.Y)
	case *Cond:
		w.exprs(x.If, x.Then, x.Else)
	case *Attr:
		w.exprs(x.X, x.Key)
		w.args(x.Args)
	case *Filter:
		w.expr(x.X)
		w.args(x.Args)
	case *Call:
		w.args(x.Args)
	case *Test:
		w.expr(x.X)
		w.args(x.Args)
	case *MacroCall:
		w.args(x.Args)
	case *Arrow:
		w.expr(x.Body)
	}
}
