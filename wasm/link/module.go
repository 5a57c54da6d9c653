package link

import (
	"fmt"
	"strings"
)

const header = "\x00asm\x01\x00\x00\x00"

const (
	sectionCustom = iota
	sectionType
	sectionImport
	sectionFunction
	sectionTable
	sectionMemory
	sectionGlobal
	sectionExport
	sectionStart
	sectionElement
	sectionCode
	sectionData
	sectionDataCount
)

// sectionOrder is the place of each section in a module.
var sectionOrder = [...]int{
	sectionType: 1, sectionImport: 2, sectionFunction: 3, sectionTable: 4, sectionMemory: 5, sectionGlobal: 6,
	sectionExport: 7, sectionStart: 8, sectionElement: 9, sectionDataCount: 10, sectionCode: 11, sectionData: 12,
}

type valueType byte

const (
	typeI32       valueType = 0x7f
	typeI64       valueType = 0x7e
	typeF32       valueType = 0x7d
	typeF64       valueType = 0x7c
	typeFuncref   valueType = 0x70
	typeExternref valueType = 0x6f
)

func (t valueType) String() string {
	switch t {
	case typeI32:
		return "i32"
	case typeI64:
		return "i64"
	case typeF32:
		return "f32"
	case typeF64:
		return "f64"
	case typeFuncref:
		return "funcref"
	case typeExternref:
		return "externref"
	}
	return fmt.Sprintf("type %#x", byte(t))
}

type functionType struct{ params, results []valueType }

// String gives "(i32, i64) -> i32"; with no results, "() -> ()".
func (t functionType) String() string {
	list := func(types []valueType) string {
		s := make([]string, len(types))
		for i, t := range types {
			s[i] = t.String()
		}
		return strings.Join(s, ", ")
	}
	results := list(t.results)
	if len(t.results) != 1 {
		results = "(" + results + ")"
	}
	return "(" + list(t.params) + ") -> " + results
}

type kind byte

const (
	kindFunction kind = iota
	kindTable
	kindMemory
	kindGlobal
)

func (k kind) String() string {
	return [...]string{"function", "table", "memory", "global"}[k]
}

type section struct {
	id         byte
	name       string // of a custom section
	start, end int    // of the content, behind the name of a custom section
}

type importEntry struct {
	module, name string
	kind         kind
	index        uint32 // in the index space of its kind
	start, end   int
}

type export struct {
	name  string
	kind  kind
	index uint32
}

type global struct {
	typ     valueType
	mutable bool
}

func (g global) String() string {
	if g.mutable {
		return "mut " + g.typ.String()
	}
	return g.typ.String()
}

// A segment of elements. Which of the fields count follows from the flags, as
// in the binary format.
type segment struct {
	flags     uint32
	table     uint32
	offset    body
	elemKind  byte // or a reference type
	functions []uint32
	values    []body
}

// A function is an import or has code.
type function struct {
	index    uint32
	newIndex uint32 // after the intrinsics are gone
	typ      uint32
	name     string // for people; made up where the module has none
	imported bool
	facts

	start       int    // offset of the code entry
	locals      []byte // the groups of locals as they were
	localGroups uint32
	localCount  uint32 // without parameters
	body
}

// A module, taken apart as far as the pass needs it. Sections that don't change
// are copied from data.
type module struct {
	data     []byte
	sections []section
	types    []functionType
	canon    []uint32 // of each type, the first that is structurally equal
	imports  []importEntry
	funcs    []*function // imports first
	tables   []string    // as text: they are only shown
	memories []string
	globals  []global
	inits    []body // of the globals that aren't imported
	exports  []export
	startFn  *function
	elements []segment
	names    *nameSection
}

func (m *module) typeOf(f *function) functionType { return m.types[f.typ] }

