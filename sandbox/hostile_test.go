package sandbox_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/luahive/luahive/sandbox"
)

// TestHostile runs each script of testdata/hostile, whose first line says what
// it dies of: a kind, and a part of the message. Those that never end are
// terminated. Meanwhile a neighbour on the same worker answers, and Go's
// collector runs.
func TestHostile(t *testing.T) {
	files, err := filepath.Glob("../testdata/hostile/*.lua")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".lua"), func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			first, _, _ := strings.Cut(string(source), "\n")
			words, ok := strings.CutPrefix(first, "-- dies: ")
			require.True(t, ok, "the first line must say what the script dies of")
			kind, part, _ := strings.Cut(words, " ")
			exit := runHostile(t, string(source), kind == "terminated")
			require.NotNil(t, exit.Err, "it ended normally with %v", exit.Result)
			require.Equal(t, kind, exit.Err.Kind, exit.Err.Message)
			require.Contains(t, exit.Err.Message, part)
		})
	}
}

func runHostile(t *testing.T, source string, endless bool) sandbox.Exit {
	t.Helper()
	rt := newRuntime(t, sandbox.Options{MemoryMax: 48 << 20})
	app, err := rt.Load(application(map[string]string{
		"bad":       "return function()\n" + source + "\nend",
		"neighbour": `return function() local n = 0 for i = 1, 10000 do n = n + i end return n end`,
	}))
	require.NoError(t, err)
	bad, err := app.Spawn("t:bad", "")
	require.NoError(t, err)
	for range 3 {
		exit := runToEnd(t, app, "t:neighbour")
		require.Nil(t, exit.Err)
		require.Equal(t, int64(50005000), exit.Result)
		runtime.GC()
	}
	if endless {
		select {
		case <-bad.Done():
			require.Fail(t, "it ended by itself")
		case <-time.After(20 * time.Millisecond):
		}
		require.NoError(t, bad.Terminate())
	}
	return wait(t, bad)
}
