package main

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestPackagesOf(t *testing.T) {
	got := packagesOf([]missingTool{{"a", "x"}, {"b", "y"}, {"c", "x"}})
	if want := []string{"x", "y"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMissingTools(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // no apt-get either
	b := &build{
		log: &progress{w: io.Discard},
		getenv: func(name string) string {
			return map[string]string{"WASI_SYSROOT": t.TempDir()}[name]
		},
	}
	_, err := b.tools(t.Context())
	if !errors.Is(err, errMissingTools) {
		t.Fatalf("err = %v, want errMissingTools", err)
	}
	for _, want := range []string{"wasm-opt", "wasi-libc", "sudo apt-get update && sudo apt-get install -y", "binaryen", "patch"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
}

func TestWrongOverride(t *testing.T) {
	b := &build{
		log: &progress{w: io.Discard},
		getenv: func(name string) string {
			return map[string]string{"WASM_OPT": "/nowhere/wasm-opt"}[name]
		},
	}
	if _, err := b.tools(t.Context()); err == nil || !strings.Contains(err.Error(), "WASM_OPT") {
		t.Errorf("err = %v, want one that names WASM_OPT", err)
	}
}