// parse reads everything but code.
func parse(data []byte) (*module, error) {
	m := &module{data: data}
	if len(data) < len(header) || string(data[:len(header)]) != header {
		return nil, fail(ErrMalformed, 0, "no header of WebAssembly, version 1")
	}
	if err := m.split(); err != nil {
		return nil, err
	}
	declared := 0
	bodies := 0
	for _, s := range m.sections {
		r := &reader{data: data, pos: s.start, end: s.end}
		switch s.id {
		case sectionCustom:
			if s.name == "linking" || strings.HasPrefix(s.name, "reloc.") {
				return nil, fail(ErrUnsupported, s.start, "section %s: the module isn't linked", s.name)
			}
			continue
		case sectionType:
			m.readTypes(r)
		case sectionImport:
			m.readImports(r)
		case sectionFunction:
			declared = m.readFunctions(r)
		case sectionTable:
			for range r.count() {
				m.tables = append(m.tables, r.tableType())
			}
		case sectionMemory:
			for range r.count() {
				m.memories = append(m.memories, r.limits()+" pages")
			}
		case sectionGlobal:
			m.readGlobals(r)
		case sectionExport:
			m.readExports(r)
		case sectionStart:
			if i := r.index("function", len(m.funcs)); r.err == nil {
				m.startFn = m.funcs[i]
			}
		case sectionElement:
			m.readElements(r)
		case sectionCode:
			bodies = r.count()
			r.pos = r.end // see readCode
		default: // copied as they are
			r.pos = r.end
		}
		if !r.done() {
			r.fail(ErrMalformed, r.pos, "section %d goes on behind its content", s.id)
		}
		if r.err != nil {
			return nil, r.err
		}
	}
	if bodies != declared {
		return nil, fail(ErrMalformed, -1, "%d functions and %d bodies", declared, bodies)
	}
	if len(m.memories) > 1 {
		return nil, fail(ErrUnsupported, -1, "%d memories", len(m.memories))
	}
	// names come last in a module, but errors in code want them
	for _, s := range m.sections {
		if s.id != sectionCustom || s.name != "name" {
			continue
		}
		if m.names != nil {
			return nil, fail(ErrMalformed, s.start, "a second name section")
		}
		r := &reader{data: data, pos: s.start, end: s.end}
		if m.names = m.readNames(r); r.err != nil {
			return nil, r.err
		}
	}
	m.nameFunctions()
	return m, nil
}

// split finds the sections.
func (m *module) split() error {
	last := 0
	r := &reader{data: m.data, pos: len(header), end: len(m.data)}
	for !r.done() {
		start := r.pos
		s := section{id: r.byte()}
		content := r.sub(r.u32())
		if r.err == nil && s.id == sectionCustom {
			s.name = content.name()
			r.err = content.err
		}
		if r.err != nil {
			return r.err
		}
		s.start, s.end = content.pos, content.end
		switch {
		case s.id == sectionCustom:
		case int(s.id) >= len(sectionOrder):
			return fail(ErrUnsupported, start, "section %d", s.id)
		case sectionOrder[s.id] <= last:
			return fail(ErrMalformed, start, "section %d out of order", s.id)
		default:
			last = sectionOrder[s.id]
		}
		m.sections = append(m.sections, s)
	}
	return nil
}

func (m *module) readTypes(r *reader) {
	first := map[string]uint32{}
	for range r.count() {
		start := r.pos
		if form := r.byte(); r.err == nil && form != 0x60 {
			r.fail(ErrUnsupported, start, "type of form %#x", form)
		}
		t := functionType{params: r.valueTypes(), results: r.valueTypes()}
		if r.err != nil {
			return
		}
		index := uint32(len(m.types))
		key := t.String()
		if _, seen := first[key]; !seen {
			first[key] = index
		}
		m.canon = append(m.canon, first[key])
		m.types = append(m.types, t)
	}
}

func (m *module) readImports(r *reader) {
	for range r.count() {
		e := importEntry{start: r.pos}
		e.module, e.name = r.name(), r.name()
		at := r.pos
		e.kind = kind(r.byte())
		switch e.kind {
		case kindFunction:
			e.index = uint32(len(m.funcs))
			m.funcs = append(m.funcs, &function{index: e.index, typ: r.index("type", len(m.types)), imported: true})
		case kindTable:
			e.index = uint32(len(m.tables))
			m.tables = append(m.tables, r.tableType())
		case kindMemory:
			e.index = uint32(len(m.memories))
			m.memories = append(m.memories, r.limits()+" pages")
		case kindGlobal:
			e.index = uint32(len(m.globals))
			m.globals = append(m.globals, r.globalType())
		default:
			r.fail(ErrUnsupported, at, "import of kind %d", e.kind)
		}
		if r.err != nil {
			return
		}
		e.end = r.pos
		m.imports = append(m.imports, e)
	}
}

func (m *module) readFunctions(r *reader) int {
	n := r.count()
	for range n {
		f := &function{index: uint32(len(m.funcs)), typ: r.index("type", len(m.types))}
		if r.err != nil {
			return 0
		}
		m.funcs = append(m.funcs, f)
	}
	return n
}

func (m *module) readGlobals(r *reader) {
	for range r.count() {
		g := r.globalType()
		init := m.constant(r)
		if r.err != nil {
			return
		}
		m.globals = append(m.globals, g)
		m.inits = append(m.inits, init)
	}
}

func (m *module) readExports(r *reader) {
	seen := map[string]bool{}
	for range r.count() {
		start := r.pos
		e := export{name: r.name(), kind: kind(r.byte())}
		if r.err == nil && e.kind > kindGlobal {
			r.fail(ErrUnsupported, start, "export of kind %d", e.kind)
		}
		if seen[e.name] {
			r.fail(ErrMalformed, start, "two exports %q", e.name)
		}
		if r.err != nil {
			return
		}
		sizes := [...]int{len(m.funcs), len(m.tables), len(m.memories), len(m.globals)}
		e.index = r.index(e.kind.String(), sizes[e.kind])
		seen[e.name] = true
		m.exports = append(m.exports, e)
	}
}

