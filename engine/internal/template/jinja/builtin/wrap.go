package builtin

import (
	"errors"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/jinja/python"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

func wordwrap(env *Env, in python.Value, args []python.Value) (python.Value, error) {
	width, err := intOr(args[0], 79)
	if err != nil {
		return nil, err
	}
	if width < 1 {
		return nil, errors.New(`"wordwrap" needs a width of 1 or more`)
	}
	glue := textOr(args[2], "\n")
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(python.Text(in), "\n"), "\n") {
		lines = append(lines, python.Wrap(line, width, truthOr(args[1], true), truthOr(args[3], true))...)
	}
	if len(glue) > env.Budget.Bytes/(len(lines)+1) {
		return nil, php.ErrLarge
	}
	out := strings.Join(lines, glue)
	return like(in, out), env.Budget.Text(len(out))
}
