package sandbox_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/luahive/luahive/sandbox"
)

// TestLua runs every script below testdata/lua. A script is its own golden file:
// "--> =text" behind a line, or on a line of its own, is the next line that it
// must print; "--> ~regexp" is what that line must match.
func TestLua(t *testing.T) {
	const root = "../testdata/lua"
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".lua" {
			return err
		}
		name, _ := filepath.Rel(root, path)
		t.Run(strings.TrimSuffix(filepath.ToSlash(name), ".lua"), func(t *testing.T) {
			t.Parallel()
			runGolden(t, path)
		})
		return nil
	})
	require.NoError(t, err)
}

func runGolden(t *testing.T, path string) {
	t.Helper()
	source, err := os.ReadFile(path)
	require.NoError(t, err)
	out := &lines{}
	rt := newRuntime(t, sandbox.Options{Output: out})
	app, err := rt.LoadScript(filepath.Base(path), source)
	require.NoError(t, err)
	exit := runToEnd(t, app, sandbox.ScriptEntry)
	if exit.Err != nil {
		t.Errorf("it failed: %s\n%s", exit.Err.Message, exit.Err.Traceback)
	}
	got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	wanted := 0
	for number, line := range strings.Split(string(source), "\n") {
		_, want, ok := strings.Cut(line, "--> ")
		if !ok {
			continue
		}
		if wanted >= len(got) {
			t.Fatalf("%s:%d: it printed only %d lines, %q is missing", path, number+1, len(got), want)
		}
		have := got[wanted]
		wanted++
		switch {
		case strings.HasPrefix(want, "="):
			if have != want[1:] {
				t.Errorf("%s:%d: got  %q\nwant %q", path, number+1, have, want[1:])
			}
		case strings.HasPrefix(want, "~"):
			if !regexp.MustCompile(want[1:]).MatchString(have) {
				t.Errorf("%s:%d: got  %q\nwant a match of %q", path, number+1, have, want[1:])
			}
		default:
			t.Fatalf("%s:%d: what is expected begins with = or ~", path, number+1)
		}
	}
	if wanted < len(got) {
		t.Errorf("%s: it printed more than is expected: %q", path, got[wanted:])
	}
}