func (m *module) readElements(r *reader) {
	for range r.count() {
		start := r.pos
		s := segment{flags: r.u32()}
		if s.flags > 7 {
			r.fail(ErrMalformed, start, "element segment with flags %d", s.flags)
		}
		if s.active() {
			if s.flags&2 != 0 {
				s.table = r.index("table", len(m.tables))
			}
			s.offset = m.constant(r)
		}
		if s.flags&3 != 0 {
			s.elemKind = r.byte()
		}
		for range r.count() {
			if s.flags&4 != 0 {
				s.values = append(s.values, m.constant(r))
			} else {
				s.functions = append(s.functions, r.index("function", len(m.funcs)))
			}
			if r.err != nil {
				return
			}
		}
		if r.err != nil {
			return
		}
		m.elements = append(m.elements, s)
	}
}

func (s *segment) active() bool { return s.flags&1 == 0 }

// readCode reads the bodies of all functions.
func (m *module) readCode() error {
	for _, s := range m.sections {
		if s.id != sectionCode {
			continue
		}
		r := &reader{data: m.data, pos: s.start, end: s.end}
		r.count() // parse has compared it
		for _, f := range m.funcs {
			if f.imported {
				continue
			}
			entry := r.sub(r.u32())
			f.start = entry.pos
			m.readBody(entry, f)
			if entry.err != nil {
				entry.err.Func = f.name
				return entry.err
			}
		}
		if !r.done() {
			return fail(ErrMalformed, r.pos, "code section goes on behind its content")
		}
	}
	return nil
}

// Engines refuse functions with more than 50,000 locals; the pass adds three.
const maxLocals = 50000 - 3

func (m *module) readBody(r *reader, f *function) {
	n := r.count()
	f.localGroups = uint32(n)
	start := r.pos
	for range n {
		at := r.pos
		count := r.u32()
		r.valueType()
		if count > maxLocals || f.localCount+count > maxLocals {
			r.fail(ErrUnsupported, at, "more than %d locals", maxLocals)
		}
		if r.err != nil {
			return
		}
		f.localCount += count
	}
	f.locals = m.data[start:r.pos]
	f.body = m.decode(r)
	if !r.done() {
		r.fail(ErrMalformed, r.pos, "code behind the end of the function")
	}
}

// constant reads an expression that initialises something.
func (m *module) constant(r *reader) body {
	b := m.decode(r)
	if r.err != nil {
		return b
	}
	for _, in := range b.code {
		switch in.op {
		case opI32Const, opI64Const, opF32Const, opF64Const, opGlobalGet, opRefNull, opRefFunc, opEnd:
		default:
			r.fail(ErrUnsupported, in.start, "opcode %#x in a constant expression", int(in.op))
		}
	}
	return b
}

func (r *reader) valueType() valueType {
	start := r.pos
	b := r.byte()
	r.checkValueType(start, b)
	return valueType(b)
}

func (r *reader) checkValueType(start int, b byte) {
	switch valueType(b) {
	case typeI32, typeI64, typeF32, typeF64, typeFuncref, typeExternref:
	default:
		r.fail(ErrUnsupported, start, "%v", valueType(b))
	}
}

// Engines refuse more parameters or results.
const maxValues = 1000

func (r *reader) valueTypes() []valueType {
	start := r.pos
	n := r.count()
	if n > maxValues {
		r.fail(ErrUnsupported, start, "%d parameters or results", n)
		return nil
	}
	types := make([]valueType, 0, n)
	for range n {
		types = append(types, r.valueType())
	}
	return types
}

func (r *reader) globalType() global {
	g := global{typ: r.valueType()}
	start := r.pos
	mutable := r.byte()
	if mutable > 1 {
		r.fail(ErrMalformed, start, "mutability %d", mutable)
	}
	g.mutable = mutable == 1
	return g
}

// limits gives "2.." or "2..16".
func (r *reader) limits() string {
	start := r.pos
	flags := r.u32()
	low := r.u32()
	switch flags {
	case 0:
		return fmt.Sprintf("%d..", low)
	case 1:
		return fmt.Sprintf("%d..%d", low, r.u32())
	}
	r.fail(ErrUnsupported, start, "limits with flags %d", flags)
	return ""
}

func (r *reader) tableType() string {
	start := r.pos
	t := r.valueType()
	if r.err == nil && t != typeFuncref && t != typeExternref {
		r.fail(ErrUnsupported, start, "table of %v", t)
	}
	return t.String() + " " + r.limits()
}
