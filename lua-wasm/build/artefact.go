package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// An artefact is a finished lua.wasm. On disk it is two files: the module, and
// beside it its record under the same name with ".key" appended. Package luawasm
// reads the record.
type artefact struct {
	lua    string // version of Lua
	key    string
	module []byte
}

const recordFormat = "lua %s\nkey %s\nsha256 %s\n"

// readArtefact returns the artefact at a path. A module that doesn't fit its
// record (two builds wrote at the same time, or a file was changed) counts as
// not there.
func readArtefact(file string) (artefact, bool) {
	var a artefact
	record, err := os.ReadFile(file + ".key")
	if err != nil {
		return a, false
	}
	var sum string
	if _, err := fmt.Sscanf(string(record), recordFormat, &a.lua, &a.key, &sum); err != nil {
		return a, false
	}
	if a.module, err = os.ReadFile(file); err != nil {
		return a, false
	}
	return a, sum == a.sum()
}

func (a artefact) write(file string) error {
	if err := writeFile(file, a.module); err != nil {
		return err
	}
	return writeFile(file+".key", fmt.Appendf(nil, recordFormat, a.lua, a.key, a.sum()))
}

func (a artefact) sum() string {
	sum := sha256.Sum256(a.module)
	return hex.EncodeToString(sum[:])
}

func (a artefact) String() string {
	return fmt.Sprintf("Lua %s, %d KB", a.lua, (len(a.module)+512)/1024)
}

// writeFile makes the file appear complete or not at all, and its folder if
// need be.
func writeFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// maxCached is how many artefacts the cache keeps.
const maxCached = 32

// pruneCache removes the oldest artefacts. It is no error if another build does
// the same.
func pruneCache(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.wasm"))
	if err != nil || len(names) <= maxCached {
		return err
	}
	age := map[string]int64{}
	for _, name := range names {
		if info, err := os.Stat(name); err == nil {
			age[name] = info.ModTime().UnixNano()
		}
	}
	slices.SortFunc(names, func(x, y string) int { return cmp.Compare(age[x], age[y]) })
	for _, name := range names[:len(names)-maxCached] {
		os.Remove(name)
		os.Remove(name + ".key")
	}
	return nil
}
