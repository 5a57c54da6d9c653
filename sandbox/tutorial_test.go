package sandbox_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/luahive/luahive/sandbox"
)

var update = flag.Bool("update", false, "write what the programs print as what is expected")

const tutorial = "../testdata/tutorial"

// lines collects what scripts print.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// TestTutorial runs each program of the tutorial in a runtime of its own. What
// it prints and how it ends must be what its file in expect says. Lines in a row
// that begin with "Worker" come from processes that run at the same time; they
// are sorted.
func TestTutorial(t *testing.T) {
	expected, err := filepath.Glob(filepath.Join(tutorial, "expect", "*.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, expected)
	for _, file := range expected {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := runTutorial(t, name)
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
				return
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

func runTutorial(t *testing.T, name string) string {
	t.Helper()
	out := &lines{}
	rt := newRuntime(t, sandbox.Options{Output: out})
	app, err := rt.Load(os.DirFS(tutorial))
	require.NoError(t, err)
	p, err := app.Spawn("app.test.process:"+name, "app:processes")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	exit, err := p.Wait(ctx)
	require.NoError(t, err, "it printed:\n%s", out)
	text := out.String()
	switch {
	case exit.Err != nil:
		text += "failed: " + exit.Err.Message + "\n"
	case exit.Result != nil:
		text += "returned: " + resultText(exit.Result) + "\n"
	}
	return sortWorkers(text)
}

func sortWorkers(text string) string {
	all := strings.SplitAfter(text, "\n")
	for i := 0; i < len(all); i++ {
		j := i
		for j < len(all) && strings.HasPrefix(all[j], "Worker") {
			j++
		}
		slices.Sort(all[i:j])
		i = max(i, j-1)
	}
	return strings.Join(all, "")
}
