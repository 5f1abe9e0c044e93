package engine

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template"
)

const (
	// renderTime is how long one template may take.
	renderTime = 10 * time.Second
	// maxRequest is the largest line of a batch, in bytes.
	maxRequest = 64 << 20
)

// RenderOptions say how a template is rendered.
type RenderOptions struct {
	// Dialect is "twig" or "jinja".
	Dialect string
	// Strict fails where something undefined is printed.
	Strict bool
}

// Render renders a template with the members of a JSON object as its
// variables. What is wrong with the template is returned as findings, whose
// file is name.
func Render(ctx context.Context, name, text string, data []byte, o RenderOptions) ([]byte, []*diag.Finding, error) {
	q := template.Request{
		Templates: map[string]string{name: text}, Main: name, Data: data,
		Config: template.Config{Strict: o.Strict}, Now: oneTime(), Exact: true,
	}
	var err error
	if q.Dialect, err = template.ParseDialect(o.Dialect); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, renderTime)
	defer cancel()
	out, err := q.Render(ctx)
	var located *template.Error
	if errors.As(err, &located) {
		var fs diag.List
		code := diag.CodeTemplateSyntax
		if located.Code != "" {
			code = located.Code
		}
		fs.Errorf(located.Span, code, "%s", located.Message).Hint = located.Hint
		return nil, fs.Sorted(), nil
	}
	return []byte(out), nil, err
}

// oneTime gives the time of the call, again and again.
func oneTime() func() time.Time {
	now := time.Now()
	return func() time.Time { return now }
}

// answer is a line of a batch's output: either of the two is given.
type answer struct {
	Output *string `json:"output,omitempty"`
	Error  string  `json:"error,omitempty"`
}

// RenderBatch reads one request a line, as JSON with templates, main, data and
// config, and answers each with a line of JSON, output or error, before it reads
// the next. A request that cannot be read is answered with an error, too.
func RenderBatch(ctx context.Context, r io.Reader, w io.Writer, dialect string) error {
	d, err := template.ParseDialect(dialect)
	if err != nil {
		return err
	}
	lines := bufio.NewReaderSize(r, 1<<16)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	var line []byte
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		var long bool
		var failed error
		line, long, failed = readRequest(lines, line[:0])
		switch {
		case long:
			err = enc.Encode(answer{Error: fmt.Sprintf("the request is longer than %d MiB; hand over less data at once", maxRequest>>20)})
		case len(line) > 0:
			err = enc.Encode(renderLine(ctx, line, d))
		}
		if err != nil {
			return err
		}
		if failed == io.EOF {
			return nil
		}
		if failed != nil {
			return failed
		}
	}
}

// readRequest appends a line to buf, without its end. Of a line that is too
// long it keeps nothing.
func readRequest(r *bufio.Reader, buf []byte) (line []byte, long bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if long = long || len(buf)+len(part) > maxRequest; !long {
			buf = append(buf, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if long {
			return nil, true, err
		}
		return bytes.TrimRight(buf, "\r\n"), false, err
	}
}

// misfit says which part of a request is not what it must be.
func misfit(e *json.UnmarshalTypeError) string {
	if e.Field == "" {
		return fmt.Sprintf("the request must be a JSON object with templates, main, data and config, not %s", e.Value)
	}
	return fmt.Sprintf(`"%s" of the request cannot be %s`, e.Field, e.Value)
}

func renderLine(ctx context.Context, line []byte, d template.Dialect) answer {
	var q template.Request
	err := json.Unmarshal(line, &q)
	var other *json.UnmarshalTypeError
	if errors.As(err, &other) {
		return answer{Error: misfit(other)}
	}
	if err != nil {
		return answer{Error: fmt.Sprintf("the request is no JSON: %v", err)}
	}
	q.Dialect, q.Now = d, oneTime()
	ctx, cancel := context.WithTimeout(ctx, renderTime)
	defer cancel()
	out, err := q.Render(ctx)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Output: &out}
}
