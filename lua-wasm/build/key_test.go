package main

import (
	"os"
	"path/filepath"
	"testing"
)

// testRepository makes a repository with one file of each kind and returns a
// build of it, with the tools beside it.
func testRepository(t *testing.T) (*build, tools) {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"lua-wasm/patches/0001-first.patch": "p",
		"lua-wasm/glue/config.h":            "h",
		"lua-wasm/glue/guest.c":             "c",
		"lua-wasm/prelude/10-first.lua":     "l",
		"lua-wasm/build/main.go":            "b",
		"wasm/link/link.go":                 "k",
		"tools/libc.a":                      "lib",
		"tools/builtins.a":                  "rt",
	} {
		if err := writeFile(filepath.Join(root, name), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return &build{root: root, release: releases[0]}, tools{
		libc:     filepath.Join(root, "tools/libc.a"),
		builtins: filepath.Join(root, "tools/builtins.a"),
		versions: []string{"clang 19.1.7"},
	}
}

func mustKey(t *testing.T, b *build, tl tools) string {
	t.Helper()
	var err error
	if b.inputs, err = findInputs(b.root); err != nil {
		t.Fatal(err)
	}
	key, err := b.key(tl)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestKeyIsStable(t *testing.T) {
	b1, t1 := testRepository(t)
	b2, t2 := testRepository(t)
	want := mustKey(t, b1, t1)
	if got := mustKey(t, b1, t1); got != want {
		t.Error("two calls differ")
	}
	if got := mustKey(t, b2, t2); got != want {
		t.Error("another folder gives another key")
	}
	for _, name := range []string{"lua-wasm/build/main_test.go", "lua-wasm/glue/README", "lua-wasm/artefact/lua.wasm"} {
		if err := writeFile(filepath.Join(b1.root, name), []byte("x")); err != nil {
			t.Fatal(err)
		}
		if got := mustKey(t, b1, t1); got != want {
			t.Errorf("%s changes the key", name)
		}
	}
}

func TestKeyChanges(t *testing.T) {
	b, tl := testRepository(t)
	seen := map[string]string{mustKey(t, b, tl): "nothing"}
	check := func(what string) {
		key := mustKey(t, b, tl)
		if seen[key] != "" {
			t.Errorf("%s: the same key as with %s", what, seen[key])
		}
		seen[key] = what
	}
	for _, name := range []string{
		"lua-wasm/patches/0001-first.patch", "lua-wasm/glue/config.h", "lua-wasm/glue/guest.c",
		"lua-wasm/prelude/10-first.lua", "lua-wasm/build/main.go", "wasm/link/link.go", "tools/libc.a", "tools/builtins.a",
	} {
		if err := os.WriteFile(filepath.Join(b.root, name), []byte("changed"), 0o644); err != nil {
			t.Fatal(err)
		}
		check(name)
	}
	if err := os.Rename(filepath.Join(b.root, "lua-wasm/glue/guest.c"), filepath.Join(b.root, "lua-wasm/glue/other.c")); err != nil {
		t.Fatal(err)
	}
	check("a new name")
	b.release = releases[1]
	check("another release")
	b.names = true
	check("names")
	tl.versions = []string{"clang 19.1.8"}
	check("another tool")
}

func TestIncompleteGlue(t *testing.T) {
	for _, name := range []string{"config.h", "guest.c"} {
		b, _ := testRepository(t)
		if err := os.Remove(filepath.Join(b.root, "lua-wasm/glue", name)); err != nil {
			t.Fatal(err)
		}
		if _, err := findInputs(b.root); err == nil {
			t.Errorf("taken without %s", name)
		}
	}
}
