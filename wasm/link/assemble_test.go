package link

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
)

// A program is a module in a small assembly language. It always has imports of
// all intrinsics, the imports "host.tick" () -> i32 and "host.note" (i32) -> (),
// a page of memory, the stack pointer as global 0, and a fuel function that asks
// tick.
//
// Code is a list of words. Functions are called by name ("call f", also "call
// throw", "call tick"); "@f" is the place of f in the table, as an i32.const.
// Signatures are written "i32,i64>f32". A block that isn't "block" is
// "block:i32" or "block:i32>i32".
type program struct {
	funcs   []fn
	globals []string // "mut i32", from number 1
	exports map[string]string
	noNames bool
	noFuel  bool // leaves the fuel function out
	start   string
	raw     func(id byte, content []byte) []byte // changes a section
	custom  []byte                               // put in front of the first section
}

type fn struct {
	name   string
	sig    string // ">" if empty
	locals string // "i32 i64"
	code   string
	export bool // by its name
	table  bool // put into the table
}

var mnemonics = map[string]byte{
	"unreachable": 0x00, "nop": 0x01, "block": 0x02, "loop": 0x03, "if": 0x04, "else": 0x05, "end": 0x0b, "br": 0x0c,
	"br_if": 0x0d, "br_table": 0x0e, "return": 0x0f, "call": 0x10, "call_indirect": 0x11, "drop": 0x1a, "select": 0x1b,
	"local.get": 0x20, "local.set": 0x21, "local.tee": 0x22, "global.get": 0x23, "global.set": 0x24, "table.get": 0x25,
	"table.set": 0x26, "i32.load": 0x28, "i32.store": 0x36, "memory.size": 0x3f, "memory.grow": 0x40, "i32.const": 0x41,
	"i64.const": 0x42, "f32.const": 0x43, "f64.const": 0x44, "i32.eqz": 0x45, "i32.eq": 0x46, "i32.lt_u": 0x49,
	"i32.gt_u": 0x4b, "i32.add": 0x6a, "i32.sub": 0x6b, "i32.mul": 0x6c, "i32.div_s": 0x6d, "i32.and": 0x71, "i32.xor": 0x73,
	"i64.add": 0x7c, "f64.add": 0xa0, "i32.wrap_i64": 0xa7, "i64.extend_i32_u": 0xad, "f64.convert_i32_u": 0xb8,
	"i32.extend8_s": 0xc0, "ref.null": 0xd0, "ref.func": 0xd2, "i32.trunc_sat_f64_s": 0xfc,
}

var valueTypes = map[string]byte{"i32": 0x7f, "i64": 0x7e, "f32": 0x7d, "f64": 0x7c, "funcref": 0x70, "externref": 0x6f}

type assembler struct {
	t     testing.TB
	types [][]byte
	index map[string]uint32 // of functions
	slot  map[string]int    // in the table
}

const fuelOutName = "luahive_fuel_out"

var preamble = []struct{ module, name, sig string }{
	{"luahive_link", "throw", ">"},
	{"host", "tick", ">i32"},
	{"luahive_link", "caught", ">i32"},
	{"luahive_link", "count", ">"},
	{"host", "note", "i32>"},
	{"luahive_link", "fuel", ">i32"},
	{"luahive_link", "set_fuel", "i32>"},
}

// assemble gives the module's bytes.
func assemble(t testing.TB, p program) []byte {
	t.Helper()
	a := &assembler{t: t, index: map[string]uint32{}, slot: map[string]int{}}
	funcs := p.funcs
	if !p.noFuel {
		// not the last, so that numbers behind it show mistakes
		funcs = append([]fn{{name: fuelOutName, code: "call tick call set_fuel", export: true}}, funcs...)
	}
	var imports, declared, table [][]byte
	for i, f := range preamble {
		a.index[f.name] = uint32(i)
		imports = append(imports, append(appendName(appendName(nil, f.module), f.name), 0, byte(a.typ(f.sig))))
	}
	for i, f := range funcs {
		a.index[f.name] = uint32(len(preamble) + i)
		if f.table {
			a.slot[f.name] = len(table)
			table = append(table, appendU32(nil, a.index[f.name]))
		}
		if f.sig == "" {
			funcs[i].sig = ">"
		}
		declared = append(declared, appendU32(nil, a.typ(funcs[i].sig)))
	}
	globals := [][]byte{append(appendS32([]byte{0x7f, 1, 0x41}, 65536), 0x0b)}
	for _, g := range p.globals {
		name, mutable := strings.CutPrefix(g, "mut ")
		b := []byte{valueTypes[name], 0}
		if mutable {
			b[1] = 1
		}
		globals = append(globals, append(append(b, zeroOf(name)...), 0x0b))
	}
	exports := [][]byte{append(appendName(nil, "__stack_pointer"), 3, 0), append(appendName(nil, "memory"), 2, 0)}
	for _, f := range funcs {
		if f.export {
			exports = append(exports, appendU32(append(appendName(nil, f.name), 0), a.index[f.name]))
		}
	}
	for _, what := range sortedKeys(p.exports) {
		kind, index, _ := strings.Cut(p.exports[what], " ")
		n, _ := strconv.Atoi(index)
		if kind == "func" {
			n = int(a.index[index])
		}
		exports = append(exports, appendU32(append(appendName(nil, what),
			map[string]byte{"func": 0, "table": 1, "memory": 2, "global": 3}[kind]), uint32(n)))
	}
	var bodies, names [][]byte
	for _, f := range preamble {
		names = append(names, appendName(appendU32(nil, a.index[f.name]), f.name))
	}
	for _, f := range funcs {
		var locals [][]byte
		for _, l := range strings.Fields(f.locals) {
			locals = append(locals, []byte{1, valueTypes[l]})
		}
		bodies = append(bodies, appendSized(nil, append(vector(locals), a.code(f.name, f.code+" end")...)))
		names = append(names, appendName(appendU32(nil, a.index[f.name]), f.name))
	}

	out := append([]byte(header), p.custom...)
	add := func(id byte, content []byte) {
		if p.raw != nil {
			content = p.raw(id, content)
		}
		if content != nil {
			out = appendSized(append(out, id), content)
		}
	}
	add(sectionType, vector(a.types))
	add(sectionImport, vector(imports))
	add(sectionFunction, vector(declared))
	add(sectionTable, append([]byte{1, 0x70, 0}, byte(len(table))))
	add(sectionMemory, []byte{1, 0, 2})
	add(sectionGlobal, vector(globals))
	add(sectionExport, vector(exports))
	if p.start != "" {
		add(sectionStart, appendU32(nil, a.index[p.start]))
	}
	add(sectionElement, append([]byte{1, 0, 0x41, 0, 0x0b}, vector(table)...))
	add(sectionDataCount, []byte{1})
	add(sectionCode, vector(bodies))
	add(sectionData, []byte{1, 0, 0x41, 8, 0x0b, 2, 'h', 'i'})
	if !p.noNames {
		content := append(appendName(nil, "name"), 1)
		content = appendSized(content, vector(names))
		content = appendSized(append(content, 2), []byte{1, byte(len(preamble)), 1, 0, 1, 'x'}) // a local of the first function
		content = appendSized(append(content, 3), []byte{0})
		content = appendSized(append(content, 9), []byte{0})
		add(sectionCustom, content)
	}
	return out
}

