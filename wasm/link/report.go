package link

import (
	"fmt"
	"strings"
)

// A Module is what a module wants from the outside and offers to it, in the
// order in which the module has it.
type Module struct {
	Imports []Import
	Exports []Export
}

// An Import is one thing that a module imports.
type Import struct {
	Module, Name string
	Kind         string // "function", "table", "memory" or "global"
	// Signature of a function, like "(i32, i64) -> i32" or "() -> ()"; type of
	// anything else, like "mut i32", "2.. pages" or "funcref 5..5".
	Signature string
}

// An Export is one thing that a module exports.
type Export struct {
	Name      string
	Kind      string // as Import.Kind
	Signature string // as Import.Signature
}

// A Report tells what Rewrite did. Functions are named as in the name section,
// in the order of the module.
type Report struct {
	Module             // as it is now
	Globals   []string // mutable globals that the host saves and restores, by the names of their exports
	Functions int      // with code
	MayThrow  []string // functions that may come back with something thrown
	Catching  []string // functions that catch
	Checks    int      // calls behind which the flag is asked for
	Elided    int      // calls that may throw, but the function is at its end then
	Returns   int      // calls that never come back in the ordinary way; the function returns behind them
	Throws    int      // uses of throw
	Counts    int      // uses of count
	Loops     int      // loop heads that count
	Entries   int      // entries of recursive functions that count
	Copies    int      // memory.copy, memory.fill and memory.init that count
}

// String gives the numbers in a line, for a build's output.
func (r Report) String() string {
	caught := "nothing is caught"
	if len(r.Catching) > 0 {
		caught = "caught in " + strings.Join(r.Catching, ", ")
	}
	return fmt.Sprintf("%d functions, %d may throw, %s; %d throws, %d checks, %d elided, %d returns; counted: %d loops, %d entries, %d copies, %d by hand",
		r.Functions, len(r.MayThrow), caught, r.Throws, r.Checks, r.Elided, r.Returns, r.Loops, r.Entries, r.Copies, r.Counts)
}

// Describe tells what a module imports and exports. It doesn't look at code.
func Describe(module []byte) (Module, error) {
	m, err := parse(module)
	if err != nil {
		return Module{}, err
	}
	return m.describe(), nil
}

func (m *module) describe() Module {
	var d Module
	for _, e := range m.imports {
		d.Imports = append(d.Imports, Import{e.module, e.name, e.kind.String(), m.signature(e.kind, e.index)})
	}
	for _, e := range m.exports {
		d.Exports = append(d.Exports, Export{e.name, e.kind.String(), m.signature(e.kind, e.index)})
	}
	return d
}

func (m *module) signature(k kind, index uint32) string {
	switch k {
	case kindFunction:
		return m.typeOf(m.funcs[index]).String()
	case kindTable:
		return m.tables[index]
	case kindMemory:
		return m.memories[index]
	default:
		return m.globals[index].String()
	}
}
