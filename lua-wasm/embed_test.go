package luawasm

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"testing"
	"testing/fstest"
)

func TestEmbedded(t *testing.T) {
	module, err := Module()
	if errors.Is(err, ErrNotBuilt) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	info, err := Version()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(module)
	if got := hex.EncodeToString(sum[:]); got != info.SHA256 {
		t.Errorf("lua.wasm has SHA-256 %s, its record says %s: run make wasm", got, info.SHA256)
	}
	if len(info.Key) != 64 || info.Lua == "" {
		t.Errorf("Version() = %+v", info)
	}
}

func TestVersion(t *testing.T) {
	if _, err := version(fstest.MapFS{}); !errors.Is(err, ErrNotBuilt) {
		t.Errorf("without a record: %v, want ErrNotBuilt", err)
	}
	record := func(text string) fstest.MapFS {
		return fstest.MapFS{"artefact/lua.wasm.key": {Data: []byte(text)}}
	}
	got, err := version(record("lua 5.4.9\nkey abc\nsha256 def\n"))
	if want := (Info{"5.4.9", "abc", "def"}); err != nil || got != want {
		t.Errorf("version = %+v, %v, want %+v", got, err, want)
	}
	if _, err := version(record("lua 5.4.9\n")); err == nil {
		t.Error("a cut record was taken")
	}
}
