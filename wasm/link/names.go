package link

import (
	"fmt"
	"slices"
)

const (
	namesFunctions = 1
	namesLocals    = 2
	namesLabels    = 3
	namesGlobals   = 7
)

// A nameSection is parsed as far as the pass changes it.
type nameSection struct {
	parts     []namePart
	functions []nameAssoc
	globals   []nameAssoc
	locals    []localNames
}

type namePart struct {
	id      byte
	content []byte
}

type nameAssoc struct {
	index uint32
	name  string
}

type localNames struct {
	function uint32
	content  []byte
}

func (m *module) readNames(r *reader) *nameSection {
	n := &nameSection{}
	for !r.done() {
		start := r.pos
		part := namePart{id: r.byte()}
		if len(n.parts) > 0 && part.id <= n.parts[len(n.parts)-1].id {
			r.fail(ErrMalformed, start, "names of kind %d out of order", part.id)
		}
		sub := r.sub(r.u32())
		part.content = sub.data[sub.pos:sub.end]
		switch part.id {
		case namesFunctions:
			n.functions = sub.nameMap(len(m.funcs))
		case namesGlobals:
			n.globals = sub.nameMap(len(m.globals))
		case namesLocals:
			for range sub.count() {
				l := localNames{function: sub.index("function", len(m.funcs))}
				at := sub.pos
				sub.nameMap(1 << 32)
				l.content = sub.data[at:sub.pos]
				if sub.err != nil {
					break
				}
				n.locals = append(n.locals, l)
			}
		default:
			sub.pos = sub.end
		}
		if sub.err == nil && !sub.done() {
			sub.fail(ErrMalformed, sub.pos, "names of kind %d go on behind their end", part.id)
		}
		if r.err == nil && sub.err != nil {
			r.err = sub.err
		}
		if r.err != nil {
			return nil
		}
		n.parts = append(n.parts, part)
	}
	return n
}

func (r *reader) nameMap(limit int) []nameAssoc {
	var names []nameAssoc
	for range r.count() {
		a := nameAssoc{index: r.index("named thing", limit)}
		a.name = r.name()
		if r.err != nil {
			return nil
		}
		names = append(names, a)
	}
	return names
}

func appendNameMap(b []byte, names []nameAssoc) []byte {
	b = appendU32(b, uint32(len(names)))
	for _, a := range names {
		b = appendName(appendU32(b, a.index), a.name)
	}
	return b
}

// nameFunctions gives every function a name to show: that of the name section,
// that of its import or export, or its number.
func (m *module) nameFunctions() {
	if m.names != nil {
		for _, a := range m.names.functions {
			m.funcs[a.index].name = a.name
		}
	}
	fallback := func(i uint32, name string) {
		if f := m.funcs[i]; f.name == "" {
			f.name = name
		}
	}
	for _, e := range m.imports {
		if e.kind == kindFunction {
			fallback(e.index, e.module+"."+e.name)
		}
	}
	for _, e := range m.exports {
		if e.kind == kindFunction {
			fallback(e.index, e.name)
		}
	}
	for _, f := range m.funcs {
		fallback(f.index, fmt.Sprintf("function %d", f.index))
	}
}

// encode writes the section's content for the new numbers of functions, with
// the names of the globals that were added. Names of labels are left out: the
// pass adds blocks.
func (n *nameSection) encode(m *module, added []nameAssoc) []byte {
	parts := slices.Clone(n.parts)
	if !slices.ContainsFunc(parts, func(p namePart) bool { return p.id == namesGlobals }) {
		parts = append(parts, namePart{id: namesGlobals})
		slices.SortStableFunc(parts, func(a, b namePart) int { return int(a.id) - int(b.id) })
	}
	var out []byte
	for _, p := range parts {
		switch p.id {
		case namesLabels:
			continue
		case namesFunctions:
			var names []nameAssoc
			for _, a := range n.functions {
				if f := m.funcs[a.index]; f.intrinsic == noIntrinsic {
					names = append(names, nameAssoc{f.newIndex, a.name})
				}
			}
			p.content = appendNameMap(nil, names)
		case namesLocals:
			var locals []byte
			kept := uint32(0)
			for _, l := range n.locals {
				if f := m.funcs[l.function]; f.intrinsic == noIntrinsic {
					kept++
					locals = append(appendU32(locals, f.newIndex), l.content...)
				}
			}
			p.content = append(appendU32(nil, kept), locals...)
		case namesGlobals:
			p.content = appendNameMap(nil, slices.Concat(n.globals, added))
		}
		out = appendSized(append(out, p.id), p.content)
	}
	return out
}
