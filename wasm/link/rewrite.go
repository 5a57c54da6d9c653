package link

import (
	"fmt"
	"strings"
)

// Names of exports that Rewrite needs or makes.
const (
	stackPointerExport = "__stack_pointer"
	throwingExport     = "luahive_throwing"
	fuelExport         = "luahive_fuel"
)

// Options say how to rewrite a module. The zero value is right for lua.wasm.
type Options struct {
	// FuelOut is the exported function () -> () that is called when fuel is used
	// up. Its export is removed. Neither it nor what it calls directly is
	// counted. Default "luahive_fuel_out".
	FuelOut string

	// NoCounting are functions, by the names of the name section, that are never
	// counted. Default none.
	NoCounting []string

	// AllowThrowingExports are exports that may throw nevertheless. They come
	// back with luahive_throwing set. For tests. Default none.
	AllowThrowingExports []string
}

// Rewrite rewrites a linked module; doc.go says how. It keeps no reference to
// module. Errors are of type [*Error] and wrap one of the sentinels.
func Rewrite(module []byte, o Options) ([]byte, Report, error) {
	if o.FuelOut == "" {
		o.FuelOut = "luahive_fuel_out"
	}
	m, err := parse(module)
	if err != nil {
		return nil, Report{}, err
	}
	if err := m.readCode(); err != nil {
		return nil, Report{}, err
	}
	if err := m.findIntrinsics(); err != nil {
		return nil, Report{}, err
	}
	if err := m.findCalls(); err != nil {
		return nil, Report{}, err
	}
	p := &pass{m: m}
	if err := p.planGlobals(); err != nil {
		return nil, Report{}, err
	}
	if p.counting, err = findCounting(m, o); err != nil {
		return nil, Report{}, err
	}
	p.throwing = findThrowing(m)
	if err := p.check(o); err != nil {
		return nil, Report{}, err
	}
	p.planExports(o)
	out := p.encode()
	p.fillReport()
	return out, p.report, nil
}

// A pass is one run over one module.
type pass struct {
	m        *module
	throwing *throwing
	counting *counting
	report   Report

	stackPointer, flag, fuel uint32 // globals
	exports                  []export
}

// planGlobals finds the stack pointer and the mutable globals that aren't
// exported, and adds those of the pass.
func (p *pass) planGlobals() error {
	m := p.m
	exported := map[uint32]string{}
	taken := map[string]bool{}
	p.stackPointer = uint32(len(m.globals)) // none
	for _, e := range m.exports {
		taken[e.name] = true
		if e.kind != kindGlobal {
			continue
		}
		if e.name == stackPointerExport {
			p.stackPointer = e.index
		}
		if exported[e.index] == "" {
			exported[e.index] = e.name
		}
	}
	if int(p.stackPointer) == len(m.globals) {
		return fail(ErrMissing, -1, "exported global %s (link with --export=%[1]s)", stackPointerExport)
	}
	if g := m.globals[p.stackPointer]; g != (global{typeI32, true}) {
		return fail(ErrUnsupported, -1, "%s is %v", stackPointerExport, g)
	}
	var added []export
	for i, g := range m.globals {
		if !g.mutable {
			continue
		}
		if g.typ == typeFuncref || g.typ == typeExternref {
			return fail(ErrHiddenState, -1, "global %d is %v", i, g)
		}
		name := exported[uint32(i)]
		if name == "" {
			name = fmt.Sprintf("luahive_global_%d", i)
			added = append(added, export{name, kindGlobal, uint32(i)})
		}
		p.report.Globals = append(p.report.Globals, name)
	}
	p.flag = uint32(len(m.globals))
	p.fuel = p.flag + 1
	added = append(added, export{throwingExport, kindGlobal, p.flag}, export{fuelExport, kindGlobal, p.fuel})
	p.report.Globals = append(p.report.Globals, throwingExport, fuelExport)
	for _, e := range added {
		if taken[e.name] {
			return fail(ErrExists, -1, "export %q; was the module rewritten before?", e.name)
		}
	}
	p.exports = added
	return nil
}

// planExports completes the list of exports: all but the fuel function, then
// what planGlobals added.
func (p *pass) planExports(o Options) {
	var all []export
	for _, e := range p.m.exports {
		if e.kind != kindFunction || e.name != o.FuelOut {
			all = append(all, e)
		}
	}
	p.exports = append(all, p.exports...)
}

// check holds what the pass found against the rules.
func (p *pass) check(o Options) error {
	for _, f := range p.m.funcs {
		if f.catches {
			if err := p.throwing.checkCatching(f); err != nil {
				return err
			}
		}
	}
	if f := p.counting.fuelOut; p.throwing.mayThrow(f) {
		return &Error{Func: f.name, Offset: f.start, Kind: ErrFuelOut, Detail: "it may throw: " + p.throwing.path(f)}
	}
	return p.throwing.checkProtected(o.AllowThrowingExports)
}

