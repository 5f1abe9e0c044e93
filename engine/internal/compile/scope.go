package compile

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/rule"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/internal/template"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// settings declares `settings` and decides what each of them is.
func (c *compiler) settings() {
	fields := c.p.Settings.Fields
	typ := fields.Type()
	typ.Name = "settings"
	l := item.FullLayout(typ)
	c.settingsVar = c.base.DeclareLayout("settings", l)
	c.settingsVar.Doc = "What whoever uses the pipeline chose."

	at, n := c.p.Pipeline.Span, &syntax.Node{Kind: syntax.Mapping}
	if u := c.in.Use; u != nil {
		at = u.Span
		if u.Settings != nil {
			n = c.own(u.Settings)
			n = c.in.Env.Resolve(n, typ, c.fs)
		}
	}
	n = c.override(n)
	own := c.fs
	if c.in.StandIns {
		own = &diag.List{}
	}
	values := fields.Decode(n, at, own)
	for i := range values {
		if c.in.StandIns && values[i].Default && values[i].Value.IsNull() {
			values[i].Value = pipeline.StandIn(values[i].Field.Type)
		}
	}
	c.settingsValue = values.Object(l)
	c.secrets = secretsOf(values, n)
}

// own returns the settings of a use without those that only the pipelines
// beside this one have.
func (c *compiler) own(n *syntax.Node) *syntax.Node {
	cp := *n
	cp.Pairs = slices.DeleteFunc(slices.Clone(n.Pairs), func(p syntax.Pair) bool {
		name := p.Key.Text.Value
		_, mine := c.p.Settings.Get(name)
		return !mine && slices.ContainsFunc(c.in.Beside, func(o *pipeline.Pipeline) bool {
			_, theirs := o.Settings.Get(name)
			return theirs
		})
	})
	return &cp
}

// override puts the settings that were given by hand in the place of the
// others. Those of lists are written with commas, with or without brackets.
func (c *compiler) override(n *syntax.Node) *syntax.Node {
	cp := *n
	for _, name := range slices.Sorted(maps.Keys(c.in.Set)) {
		at := diag.Span{File: "--set " + name}
		v := syntax.NewScalar(c.in.Set[name], at)
		if f, ok := c.p.Settings.Get(name); ok && f.Type.Kind == item.KindList {
			v = listOf(c.in.Set[name], at)
		}
		cp.Pairs = slices.DeleteFunc(slices.Clone(cp.Pairs), func(p syntax.Pair) bool { return p.Key.Text.Value == name })
		cp.Pairs = append(cp.Pairs, syntax.Pair{Key: syntax.NewScalar(name, at), Value: v})
	}
	return &cp
}

func listOf(text string, at diag.Span) *syntax.Node {
	n := &syntax.Node{Kind: syntax.Sequence, Span: at}
	text = strings.TrimSpace(text)
	if inner, ok := strings.CutPrefix(text, "["); ok {
		text = strings.TrimSuffix(inner, "]")
	}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			n.Items = append(n.Items, syntax.NewScalar(part, at))
		}
	}
	return n
}

// runType is the type of `run`.
func runType() *item.Type {
	return &item.Type{Kind: item.KindObject, Name: "run", Fields: []item.Field{
		{Name: "id", Type: item.TypeText, Doc: "The number of the run."},
		{Name: "logical_time", Type: item.TypeTime, Doc: "The time for which the run was due."},
		{Name: "trigger", Type: item.TypeText, Doc: "What started the run."},
	}}
}

// run declares `run`.
func (c *compiler) run() {
	c.runVar = c.base.DeclareLayout("run", item.FullLayout(runType()))
	c.runVar.Doc = "The run that the record is in."
}

// fill sets the variables that are the same for every record of a run.
func (c *compiler) fill(f item.Frame, info RunInfo) error {
	if info.Time.IsZero() {
		return errors.New("a run needs its time")
	}
	f[c.settingsVar.Slot] = c.settingsValue
	f[c.runVar.Slot] = item.Object(c.runVar.Layout, []item.Value{
		item.Text(strconv.FormatInt(info.ID, 10)), item.Time(info.Time), item.Text(info.Trigger),
	})
	return nil
}

// templates decides how the pipeline's templates are read.
func (c *compiler) templates() {
	slot, l := c.runVar.Slot, c.runVar.Layout
	at := l.Slot("logical_time")
	c.options = template.Options{
		Strict: c.p.Strict,
		Zone:   c.p.Zone(),
		Now: func(f item.Frame) time.Time {
			t, err := f[slot].Slot(l, at).Time()
			if err != nil {
				return time.Time{}
			}
			return t
		},
	}
	if c.p.Dialect == "jinja" {
		c.options.Dialect = template.Jinja
	}
	for _, e := range c.p.Templates.Entries {
		c.options.Named = append(c.options.Named, template.Named{Name: e.Key.Value, Text: e.Value})
	}
	template.CheckNamed(c.base, c.options, c.fs)
}

