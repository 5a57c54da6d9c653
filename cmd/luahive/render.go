package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/luahive/luahive/abi"
)

// render shows a value that a script returned, as Lua would write it. A string
// at the top stands as it is.
func render(v any) string {
	if s, ok := v.(string); ok {
		return printable(s)
	}
	var b strings.Builder
	write(&b, v, map[*abi.Table]bool{})
	return b.String()
}

func write(b *strings.Builder, v any, above map[*abi.Table]bool) {
	switch v := v.(type) {
	case nil:
		b.WriteString("nil")
	case string:
		b.WriteString(quoted(v))
	case float64:
		b.WriteString(float(v))
	case *abi.Error:
		b.WriteString(printable(v.Message))
	case *abi.Table:
		if above[v] {
			b.WriteString("<cycle>")
			return
		}
		above[v] = true
		writeTable(b, v, above)
		delete(above, v)
	default:
		fmt.Fprint(b, v)
	}
}

func writeTable(b *strings.Builder, t *abi.Table, above map[*abi.Table]bool) {
	b.WriteByte('{')
	separator := ""
	for _, v := range t.Array {
		b.WriteString(separator)
		write(b, v, above)
		separator = ", "
	}
	for _, f := range t.Fields {
		b.WriteString(separator)
		if name, ok := f.Key.(string); ok && identifier(name) {
			b.WriteString(name)
		} else {
			b.WriteByte('[')
			write(b, f.Key, above)
			b.WriteByte(']')
		}
		b.WriteString(" = ")
		write(b, f.Value, above)
		separator = ", "
	}
	b.WriteByte('}')
}

func identifier(s string) bool {
	for i, r := range s {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// float writes a float as Lua does: with a point, so that it isn't taken for an
// integer.
func float(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "math.huge"
	case math.IsInf(f, -1):
		return "-math.huge"
	case math.IsNaN(f):
		return "0/0"
	}
	s := strconv.FormatFloat(f, 'g', 14, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

func quoted(s string) string { return strconv.Quote(s) }

// printable escapes what could steer a terminal; lines and tabs stay.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r >= 0x20 && r != 0x7f && (r < 0x80 || r > 0x9f) {
			return r
		}
		return '\uFFFD'
	}, s)
}
