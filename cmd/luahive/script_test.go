package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"luahive": main})
}

// TestScripts runs the command as a person would, by testdata/script/*.txtar.
func TestScripts(t *testing.T) {
	cache, err := filepath.Abs(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	tutorial, err := filepath.Abs("../../testdata/tutorial")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "../../testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_CACHE_HOME", cache)
			e.Setenv("TUTORIAL", tutorial)
			return os.MkdirAll(cache, 0o700)
		},
	})
}
