package step_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/step"
)

type options struct {
	// How many at once.
	PageSize int `yaml:"page_size" validate:"min=1"`
	// What must be told.
	Path string `yaml:"path" validate:"required"`
}

func TestOptions(t *testing.T) {
	at := diag.Span{File: "p.yaml", Start: diag.Pos{Line: 1, Column: 1}}
	for _, c := range []struct {
		name, yaml string
		of         *spec.Struct
		want       []string
	}{
		{"good", "{path: x, page_size: 3}", spec.For[options](), nil},
		{"missing", "{page_size: 3}", spec.For[options](), []string{"missing-field "}},
		{"misspelt", "{path: x, pagesize: 3}", spec.For[options](), []string{`unknown-key did you mean "page_size"?`}},
		{"one of the source's own, misspelt", "{path: x, wehre: 3}", spec.For[options](), []string{`unknown-key did you mean "where"?`}},
		{"a stream without options", "{path: x, wehre: 3}", nil, []string{"unknown-key known here: where, since", `unknown-key did you mean "where"?`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var fs diag.List
			n := syntax.Parse("p.yaml", []byte(c.yaml), &fs)
			got := step.Options(n.Pairs, c.of, at, []string{"where", "since"}, &fs)
			var said []string
			for _, f := range fs.Sorted() {
				said = append(said, string(f.Code)+" "+f.Hint)
			}
			if !slices.Equal(said, c.want) {
				t.Errorf("said %q, want %q", said, c.want)
			}
			if c.of == nil && got != nil {
				t.Errorf("got %v without options", got)
			}
			if o, ok := got.(*options); c.want == nil && (!ok || o.PageSize != 3 || o.Path != "x") {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// counter counts the records of a run.
type counter struct {
	step.TransformFunc
	err error
}

func (c *counter) Start(*step.Run) (step.Transform, error) {
	if c.err != nil {
		return nil, c.err
	}
	n := 0
	return step.TransformFunc(func(r *step.Record) {
		if n++; n > 1 {
			r.Filter(step.Drop{Reason: "enough"})
		}
	}), nil
}

func TestStart(t *testing.T) {
	all := []step.Transform{step.TransformFunc(func(r *step.Record) { r.Warnf("%d", len(r.Key)) }), &counter{}}
	for range 2 { // every run counts anew
		started, err := step.Start(all, &step.Run{})
		if err != nil {
			t.Fatal(err)
		}
		in := []*step.Record{{Key: "a"}, {Key: "bb"}}
		out := slices.Clone(in)
		for _, s := range started {
			if out, err = s.Apply(context.Background(), out); err != nil {
				t.Fatal(err)
			}
		}
		if len(out) != 1 || out[0] != in[0] || in[1].Drop == nil || in[1].Drop.Dead || in[1].Warnings[0] != "2" {
			t.Errorf("out %+v, second %+v", out, in[1])
		}
	}
	down := errors.New("down")
	if _, err := step.Start([]step.Transform{&counter{err: down}}, &step.Run{}); !errors.Is(err, down) {
		t.Errorf("got %v", err)
	}
}

func TestTrouble(t *testing.T) {
	at := diag.Span{File: "p.yaml", Start: diag.Pos{Line: 3, Column: 4}}
	own := diag.Span{File: "p.yaml", Start: diag.Pos{Line: 9, Column: 9}}
	for _, c := range []struct {
		err    error
		place  diag.Span
		reason string
	}{
		{errors.New("no luck"), at, "no luck"},
		{&step.Fault{Place: own, Message: "division by zero"}, own, "division by zero"},
	} {
		var r step.Record
		r.Trouble("steps[0].map", at, c.err)
		if d := r.Drop; d == nil || !d.Dead || d.Place != c.place || d.Reason != c.reason || d.Step != "steps[0].map" {
			t.Errorf("%v: dropped with %+v", c.err, d)
		}
	}
}

// Findings about a step's config quote the comments of its struct.
func TestDocument(t *testing.T) {
	source := fstest.MapFS{"step_test.go": {Data: []byte("package none\n")}, "own.go": {Data: []byte(
		"package step_test\n\ntype options struct {\n\t// The file to read.\n\tPath string\n}\n")}}
	def := step.Define("x", "", "", func(*options, *step.Builder) step.Transform { return nil })
	step.Document(source, def)
	var fs diag.List
	def.Config.Decode(syntax.Parse("p.yaml", []byte("{}"), &fs), def.New(), &fs)
	if f := fs.Sorted(); len(f) != 1 || f[0].Hint != "The file to read" {
		t.Errorf("said %+v", f)
	}
}
