package syntax

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/sluicehq/sluice/engine/diag"
)

// trouble is an error of the parser with what can be learned about its place.
// The parser itself tells at most a line, and for half of its errors that of
// the beginning of what it was reading.
type trouble struct {
	src     *source
	problem string
	// line is where the part that the parser was reading begins.
	line int
	// seen is how many bytes the parser had read when it gave up. It looks
	// ahead by some, so the cause stands at or before it.
	seen int
	fs   *diag.List
}

var errorForm = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// explain reports an error of the parser in plain words, at the place where
// the text goes wrong.
func explain(src *source, err error, fs *diag.List) {
	t := &trouble{src: src, fs: fs, line: 1}
	// A line in front makes the parser tell the line even if it is the first.
	data := append([]byte{'\n'}, src.Data...)
	if seen, again := t.fail(data); again != nil {
		err = again
		t.seen = max(0, seen-1)
	}
	t.problem = err.Error()
	if m := errorForm.FindStringSubmatch(t.problem); m != nil {
		t.problem = m[2]
		if n, err := strconv.Atoi(m[1]); err == nil {
			t.line = t.fromScanner(n)
		}
	}
	t.report()
}

// fromScanner turns the line in an error into that in the file. Both forms of
// error count the extra line in front; the parser's own counts from 0.
func (t *trouble) fromScanner(n int) int {
	if !parserProblems[t.problem] {
		n--
	}
	return n
}

// parserProblems are the errors that do not come from the scanner.
var parserProblems = map[string]bool{
	"did not find expected <stream-start>":   true,
	"did not find expected <document start>": true,
	"found undefined tag handle":             true,
	"did not find expected node content":     true,
	"did not find expected '-' indicator":    true,
	"did not find expected key":              true,
	"did not find expected ',' or ']'":       true,
	"did not find expected ',' or '}'":       true,
	"found duplicate %YAML directive":        true,
	"found incompatible YAML document":       true,
	"found duplicate %TAG directive":         true,
}

// byteReader hands out a text byte by byte, so that what was read tells how
// far the parser came.
type byteReader struct {
	data []byte
	n    int
}

func (r *byteReader) Read(p []byte) (int, error) {
	if r.n >= len(r.data) || len(p) == 0 {
		return 0, io.EOF
	}
	p[0] = r.data[r.n]
	r.n++
	return 1, nil
}

// fail reads data and returns how much was read, and the error that came then.
func (t *trouble) fail(data []byte) (int, error) {
	r := &byteReader{data: data}
	d := yaml.NewDecoder(r)
	for {
		if _, err := readDocument(d); err == io.EOF {
			return r.n, nil
		} else if err != nil {
			return r.n, err
		}
	}
}

// fails reports whether text alone fails with the same problem.
func (t *trouble) fails(text []byte) bool {
	_, _, err := readDocuments(text)
	return err != nil && strings.HasSuffix(err.Error(), t.problem)
}

// breaks reports whether text alone fails with any problem.
func (t *trouble) breaks(text []byte) bool {
	_, _, err := readDocuments(text)
	return err != nil
}

// first returns the offset of the character that, coming after all before it,
// makes the parser fail in the way that it did.
func (t *trouble) first() int { return t.shrink(t.fails) }

// firstBreak returns the offset of the character before which the text is
// well: the one to blame when the text before it is complete.
func (t *trouble) firstBreak() int { return t.shrink(t.breaks) }

// shrink cuts characters off the end of what the parser had read for as long
// as it is bad, and returns the offset of the last one that made it so.
func (t *trouble) shrink(bad func([]byte) bool) int {
	data := t.src.Data
	n := min(t.seen, len(data))
	for range t.tries() {
		if n == 0 || !bad(data[:n-1]) {
			break
		}
		n--
	}
	return t.startOf(max(0, n-1))
}

// tries bounds how often the file is read again to find an error's place.
func (t *trouble) tries() int { return 1 + 3_000_000/(len(t.src.Data)+4_000) }

// startOf returns the offset at which the character with the byte off starts.
func (t *trouble) startOf(off int) int {
	for off > 0 && off < len(t.src.Data) && t.src.Data[off]&0xc0 == 0x80 {
		off--
	}
	return off
}

// word returns the end of the word, or of the character, at off.
func (s *source) word(off int) int {
	end := off
	for !s.IsSpace(end) && !isFlowMark(s.At(end)) {
		end++
	}
	return max(end, min(off+1, len(s.Data)))
}

// indentEnd returns the offset of the first character on the line of off.
func (s *source) indentEnd(off int) int { return s.SkipBlanks(s.LineStart(off)) }

// contextLine returns where the text of the line that the parser told begins
// and ends.
func (t *trouble) contextLine() (from, to int) {
	start := t.src.YAMLLine(t.line)
	return t.src.SkipBlanks(start), t.src.LineEnd(start)
}

func (t *trouble) errorf(from, to int, format string, args ...any) *diag.Finding {
	return t.fs.Errorf(t.src.Span(from, to), diag.CodeSyntax, format, args...)
}

// report chooses the explanation for the problem.
func (t *trouble) report() {
	if t.unknownAlias() || t.mergeConflict() {
		return
	}
	for _, e := range explanations {
		if strings.Contains(t.problem, e.problem) {
			e.report(t)
			return
		}
	}
	off := t.first()
	t.errorf(off, t.src.word(off), "the file is not valid YAML: %s", t.problem)
}

var conflictMark = regexp.MustCompile(`(?m)^<{7} .*$`)

// mergeConflict finds what version control left in the file.
func (t *trouble) mergeConflict() bool {
	at := conflictMark.FindIndex(t.src.Data)
	if at == nil {
		return false
	}
	t.errorf(at[0], at[1], "two versions of the file were not merged").
		Hint = "choose one of the two, and remove the lines with <<<<<<<, ======= and >>>>>>>"
	return true
}

// unknownAlias finds the alias that names no anchor.
func (t *trouble) unknownAlias() bool {
	name, ok := strings.CutPrefix(t.problem, "unknown anchor '")
	if !ok {
		return false
	}
	name = strings.TrimSuffix(name, "' referenced")
	s := t.src
	mark := []byte("*" + name)
	for off := 0; ; off++ {
		i := bytes.Index(s.Data[off:], mark)
		if i < 0 {
			t.fs.Errorf(s.Span(0, 0), diag.CodeAlias, "the alias %q is not defined", name)
			return true
		}
		off += i
		end := off + len(mark)
		if (off == 0 || s.IsSpace(off-1) || isFlowMark(s.At(off-1))) && s.word(off) == end && !s.inComment(off) {
			f := t.fs.Errorf(s.Span(off, end), diag.CodeAlias, "the alias %q is not defined before here", name)
			f.Hint = fmt.Sprintf("quote the value if it is meant to begin with %q", "*")
			return true
		}
	}
}

// inComment reports whether the line of off has the mark of a comment before
// off.
func (s *source) inComment(off int) bool {
	line := s.Data[s.LineStart(off):off]
	return bytes.HasPrefix(line, []byte("#")) || bytes.Contains(line, []byte(" #"))
}
