package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// cache keeps compiled code over the tests of one run.
var cache string

// tests makes the cache's folder around the run; testscript.Main exits.
type tests struct{ *testing.M }

func (t tests) Run() int {
	dir, err := os.MkdirTemp("", "luahive-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	cache = dir
	return t.M.Run()
}

func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){"luahive": main})
}

// TestScripts runs the command as a person would, by testdata/script/*.txtar.
func TestScripts(t *testing.T) {
	tutorial, err := filepath.Abs("../../testdata/tutorial")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "../../testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_CACHE_HOME", cache)
			e.Setenv("TUTORIAL", tutorial)
			return nil
		},
	})
}