// encode writes the new module. Sections keep their order; there is none to add,
// since a module that has the exported stack pointer has globals and exports.
func (p *pass) encode() []byte {
	m := p.m
	out := append(make([]byte, 0, len(m.data)+len(m.data)/2), header...)
	for _, s := range m.sections {
		if strings.HasPrefix(s.name, ".debug_") || s.name == "external_debug_info" || s.name == "sourceMappingURL" {
			continue
		}
		content := m.data[s.start:s.end]
		switch s.id {
		case sectionCustom:
			if s.name == "name" {
				content = m.names.encode(m, []nameAssoc{{p.flag, throwingExport}, {p.fuel, fuelExport}})
			}
			content = append(appendName(nil, s.name), content...)
		case sectionImport:
			content = p.encodeImports()
		case sectionGlobal:
			content = p.encodeGlobals()
		case sectionExport:
			content = p.encodeExports()
		case sectionStart:
			content = appendU32(nil, m.startFn.newIndex)
		case sectionElement:
			content = p.encodeElements()
		case sectionCode:
			content = p.encodeCode()
		}
		out = appendSized(append(out, s.id), content)
	}
	return out
}

func (p *pass) encodeImports() []byte {
	var entries []byte
	kept := uint32(0)
	for _, e := range p.m.imports {
		if e.module != intrinsicModule {
			kept++
			entries = append(entries, p.m.data[e.start:e.end]...)
		}
	}
	return append(appendU32(nil, kept), entries...)
}

func (p *pass) encodeGlobals() []byte {
	m := p.m
	out := appendU32(nil, uint32(len(m.inits))+2)
	for i, init := range m.inits {
		g := m.globals[len(m.globals)-len(m.inits)+i]
		mutable := byte(0)
		if g.mutable {
			mutable = 1
		}
		out = p.appendConstant(append(out, byte(g.typ), mutable), init)
	}
	for range 2 { // throwing and fuel
		out = append(out, byte(typeI32), 1, byte(opI32Const), 0, byte(opEnd))
	}
	return out
}

func (p *pass) encodeExports() []byte {
	out := appendU32(nil, uint32(len(p.exports)))
	for _, e := range p.exports {
		index := e.index
		if e.kind == kindFunction {
			index = p.m.funcs[index].newIndex
		}
		out = appendU32(append(appendName(out, e.name), byte(e.kind)), index)
	}
	return out
}

func (p *pass) encodeElements() []byte {
	out := appendU32(nil, uint32(len(p.m.elements)))
	for _, s := range p.m.elements {
		out = appendU32(out, s.flags)
		if s.active() {
			if s.flags&2 != 0 {
				out = appendU32(out, s.table)
			}
			out = p.appendConstant(out, s.offset)
		}
		if s.flags&3 != 0 {
			out = append(out, s.elemKind)
		}
		out = appendU32(out, uint32(len(s.functions)+len(s.values)))
		for _, i := range s.functions {
			out = appendU32(out, p.m.funcs[i].newIndex)
		}
		for _, v := range s.values {
			out = p.appendConstant(out, v)
		}
	}
	return out
}

// appendConstant appends an expression, with the new numbers of functions.
func (p *pass) appendConstant(out []byte, b body) []byte {
	for _, in := range b.code {
		if in.op == opRefFunc {
			out = appendU32(append(out, byte(opRefFunc)), p.m.funcs[in.arg].newIndex)
		} else {
			out = append(out, p.m.data[in.start:in.end]...)
		}
	}
	return out
}

func (p *pass) encodeCode() []byte {
	var out []byte
	n := uint32(0)
	for _, f := range p.m.funcs {
		if !f.imported {
			n++
			out = appendSized(out, p.function(f))
		}
	}
	return append(appendU32(nil, n), out...)
}

// fillReport adds to the report what encode didn't count.
func (p *pass) fillReport() {
	m := p.m
	for _, f := range m.funcs {
		if f.imported {
			continue
		}
		p.report.Functions++
		if p.throwing.mayThrow(f) {
			p.report.MayThrow = append(p.report.MayThrow, f.name)
		}
		if f.catches {
			p.report.Catching = append(p.report.Catching, f.name)
		}
	}
	for _, e := range m.imports {
		if e.module != intrinsicModule {
			p.report.Imports = append(p.report.Imports, Import{e.module, e.name, e.kind.String(), m.signature(e.kind, e.index)})
		}
	}
	m.globals = append(m.globals, global{typeI32, true}, global{typeI32, true})
	for _, e := range p.exports {
		p.report.Exports = append(p.report.Exports, Export{e.name, e.kind.String(), m.signature(e.kind, e.index)})
	}
}