func vector(items [][]byte) []byte {
	b := appendU32(nil, uint32(len(items)))
	for _, item := range items {
		b = append(b, item...)
	}
	return b
}

func (a *assembler) typ(sig string) uint32 {
	params, results, ok := strings.Cut(sig, ">")
	if !ok {
		a.t.Fatalf("bad signature %q", sig)
	}
	b := []byte{0x60}
	for _, list := range []string{params, results} {
		var types [][]byte
		for _, t := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' }) {
			types = append(types, []byte{valueTypes[t]})
		}
		b = append(b, vector(types)...)
	}
	// every use has a type of its own, so that only structure makes them equal
	a.types = append(a.types, b)
	return uint32(len(a.types) - 1)
}

func (a *assembler) code(name, text string) []byte {
	var out []byte
	words := strings.Fields(text)
	next := func() string {
		if len(words) == 0 {
			a.t.Fatalf("%s: a word is missing", name)
		}
		w := words[0]
		words = words[1:]
		return w
	}
	number := func() int64 {
		w := next()
		v, err := strconv.ParseInt(w, 0, 64)
		if err != nil {
			a.t.Fatalf("%s: %v", name, err)
		}
		return v
	}
	for len(words) > 0 {
		w := next()
		if slot, ok := strings.CutPrefix(w, "@"); ok {
			n, known := a.slot[slot]
			if !known {
				a.t.Fatalf("%s: %s is not in the table", name, slot)
			}
			out = appendS32(append(out, 0x41), int32(n))
			continue
		}
		if hex, ok := strings.CutPrefix(w, "\\"); ok {
			v, _ := strconv.ParseUint(hex, 16, 8)
			out = append(out, byte(v))
			continue
		}
		op, blockType, _ := strings.Cut(w, ":")
		code, known := mnemonics[op]
		if !known {
			a.t.Fatalf("%s: unknown word %q", name, w)
		}
		out = append(out, code)
		switch op {
		case "block", "loop", "if":
			switch {
			case blockType == "":
				out = append(out, 0x40)
			case strings.Contains(blockType, ">"):
				out = appendS32(out, int32(a.typ(blockType)))
			default:
				out = append(out, valueTypes[blockType])
			}
		case "br", "br_if", "local.get", "local.set", "local.tee", "global.get", "global.set", "table.get", "table.set":
			out = appendU32(out, uint32(number()))
		case "br_table":
			n := number()
			out = appendU32(out, uint32(n))
			for range n + 1 {
				out = appendU32(out, uint32(number()))
			}
		case "call", "ref.func":
			f := next()
			index, known := a.index[f]
			if !known {
				a.t.Fatalf("%s: unknown function %q", name, f)
			}
			// padded, as the linker does it
			for range 4 {
				out = append(out, byte(index)|0x80)
				index >>= 7
			}
			out = append(out, byte(index))
		case "call_indirect":
			out = append(appendU32(out, a.typ(next())), 0)
		case "i32.load", "i32.store":
			out = append(out, 2, 0)
		case "memory.size", "memory.grow":
			out = append(out, 0)
		case "i32.const":
			out = appendS32(out, int32(number()))
		case "i64.const":
			out = appendS32(out, int32(number()))
		case "f32.const":
			v, _ := strconv.ParseFloat(next(), 32)
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(float32(v)))
		case "f64.const":
			v, _ := strconv.ParseFloat(next(), 64)
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
		case "ref.null":
			out = append(out, valueTypes[next()])
		case "i32.trunc_sat_f64_s":
			out = append(out, 2)
		}
	}
	return out
}

func zeroOf(typ string) []byte {
	switch typ {
	case "i32":
		return []byte{0x41, 0}
	case "i64":
		return []byte{0x42, 0}
	case "f32":
		return []byte{0x43, 0, 0, 0, 0}
	case "f64":
		return []byte{0x44, 0, 0, 0, 0, 0, 0, 0, 0}
	case "funcref", "externref":
		return []byte{0xd0, valueTypes[typ]}
	}
	panic(fmt.Sprintf("unreachable: type %q", typ))
}
