package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// inputs are the files of the repository that an artefact is made of, each list
// in the order of names.
type inputs struct {
	patches []string
	glue    []string // .c and .h
	prelude []string // .lua
	program []string // sources of this program and of the pass
}

func findInputs(root string) (inputs, error) {
	var in inputs
	var err error
	if in.patches, err = listPatches(filepath.Join(root, "lua-wasm", "patches")); err != nil {
		return inputs{}, err
	}
	for _, list := range []struct {
		into    *[]string
		pattern string
	}{
		{&in.glue, "lua-wasm/glue/*.[ch]"},
		{&in.prelude, "lua-wasm/prelude/*.lua"},
		{&in.program, "lua-wasm/build/*.go"},
		{&in.program, "wasm/link/*.go"},
	} {
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(list.pattern)))
		if err != nil {
			return inputs{}, err
		}
		for _, name := range names {
			if !strings.HasSuffix(name, "_test.go") {
				*list.into = append(*list.into, name)
			}
		}
	}
	config, sources := false, 0
	for _, name := range in.glue {
		config = config || filepath.Base(name) == "config.h"
		if filepath.Ext(name) == ".c" {
			sources++
		}
	}
	if !config || sources == 0 {
		return inputs{}, fmt.Errorf("lua-wasm/glue is incomplete: it has %d C files, and config.h: %t", sources, config)
	}
	return in, nil
}

// key returns the name of the artefact: the SHA-256 of everything that it is
// made of and with. Where the repository lies makes no difference.
func (b *build) key(t tools) (string, error) {
	h := sha256.New()
	field := func(kind, name string, value []byte) {
		sum := sha256.Sum256(value)
		fmt.Fprintf(h, "%s %q %x\n", kind, name, sum)
	}
	fmt.Fprintf(h, "lua %s\nnames %t\n", b.release.sha256, b.names)
	for _, version := range t.versions {
		field("tool", version, nil)
	}
	for _, file := range []string{t.libc, t.builtins} {
		if err := fileField(field, "library", filepath.Base(file), file); err != nil {
			return "", err
		}
	}
	for _, list := range [][]string{b.inputs.patches, b.inputs.glue, b.inputs.prelude, b.inputs.program} {
		for _, file := range list {
			name, err := filepath.Rel(b.root, file)
			if err != nil {
				return "", err
			}
			if err := fileField(field, "file", filepath.ToSlash(name), file); err != nil {
				return "", err
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func fileField(field func(kind, name string, value []byte), kind, name, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	field(kind, name, data)
	return nil
}
