package sandbox_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/luahive/luahive/sandbox"
)

// cacheDir keeps compiled code over all tests of this run.
var cacheDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "luahive-test-")
	if err != nil {
		panic(err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		panic(err)
	}
	cacheDir = filepath.Join(dir, "cache")
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// newRuntime makes a runtime that is closed with the test, and wants nothing to
// be left in it then.
func newRuntime(t testing.TB, o sandbox.Options) *sandbox.Runtime {
	t.Helper()
	o.CacheDir = cacheDir
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	rt, err := sandbox.New(o)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, rt.Close())
		require.Zero(t, rt.Stats().Seats)
		require.Zero(t, rt.Stats().Slots)
	})
	return rt
}

// script runs one script to its end.
func script(t testing.TB, source string, args ...any) sandbox.Exit {
	t.Helper()
	rt := newRuntime(t, sandbox.Options{})
	app, err := rt.LoadScript("test.lua", []byte(source))
	require.NoError(t, err)
	return runToEnd(t, app, sandbox.ScriptEntry, args...)
}

func runToEnd(t testing.TB, app *sandbox.App, entry string, args ...any) sandbox.Exit {
	t.Helper()
	p, err := app.Spawn(entry, "", args...)
	require.NoError(t, err)
	return wait(t, p)
}

func wait(t testing.TB, p *sandbox.Process) sandbox.Exit {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	exit, err := p.Wait(ctx)
	require.NoError(t, err)
	return exit
}

// application makes an application of entries that are all processes, from
// their sources by name, in namespace "t" with a host "t:host".
func application(sources map[string]string) fstest.MapFS {
	yaml := "namespace: t\nentries:\n  - {name: host, kind: process.host, lifecycle: {auto_start: true}}\n"
	files := fstest.MapFS{}
	for name, source := range sources {
		yaml += fmt.Sprintf("  - {name: %s, kind: process.lua, source: file://%s.lua}\n", name, name)
		files[name+".lua"] = &fstest.MapFile{Data: []byte(source)}
	}
	files["t.yaml"] = &fstest.MapFile{Data: []byte(yaml)}
	return files
}

func resultText(v any) string { return fmt.Sprint(v) }
