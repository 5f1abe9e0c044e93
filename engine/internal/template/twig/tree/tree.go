// Package tree is the syntax tree of a Twig template, and what can be wrong
// with the template's text.
package tree

// Range is a stretch of the source, in bytes.
type Range struct{ From, To int }

// Between returns the range from..to.
func Between(from, to int) Range { return Range{from, to} }

// Place returns the range; every node has one.
func (r Range) Place() Range { return r }

// Expr is an expression.
type Expr interface{ Place() Range }

// LitKind is what a literal is.
type LitKind uint8

// The kinds of literals.
const (
	LitNull LitKind = iota
	LitBool
	LitInt
	LitFloat
	LitText
)

type (
	// Lit is a literal: null, a bool, a number or a text.
	Lit struct {
		Range
		Kind  LitKind
		Int   int64
		Float float64
		Text  string
		Bool  bool
	}
	// Name is a variable.
	Name struct {
		Range
		Name string
	}
	// Array is a sequence or mapping literal.
	Array struct {
		Range
		Elems []Elem
	}
	// Unary is an operator with one operand: "-", "+" or "not".
	Unary struct {
		Range
		Op string
		X  Expr
		// Parens is set when the whole stands in parentheses.
		Parens bool
	}
	// Binary is an operator with two operands.
	Binary struct {
		Range
		Op   string
		X, Y Expr
		// At is where the operator stands.
		At Range
	}
	// Cond is "If ? Then : Else". Then is nil for "If ?: Else".
	Cond struct {
		Range
		If, Then, Else Expr
	}
	// Attr is the member of a value: "X.name", "X[Key]" or "X.name(Args)".
	Attr struct {
		Range
		X, Key Expr
		How    AttrHow
		Args   []Arg
	}
	// Filter is "X|name(Args)".
	Filter struct {
		Range
		X    Expr
		Name string
		At   Range
		Args []Arg
	}
	// Call is "name(Args)".
	Call struct {
		Range
		Name string
		At   Range
		Args []Arg
		// Block is the block that a call of parent stands in.
		Block string
	}
	// Test is "X is name(Args)".
	Test struct {
		Range
		X    Expr
		Name string
		At   Range
		Args []Arg
	}
	// MacroCall is the call of a macro of the imported module called Module;
	// "_self" is the template itself.
	MacroCall struct {
		Range
		Module string
		Name   string
		Args   []Arg
	}
	// Arrow is "(Params) => Body".
	Arrow struct {
		Range
		Params []string
		Body   Expr
	}
)

// AttrHow is how a member is asked for.
type AttrHow uint8

// The ways to ask for a member.
const (
	AttrDot AttrHow = iota
	AttrIndex
	AttrCall
)

// Elem is an element of an Array.
type Elem struct {
	Key    Expr // nil without a key
	Value  Expr
	Spread bool
}

// Arg is an argument of a call.
type Arg struct {
	Name   string // empty for a positional argument
	Value  Expr
	Spread bool
}

// Node is a piece of a template that does something.
type Node interface{ Place() Range }

type (
	// Text is printed as it is.
	Text struct {
		Range
		Text string
	}
	// Print prints an expression.
	Print struct {
		Range
		X Expr
	}
	// If runs the body of its first true branch.
	If struct {
		Range
		Branches []Branch
		Else     []Node
	}
	// For runs its body for each element of Seq.
	For struct {
		Range
		Key   string // "_key" when not named
		Value string
		Seq   Expr
		// Cond chooses elements, as Twig 1 and 2 could.
		Cond    Expr
		Body    []Node
		Else    []Node
		HasElse bool
	}
	// Set assigns the values to the names.
	Set struct {
		Range
		Names  []string
		Values []Expr
	}
	// Capture assigns what its body prints to a name.
	Capture struct {
		Range
		Name string
		Body []Node
	}
	// Apply prints what its body prints, put through X, where Ref stands for
	// the body's output.
	Apply struct {
		Range
		Ref  *Name
		X    Expr
		Body []Node
	}
	// Do evaluates an expression and drops it.
	Do struct {
		Range
		X Expr
	}
	// With runs its body with more variables.
	With struct {
		Range
		Vars Expr
		Only bool
		Body []Node
	}
	// Autoescape runs its body with another escaping strategy; "" is none.
	Autoescape struct {
		Range
		Strategy string
		Body     []Node
	}
	// BlockRef prints a block where it is defined.
	BlockRef struct {
		Range
		Name string
	}
	// Include prints other templates.
	Include struct {
		Range
		Template      Expr
		Vars          Expr
		Only          bool
		IgnoreMissing bool
		// Embed is the module made in place that is printed instead of Template.
		Embed *Module
	}
	// Import binds the macros of a template to a name.
	Import struct {
		Range
		Template Expr
		As       string
		// Main is set outside blocks and macros: the binding is then seen in
		// them too.
		Main bool
	}
)

// Branch is a condition and the body that it guards.
type Branch struct {
	If   Expr
	Body []Node
}

// Block is a named part of a template that others can replace.
type Block struct {
	Range
	Name string
	Body []Node
	// Outer is the block that this one stands in, or "".
	Outer string
}

// Macro is a named piece of a template with arguments.
type Macro struct {
	Range
	Name   string
	Params []Param
	Body   []Node
}

// Param is an argument that a macro takes.
type Param struct {
	Name    string
	Default Expr
}

// Use takes the blocks of another template.
type Use struct {
	Range
	Template string
	Aliases  []Alias
}

// Alias renames a block that is used.
type Alias struct{ From, To string }

// Module is a whole template.
type Module struct {
	Range
	Body   []Node
	Parent Expr
	Blocks []*Block
	Macros []*Macro
	Uses   []*Use
}
