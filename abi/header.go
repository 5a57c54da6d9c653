package abi

import (
	"fmt"
	"strings"
)

// Header is lua-wasm/glue/abi.h: the contract for C.
func Header() string {
	var b strings.Builder
	b.WriteString(`/*
** abi.h
** The contract with the host, for C. Made from package abi (go test ./abi
** -update); abi/ABI.md says what each function does.
*/
#ifndef lh_abi_h
#define lh_abi_h

#include <stddef.h>
#include <stdint.h>

`)
	fmt.Fprintf(&b, "#define LH_ABI_VERSION\t%d\n", Version)
	for _, c := range []struct {
		name  string
		value int
	}{
		{"EXT_REFERENCE", ExtReference}, {"EXT_ERROR", ExtError}, {"MAX_DEPTH", MaxDepth},
		{"LOAD_MAIN", LoadMain}, {"LOAD_LIBRARY", LoadLibrary}, {"LOAD_SETTINGS", LoadSettings},
		{"LOG_PRINT", LogPrint}, {"LOG_DEBUG", LogDebug}, {"LOG_INFO", LogInfo}, {"LOG_WARN", LogWarn}, {"LOG_ERROR", LogError},
		{"SPAWN_MONITOR", SpawnMonitor}, {"SPAWN_LINK", SpawnLink},
		{"OPTION_TRAP_LINKS", OptionTrapLinks},
		{"WAITS", Waits}, {"DONE", Done},
		{"CLOSED", Closed}, {"RECORD_HEADER", RecordHeader}, {"SEED_SIZE", SeedSize},
	} {
		fmt.Fprintf(&b, "#define LH_%s\t%d\n", c.name, c.value)
	}
	fmt.Fprintf(&b, `
#define lh_import(name) \
  __attribute__((import_module("%s"), import_name(name)))

`, Module)
	for _, f := range Imports {
		var list []string
		for i, p := range f.Params {
			length := i > 0 && f.Params[i-1].Pointer
			list = append(list, cType(p, length)+p.Name)
		}
		if len(list) == 0 {
			list = []string{"void"}
		}
		result := "void"
		if len(f.Results) > 0 {
			result = map[Type]string{I32: "int32_t", I64: "int64_t"}[f.Results[0]]
		}
		fmt.Fprintf(&b, "lh_import(%q)\n%s lh_host_%s (%s);\n\n", f.Name, result, f.Name, strings.Join(list, ", "))
	}
	b.WriteString("#endif\n")
	return b.String()
}

func cType(p Param, length bool) string {
	switch {
	case p.Room:
		return "void *"
	case p.Pointer:
		return "const void *"
	case length:
		return "size_t "
	case p.Type == I64:
		return "int64_t "
	default:
		return "int32_t "
	}
}

// Markdown is ABI.md: the contract for people.
func Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# The ABI, version %d

Made from package abi (`+"`go test ./abi -update`"+`). Pointers are offsets in the guest's memory, each followed by a length in bytes.
What they point to belongs to the guest; the host copies what it keeps before it returns, and keeps no pointer. A pointer or a
length that isn't within the memory, or bytes that aren't the payload they should be, end the process (internal).

## Imports, from module %q

`, Version, Module)
	list(&b, Imports)
	b.WriteString("\n## Exports\n\nBesides these: `memory`, `_initialize`, and every mutable global.\n\n")
	list(&b, Exports)
	return b.String()
}

func list(b *strings.Builder, functions []Function) {
	b.WriteString("| function | what it does |\n|---|---|\n")
	for _, f := range functions {
		var names []string
		for _, p := range f.Params {
			names = append(names, p.Name+" "+p.Type.String())
		}
		signature := f.Name + "(" + strings.Join(names, ", ") + ")"
		for _, r := range f.Results {
			signature += " -> " + r.String()
		}
		doc := f.Doc
		if f.Blocks {
			doc += " May block."
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", signature, doc)
	}
}
