package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// block is a fenced block of a Markdown file.
type block struct{ lang, text string }

var fences = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

func blocks(t *testing.T, section string) []block {
	t.Helper()
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(data), "\n## "+section+"\n")
	if !ok {
		t.Fatalf("README.md has no section %q", section)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	var found []block
	for _, m := range fences.FindAllStringSubmatch(text, -1) {
		found = append(found, block{m[1], m[2]})
	}
	return found
}

// changing are the parts of the output that differ from run to run.
var changing = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|( time) +\d[\d.a-zµ]*`)

// TestTutorial pastes the tutorial of the README into a shell, block by block,
// and holds what it says against what comes out.
func TestTutorial(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no sh")
	}
	dir := t.TempDir()
	bin := filepath.Join(dir, "bin")
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "sluice"), ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	at := dir
	all := blocks(t, "Five minutes")
	for i, b := range all {
		if b.lang != "sh" || strings.HasPrefix(b.text, "make build") {
			continue
		}
		cmd := exec.Command("sh", "-e")
		cmd.Stdin = strings.NewReader(b.text + "\npwd >" + filepath.Join(dir, "at") + "\n")
		cmd.Dir, cmd.Env = at, append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", b.text, err, out)
		}
		where, err := os.ReadFile(filepath.Join(dir, "at"))
		if err != nil {
			t.Fatal(err)
		}
		at = strings.TrimSpace(string(where))
		if i+1 < len(all) && all[i+1].lang == "text" {
			got, want := changing.ReplaceAllString(string(out), "$1"), changing.ReplaceAllString(all[i+1].text, "$1")
			if strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("%s\nsays\n%s\nREADME.md says\n%s", b.text, got, want)
			}
		}
	}
}
