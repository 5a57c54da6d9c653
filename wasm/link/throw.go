package link

import (
	"fmt"
	"slices"
	"strings"
)

// throwing knows which functions and which indirect calls may come back with
// something thrown.
type throwing struct {
	m *module
	// why has the functions that may throw, each with the first step of a
	// shortest way to a throw.
	why map[*function]step
	// byType has, for each canonical type that an indirect call may throw by, a
	// function that does it and is nearest to a throw.
	byType map[uint32]*function
	order  []*function // the keys of why, nearest to a throw first
	// comesBack has the functions that may return in the ordinary way.
	comesBack map[*function]bool
}

// A step is the call by which a function may throw.
type step struct {
	to       *function // nil: it is throw itself
	indirect bool
}

// findThrowing spreads from the functions that throw to all that call them,
// nearest first. Catching functions stop it.
func findThrowing(m *module) *throwing {
	t := &throwing{m: m, why: map[*function]step{}, byType: map[uint32]*function{}}
	byIndirect := map[uint32][]*function{}
	for _, f := range m.funcs {
		for _, typ := range f.indirect {
			byIndirect[typ] = append(byIndirect[typ], f)
		}
	}
	add := func(f *function, s step) {
		if _, known := t.why[f]; !known && !f.catches {
			t.why[f] = s
			t.order = append(t.order, f)
		}
	}
	for _, f := range m.funcs {
		if f.throws {
			add(f, step{})
		}
	}
	for i := 0; i < len(t.order); i++ {
		f := t.order[i]
		for _, caller := range f.callers {
			add(caller, step{to: f})
		}
		typ := m.canon[f.typ]
		if _, known := t.byType[typ]; known || !f.exposed {
			continue
		}
		t.byType[typ] = f
		for _, caller := range byIndirect[typ] {
			add(caller, step{to: f, indirect: true})
		}
	}
	t.findComingBack()
	return t
}

func (t *throwing) mayThrow(f *function) bool {
	_, yes := t.why[f]
	return yes
}

// mayThrowAt tells whether something thrown may come out of the instruction,
// which is no intrinsic.
func (t *throwing) mayThrowAt(in instruction) bool {
	switch in.op {
	case opCall:
		return t.mayThrow(t.m.funcs[in.arg])
	case opCallIndirect:
		return t.byType[t.m.canon[in.arg]] != nil
	}
	return false
}

// path shows a shortest way from f, which may throw, to a throw.
func (t *throwing) path(f *function) string {
	steps := []string{f.name}
	for {
		s := t.why[f]
		if s.to == nil {
			return strings.Join(append(steps, "throw"), " > ")
		}
		if s.indirect {
			steps = append(steps, fmt.Sprintf("call_indirect (%v)", t.m.typeOf(s.to)))
		}
		steps = append(steps, s.to.name)
		f = s.to
	}
}

// checkCatching refuses catching functions with two calls that may throw: only
// the one that the C code shows was meant to be caught.
func (t *throwing) checkCatching(f *function) error {
	var first *instruction
	for i, in := range f.code {
		if !t.mayThrowAt(in) {
			continue
		}
		if first == nil {
			first = &f.code[i]
			continue
		}
		return &Error{Func: f.name, Offset: in.start, Kind: ErrCatch, Detail: fmt.Sprintf(
			"a second call that may throw: %s; the first is %s at offset %#x",
			t.describe(in), t.describe(*first), first.start)}
	}
	return nil
}

func (t *throwing) describe(in instruction) string {
	if in.op == opCallIndirect {
		return fmt.Sprintf("call_indirect (%v)", t.m.types[in.arg])
	}
	return "call " + t.m.funcs[in.arg].name
}

// checkProtected proves that nothing thrown leaves the module.
func (t *throwing) checkProtected(allowed []string) error {
	var open []string
	note := func(f *function, how string) {
		if t.mayThrow(f) {
			open = append(open, how+": "+t.path(f))
		}
	}
	for _, e := range t.m.exports {
		if e.kind == kindFunction && !slices.Contains(allowed, e.name) {
			note(t.m.funcs[e.index], fmt.Sprintf("export %q", e.name))
		}
	}
	if f := t.m.startFn; f != nil {
		note(f, "start")
	}
	if how := t.m.shared(); how != "" {
		for _, f := range t.m.funcs {
			if f.exposed {
				note(f, how)
			}
		}
	}
	if len(open) == 0 {
		return nil
	}
	return fail(ErrUnprotected, -1, "%d ways\n\t%s", len(open), strings.Join(open, "\n\t"))
}

// shared tells by which way, if any, the host can get hold of functions that
// aren't exported.
func (m *module) shared() string {
	for _, e := range m.imports {
		switch {
		case e.kind == kindTable:
			return fmt.Sprintf("in imported table %s.%s", e.module, e.name)
		case e.kind == kindGlobal && m.globals[e.index].typ == typeFuncref,
			e.kind == kindFunction && slices.Contains(m.typeOf(m.funcs[e.index]).params, typeFuncref):
			return fmt.Sprintf("given to import %s.%s", e.module, e.name)
		}
	}
	for _, e := range m.exports {
		switch {
		case e.kind == kindTable:
			return fmt.Sprintf("in exported table %q", e.name)
		case e.kind == kindGlobal && m.globals[e.index].typ == typeFuncref,
			e.kind == kindFunction && slices.Contains(m.typeOf(m.funcs[e.index]).results, typeFuncref):
			return fmt.Sprintf("given by export %q", e.name)
		}
	}
	return ""
}
