package abi_test

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/luahive/luahive/abi"
)

var update = flag.Bool("update", false, "write the files that are made from this package")

// TestGeneratedFiles wants the files that are made from the table to be what
// the table says.
func TestGeneratedFiles(t *testing.T) {
	for file, want := range map[string]string{
		"ABI.md":                 abi.Markdown(),
		"../lua-wasm/glue/abi.h": abi.Header(),
	} {
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(want), 0o644))
			continue
		}
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, want, string(got), "%s: run go test ./abi -update", file)
	}
}

// TestNames wants every name to be there once, and documented.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range append(append([]abi.Function(nil), abi.Imports...), abi.Exports...) {
		require.False(t, seen[f.Name], f.Name)
		seen[f.Name] = true
		require.NotEmpty(t, f.Doc, f.Name)
	}
}
