package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestArtefact(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new/folder/lua.wasm")
	if _, ok := readArtefact(file); ok {
		t.Error("read from nothing")
	}
	want := artefact{lua: "5.4.9", key: "abc", module: []byte("module")}
	if err := want.write(file); err != nil {
		t.Fatal(err)
	}
	got, ok := readArtefact(file)
	if !ok || got.lua != want.lua || got.key != want.key || !bytes.Equal(got.module, want.module) {
		t.Errorf("got %+v, %t", got, ok)
	}
	if err := os.WriteFile(file, []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, ok := readArtefact(file); ok {
		t.Error("a changed module was taken")
	}
}

// Builds that write at the same time leave whole files, and no others.
func TestArtefactConcurrently(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "lua.wasm")
	var wg sync.WaitGroup
	for i := range 8 {
		a := artefact{lua: "5.4.9", key: fmt.Sprint(i % 2), module: bytes.Repeat([]byte{byte(i % 2)}, 100_000)}
		wg.Go(func() {
			for range 20 {
				if err := a.write(file); err != nil {
					t.Error(err)
				}
				if got, ok := readArtefact(file); ok && (len(got.module) != 100_000 || got.key != fmt.Sprint(got.module[0])) {
					t.Errorf("read key %s with module of %d", got.key, got.module[0])
				}
			}
		})
	}
	wg.Wait()
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("left in the folder: %v", left)
	}
}

func TestPruneCache(t *testing.T) {
	dir := t.TempDir()
	for i := range maxCached + 3 {
		file := filepath.Join(dir, fmt.Sprintf("%02d.wasm", i))
		if err := (artefact{lua: "5.4.9", key: "k"}).write(file); err != nil {
			t.Fatal(err)
		}
		when := time.Unix(int64(1_000_000-i), 0)
		if err := os.Chtimes(file, when, when); err != nil {
			t.Fatal(err)
		}
	}
	if err := pruneCache(dir); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 2*maxCached {
		t.Errorf("%d files are left, want %d", len(left), 2*maxCached)
	}
	if _, ok := readArtefact(filepath.Join(dir, "00.wasm")); !ok {
		t.Error("the newest is gone")
	}
}
