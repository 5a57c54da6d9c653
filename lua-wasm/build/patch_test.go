package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestListPatches(t *testing.T) {
	for _, test := range []struct {
		files []string
		want  string // base names, or an error's text after "!"
	}{
		{nil, ""},
		{[]string{"0002-b.patch", "0001-a.patch", "README"}, "0001-a.patch 0002-b.patch"},
		{[]string{"0001-a.patch", "0001-b.patch"}, "!two patches"},
		{[]string{"1-a.patch"}, "!a patch is named"},
	} {
		dir := t.TempDir()
		for _, name := range test.files {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		paths, err := listPatches(dir)
		var names []string
		for _, p := range paths {
			names = append(names, filepath.Base(p))
		}
		got := strings.Join(names, " ")
		if text, isError := strings.CutPrefix(test.want, "!"); isError {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%q: %v, want %q", test.files, err, text)
			}
		} else if got != test.want || err != nil {
			t.Errorf("%q: %q, %v, want %q", test.files, got, err, test.want)
		}
	}
}

func TestApplyPatches(t *testing.T) {
	program, err := exec.LookPath("patch")
	if err != nil {
		t.Skip(err)
	}
	dir, patches := t.TempDir(), t.TempDir()
	source := filepath.Join(dir, "src/a.c")
	name := filepath.Join(patches, "0001-change.patch")
	const text = "Why it is done.\n\n--- a/src/a.c\n+++ b/src/a.c\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	b := &build{release: releases[0], log: &progress{w: io.Discard}}
	for _, test := range []struct{ before, after string }{
		{"one\ntwo\nthree\n", "one\n2\nthree\n"},
		{"\n\n\none\ntwo\nthree\n", "\n\n\none\n2\nthree\n"},
		{"one\ntwo\nother\n", ""}, // no fuzz
		{"one\n2\nthree\n", ""},   // already in
	} {
		if err := writeFile(source, []byte(test.before)); err != nil {
			t.Fatal(err)
		}
		err := b.applyPatches(t.Context(), program, []string{name}, dir)
		if test.after == "" {
			if err == nil || !strings.Contains(err.Error(), "0001-change.patch does not apply to Lua 5.4.9") {
				t.Errorf("%q: %v", test.before, err)
			}
			continue
		}
		if got, _ := os.ReadFile(source); err != nil || string(got) != test.after {
			t.Errorf("%q: %q, %v", test.before, got, err)
		}
	}
}
