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

// findComingBack finds the functions that may return without having thrown.
// Behind a call of any other, nothing has to be asked. The compiler knows them
// too, but what it leaves of its knowledge, an unreachable behind the call, may
// also be a trap that is meant.
func (t *throwing) findComingBack() {
	t.comesBack = map[*function]bool{}
	var work []*function
	for _, f := range t.m.funcs {
		if f.imported {
			t.comesBack[f] = true
		} else {
			work = append(work, f)
		}
	}
	for len(work) > 0 {
		f := work[0]
		work = work[1:]
		if t.comesBack[f] || !t.reachesEnd(f) {
			continue
		}
		t.comesBack[f] = true
		for _, caller := range f.callers {
			if !t.comesBack[caller] {
				work = append(work, caller)
			}
		}
	}
}

// passes tells whether the code behind an instruction is reached from it.
func (t *throwing) passes(f *function, in instruction) bool {
	switch in.op {
	case opUnreachable, opReturn, opBr, opBrTable:
		return false
	case opCall:
		callee := t.m.funcs[in.arg]
		if callee.intrinsic == intrinsicThrow {
			return false
		}
		return t.comesBack[callee] || f.catches && t.mayThrow(callee)
	}
	return true
}

// reachesEnd tells whether f may return by what is known now of its callees.
func (t *throwing) reachesEnd(f *function) bool {
	targeted := map[int32]bool{} // ends that reachable branches lead to
	branch := func(opener int32) {
		if opener == intoFunction || f.code[opener].op != opLoop {
			targeted[f.endOf(opener)] = true
		}
	}
	var entered []bool // of each if around that has an else to come: whether it is reached
	reached := true
	for i, in := range f.code {
		switch in.op {
		case opEnd, opElse:
		default:
			if !reached && in.op != opIf {
				continue
			}
		}
		switch in.op {
		case opIf:
			if f.code[in.to].op == opElse {
				entered = append(entered, reached)
			} else if reached {
				targeted[in.to] = true // by the else that isn't there
			}
		case opElse:
			if reached {
				targeted[in.to] = true
			}
			reached = entered[len(entered)-1]
			entered = entered[:len(entered)-1]
		case opEnd:
			reached = reached || targeted[int32(i)]
		case opBr, opBrIf:
			branch(in.to)
		case opBrTable:
			for _, opener := range f.tables[in.arg] {
				branch(opener)
			}
		case opReturn:
			return true
		}
		if !t.passes(f, in) {
			reached = false
		}
	}
	return reached
}
