package link

import "slices"

// intrinsicModule is where intrinsics are imported from.
const intrinsicModule = "luahive_link"

type intrinsic int

const (
	noIntrinsic intrinsic = iota
	intrinsicThrow
	intrinsicCaught
	intrinsicCount
	intrinsicFuel
	intrinsicSetFuel
)

var intrinsics = map[string]struct {
	id        intrinsic
	signature string
}{
	"throw":    {intrinsicThrow, "() -> ()"},
	"caught":   {intrinsicCaught, "() -> i32"},
	"count":    {intrinsicCount, "() -> ()"},
	"fuel":     {intrinsicFuel, "() -> i32"},
	"set_fuel": {intrinsicSetFuel, "(i32) -> ()"},
}

// facts are what a function does, as far as one look at its code tells.
type facts struct {
	intrinsic intrinsic // what it is, for an import
	throws    bool      // uses throw
	catches   bool      // uses caught
	counts    bool      // uses count

	callees  []*function // called directly, each once
	callers  []*function
	indirect []uint32 // types of its indirect calls, each once, made canonical
	exposed  bool     // an indirect call may reach it
}

// findIntrinsics marks the imports that go away, and numbers functions anew.
func (m *module) findIntrinsics() error {
	for _, e := range m.imports {
		if e.module != intrinsicModule {
			continue
		}
		if e.kind != kindFunction {
			return fail(ErrIntrinsic, e.start, "%s is a %v", e.name, e.kind)
		}
		known, ok := intrinsics[e.name]
		if !ok {
			return fail(ErrIntrinsic, e.start, "there is no %q", e.name)
		}
		f := m.funcs[e.index]
		if got := m.typeOf(f).String(); got != known.signature {
			return fail(ErrIntrinsic, e.start, "%s is %s, not %s", e.name, known.signature, got)
		}
		f.intrinsic = known.id
	}
	next := uint32(0)
	for _, f := range m.funcs {
		f.newIndex = next
		if f.intrinsic == noIntrinsic {
			next++
		}
	}
	return nil
}

// findCalls fills in the facts and refuses what no rewriting could help.
func (m *module) findCalls() error {
	expose := func(f *function, where string, offset int) error {
		if f.intrinsic != noIntrinsic {
			return &Error{Func: where, Offset: offset, Kind: ErrIntrinsic, Detail: f.name + " is used as a value"}
		}
		f.exposed = true
		return nil
	}
	exposeIn := func(b body, where string) error {
		for _, in := range b.code {
			if in.op != opRefFunc {
				continue
			}
			if err := expose(m.funcs[in.arg], where, in.start); err != nil {
				return err
			}
		}
		return nil
	}
	for _, b := range m.inits {
		if err := exposeIn(b, ""); err != nil {
			return err
		}
	}
	for _, s := range m.elements {
		for _, i := range s.functions {
			if err := expose(m.funcs[i], "", -1); err != nil {
				return err
			}
		}
		for _, b := range s.values {
			if err := exposeIn(b, ""); err != nil {
				return err
			}
		}
	}
	for _, e := range m.exports {
		if e.kind == kindFunction && m.funcs[e.index].intrinsic != noIntrinsic {
			return fail(ErrIntrinsic, -1, "%s is exported as %q", m.funcs[e.index].name, e.name)
		}
	}
	if m.startFn != nil && m.startFn.intrinsic != noIntrinsic {
		return fail(ErrIntrinsic, -1, "%s is the start function", m.startFn.name)
	}
	for _, f := range m.funcs {
		if err := exposeIn(f.body, f.name); err != nil {
			return err
		}
		if err := m.look(f); err != nil {
			return err
		}
	}
	return nil
}

// look fills in the facts of one function.
func (m *module) look(f *function) error {
	called := map[*function]bool{}
	indirect := map[uint32]bool{}
	for _, in := range f.code {
		if name, hidden := hiddenState[in.op]; hidden {
			return &Error{Func: f.name, Offset: in.start, Kind: ErrHiddenState, Detail: name}
		}
		switch in.op {
		case opCallIndirect:
			if t := m.canon[in.arg]; !indirect[t] {
				indirect[t] = true
				f.indirect = append(f.indirect, t)
			}
		case opCall:
			callee := m.funcs[in.arg]
			switch callee.intrinsic {
			case noIntrinsic:
				if !called[callee] {
					called[callee] = true
					f.callees = append(f.callees, callee)
					callee.callers = append(callee.callers, f)
				}
			case intrinsicThrow:
				f.throws = true
			case intrinsicCaught:
				f.catches = true
			case intrinsicCount:
				f.counts = true
			}
		}
	}
	if f.throws && f.catches {
		i := slices.IndexFunc(f.code, func(in instruction) bool { return m.calls(in, intrinsicThrow) })
		return &Error{Func: f.name, Offset: f.code[i].start, Kind: ErrCatch, Detail: "it throws too"}
	}
	return nil
}

func (m *module) calls(in instruction, i intrinsic) bool {
	return in.op == opCall && m.funcs[in.arg].intrinsic == i
}
