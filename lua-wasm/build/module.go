package main

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// The only module that the artefact imports from; abi/ has its functions.
const hostModule = "luahive"

const (
	wasmHeader     = "\x00asm\x01\x00\x00\x00"
	sectionCustom  = 0
	sectionImports = 2
)

// A section of a wasm module.
type section struct {
	id    byte
	whole []byte // with id and size
	body  []byte
}

func sections(module []byte) ([]section, error) {
	rest, found := strings.CutPrefix(string(module), wasmHeader)
	if !found {
		return nil, fmt.Errorf("%w: not WebAssembly", errModule)
	}
	var all []section
	for data := []byte(rest); len(data) > 0; {
		size, n := binary.Uvarint(data[1:])
		if n <= 0 || size > uint64(len(data)-1-n) {
			return nil, fmt.Errorf("%w: it ends within a section", errModule)
		}
		end := 1 + n + int(size)
		all = append(all, section{id: data[0], whole: data[:end], body: data[1+n : end]})
		data = data[end:]
	}
	return all, nil
}

// stripCustom leaves out names and notes on tools.
func stripCustom(module []byte) ([]byte, error) {
	all, err := sections(module)
	if err != nil {
		return nil, err
	}
	stripped := []byte(wasmHeader)
	for _, s := range all {
		if s.id != sectionCustom {
			stripped = append(stripped, s.whole...)
		}
	}
	return stripped, nil
}

// checkImports refuses a module that imports anything but functions of the host.
// libc brings WASI imports with it as soon as something uses a file or a clock,
// and a link-time intrinsic that is left is an error too.
func checkImports(module []byte) error {
	all, err := sections(module)
	if err != nil {
		return err
	}
	var foreign []string
	for _, s := range all {
		if s.id != sectionImports {
			continue
		}
		imports, err := parseImports(s.body)
		if err != nil {
			return err
		}
		for _, i := range imports {
			if i.module != hostModule {
				foreign = append(foreign, i.module+"."+i.name)
			}
		}
	}
	if len(foreign) > 0 {
		slices.Sort(foreign)
		return fmt.Errorf("%w: it imports %s; only functions of %q may be imported (--keep --names keeps the modules to look into)",
			errModule, strings.Join(foreign, ", "), hostModule)
	}
	return nil
}

type wasmImport struct{ module, name string }

// parseImports takes functions only: the artefact has its own memory and table.
func parseImports(body []byte) ([]wasmImport, error) {
	bad := fmt.Errorf("%w: imports that are no functions, or cut short", errModule)
	number := func() (uint64, bool) {
		v, n := binary.Uvarint(body)
		if n <= 0 {
			return 0, false
		}
		body = body[n:]
		return v, true
	}
	text := func() (string, bool) {
		size, ok := number()
		if !ok || size > uint64(len(body)) {
			return "", false
		}
		s := string(body[:size])
		body = body[size:]
		return s, true
	}
	count, ok := number()
	if !ok {
		return nil, bad
	}
	var imports []wasmImport
	for range count {
		module, ok1 := text()
		name, ok2 := text()
		kind, ok3 := number()
		_, ok4 := number()
		if !ok1 || !ok2 || !ok3 || !ok4 || kind != 0 {
			return nil, bad
		}
		imports = append(imports, wasmImport{module, name})
	}
	return imports, nil
}