// tables declares the pipeline's tables as functions. Their rows may use the
// settings, so their values are known once the settings are.
func (c *compiler) tables() {
	for _, e := range c.p.Tables.Entries {
		if c.isFunction(e.Key.Value) {
			c.fs.Errorf(e.Key.Span, diag.CodeConflict, "%q is a function already", e.Key.Value).
				Hint = "give the table another name"
			continue
		}
		c.base.DeclareFunc(c.table(e.Key, e.Value))
	}
}

func (c *compiler) isFunction(name string) bool {
	return name == "now" || slices.ContainsFunc(rule.Functions(), func(f *item.Func) bool { return f.Name == name })
}

// row is a row of a table whose value is being found out.
type row struct {
	pipeline.Row
	eval  *step.Evaluator
	value item.Value
}

// table makes the function of a table. One with a mistake gives anything, so
// that no rule is reported for it.
func (c *compiler) table(name diag.Text, t pipeline.Table) *item.Func {
	f := &item.Func{
		Name: name.Value, Result: item.TypeUnknown, Doc: "The pipeline's table " + name.Value + ".",
		Params: []item.Param{{Name: "value", Type: item.TypeText}},
		Call:   func([]item.Value) (item.Value, error) { return item.Null, nil },
	}
	if t.Broken {
		return f
	}
	b := c.builder(c.base, "tables."+name.Value, name.Span)
	rows := make([]row, 0, len(t.Rows)+1)
	for _, r := range t.Rows {
		rows = append(rows, row{Row: r})
	}
	if t.Default != nil {
		rows = append(rows, row{Row: *t.Default})
	}
	typ := c.rows(b, rows)
	if typ == nil || !c.evalRows(rows, typ) {
		return f
	}
	values := make(map[string]item.Value, len(t.Rows))
	var keys []string
	for _, r := range rows[:len(t.Rows)] {
		values[r.Key.Value] = r.value
		keys = append(keys, r.Key.Value)
	}
	f.Result, f.Rows, f.Closed = typ, keys, t.Default == nil
	f.Call = func(args []item.Value) (item.Value, error) {
		if v, ok := values[args[0].String()]; ok {
			return v, nil
		}
		if t.Default != nil {
			return rows[len(rows)-1].value, nil
		}
		return item.Value{}, errors.New(strconv.Quote(args[0].String()) + " is not in the table, which has no default")
	}
	return f
}

// rows compiles the rows and returns the type of which all of them are, nil if
// one has a mistake. A table with a text among its literals has only texts.
func (c *compiler) rows(b *step.Builder, rows []row) *item.Type {
	var types []*item.Type
	for i := range rows {
		if rows[i].eval = b.Value(rows[i].Value, nil); rows[i].eval != nil {
			types = append(types, rows[i].eval.Type())
		}
	}
	switch isText := func(t *item.Type) bool { return t.Kind == item.KindText }; {
	case len(types) < len(rows):
		return nil
	case !slices.ContainsFunc(types, isText):
		return step.Union(types)
	}
	return textRows(b, rows)
}

// textRows makes all rows texts. If all are literals, they are the values that
// the table can give.
func textRows(b *step.Builder, rows []row) *item.Type {
	t := &item.Type{Kind: item.KindText}
	literals := true
	for i := range rows {
		t.Nullable = t.Nullable || rows[i].eval.Type().Nullable
		if _, literal := rows[i].eval.Constant(); literal {
			rows[i].eval = b.Value(rows[i].Value, item.TypeText.Optional())
		} else {
			literals = false
		}
	}
	if literals {
		t.Enum = literalTexts(rows)
	}
	return t
}

func literalTexts(rows []row) []string {
	var texts []string
	for _, r := range rows {
		if v, _ := r.eval.Constant(); !v.IsNull() && !slices.Contains(texts, v.AsText()) {
			texts = append(texts, v.AsText())
		}
	}
	return texts
}

func (c *compiler) evalRows(rows []row, typ *item.Type) bool {
	f := c.base.NewFrame()
	f[c.settingsVar.Slot] = c.settingsValue
	ok := true
	for i := range rows {
		v, err := rows[i].eval.Eval(f)
		if err == nil {
			v, err = item.Convert(v, typ)
		}
		if err != nil && !c.in.StandIns {
			at := rows[i].eval.Text().Span
			c.fs.Errorf(at, diag.CodeBadValue, "%s", step.FaultOf(err, at).Message)
			ok = false
		}
		rows[i].value = v
	}
	return ok
}

// list writes words with commas, the last with "and".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
