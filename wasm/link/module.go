package link

import "strings"

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
