package luawasm

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

// The folder is embedded, not the file, because it always exists.
//
//go:embed artefact
var embedded embed.FS

// Module returns lua.wasm. The bytes are the caller's. The error is ErrNotBuilt
// if the program was compiled without it.
func Module() ([]byte, error) {
	return read(embedded, "artefact/lua.wasm")
}

// Info says what an artefact was made from.
type Info struct {
	Lua    string // version of Lua, "5.4.9"
	Key    string // SHA-256 of everything that it was made of and with, hex
	SHA256 string // of the module, hex
}

// Version returns what the embedded artefact was made from. The error is
// ErrNotBuilt if there is none.
func Version() (Info, error) {
	return version(embedded)
}

func version(files fs.FS) (Info, error) {
	record, err := read(files, "artefact/lua.wasm.key")
	if err != nil {
		return Info{}, err
	}
	var i Info
	if _, err := fmt.Sscanf(string(record), "lua %s\nkey %s\nsha256 %s\n", &i.Lua, &i.Key, &i.SHA256); err != nil {
		return Info{}, fmt.Errorf("luawasm: lua.wasm.key: %w", err)
	}
	return i, nil
}

func read(files fs.FS, name string) ([]byte, error) {
	data, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	return data, err
}
