package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPreludeHeader(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for _, f := range [][2]string{{"10-errors.lua", "a\x00\xff\n"}, {"20-empty.lua", ""}} {
		name := filepath.Join(dir, f[0])
		if err := os.WriteFile(name, []byte(f[1]), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	header, err := preludeHeader(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"lh_prelude_10_errors[] = {\n  97,0,255,10,};",
		"lh_prelude_20_empty[] = {0};",
		"{\"10-errors\", lh_prelude_10_errors, 4},\n  {\"20-empty\", lh_prelude_20_empty, 0},",
		"lh_prelude_count = 2",
	} {
		if !strings.Contains(string(header), want) {
			t.Errorf("the header lacks %q:\n%s", want, header)
		}
	}
	if _, err := preludeHeader([]string{files[0], filepath.Join(dir, "..", filepath.Base(dir), "10-errors.lua")}); err == nil {
		t.Error("two files with one name were taken")
	}
	if _, err := preludeHeader(nil); err != nil {
		t.Errorf("no files: %v", err)
	}
}
