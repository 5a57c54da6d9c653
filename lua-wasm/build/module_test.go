package main

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckImports(t *testing.T) {
	// One import each: count, module, name, kind, type.
	const (
		host   = "\x01\x07luahive\x03now\x00\x00"
		wasi   = "\x01\x04wasi\x03now\x00\x00"
		memory = "\x01\x07luahive\x03mem\x02\x00\x01"
	)
	imports := func(body string) string { return wasmHeader + "\x02" + string(rune(len(body))) + body }
	for _, test := range []struct{ name, module, want string }{
		{"none", wasmHeader, ""},
		{"of the host", imports(host), ""},
		{"of others", imports(wasi), "imports wasi.now"},
		{"no function", imports(memory), "no functions"},
		{"cut body", imports(host[:8]), "cut short"},
		{"long count", imports("\xff\xff\xff\x7f"), "cut short"},
		{"cut section", imports(host)[:20], "within a section"},
		{"cut size", wasmHeader + "\x02", "within a section"},
		{"no module", "\x7fELF", "not WebAssembly"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := checkImports([]byte(test.module))
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (!errors.Is(err, errModule) || !strings.Contains(err.Error(), test.want)):
				t.Errorf("err = %v, want %q", err, test.want)
			}
		})
	}
}

func TestStripCustom(t *testing.T) {
	module := wasmHeader + "\x00\x05\x04name" + "\x01\x01\x00" + "\x00\x02\x01x"
	got, err := stripCustom([]byte(module))
	if want := wasmHeader + "\x01\x01\x00"; err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}
