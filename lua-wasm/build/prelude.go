package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// preludeHeader turns Lua files into a C header: their texts as arrays
//
//	static unsigned char lh_prelude_<name>[];
//
// and a table lh_prelude of {name, data, size}, in the order given, with its
// length in lh_prelude_count. A name is the file's without ".lua"; in an array's
// name what C doesn't take is an underscore.
func preludeHeader(files []string) ([]byte, error) {
	var arrays, table bytes.Buffer
	seen := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(filepath.Base(file), ".lua")
		id := "lh_prelude_" + strings.Map(identifierRune, name)
		if seen[id] != "" {
			return nil, fmt.Errorf("%s and %s have the same name in C", seen[id], file)
		}
		seen[id] = file
		fmt.Fprintf(&arrays, "static unsigned char %s[] = {%s};\n\n", id, byteList(data))
		fmt.Fprintf(&table, "  {%q, %s, %d},\n", name, id, len(data))
	}
	if len(files) == 0 { // C has no empty arrays
		table.WriteString("  {0, 0, 0}\n")
	}
	return fmt.Appendf(nil, `/* made by lua-wasm/build from lua-wasm/prelude; do not edit */
#ifndef lh_prelude_data_h
#define lh_prelude_data_h

#include <stddef.h>

%senum { lh_prelude_count = %d };

static const struct {
  const char *name;
  unsigned char *data;
  size_t size;
} lh_prelude[] = {
%s};

#endif
`, arrays.String(), len(files), table.String()), nil
}

func identifierRune(r rune) rune {
	if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
		return r
	}
	return '_'
}

func byteList(data []byte) string {
	if len(data) == 0 {
		return "0"
	}
	var s strings.Builder
	for i, c := range data {
		if i%20 == 0 {
			s.WriteString("\n  ")
		}
		fmt.Fprintf(&s, "%d,", c)
	}
	return s.String()
}
