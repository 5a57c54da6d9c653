package link

// An emitter writes the new code of one function.
type emitter struct {
	*pass
	f     *function
	code  []byte
	depth uint32 // blocks around
	tails []bool

	added   uint32 // locals, all i32, behind those that were there
	scratch local  // units left
	caught  local  // whether the call threw
	saved   local  // the stack pointer before it
}

// A local that is added when it is used first.
type local struct {
	used  bool
	index uint32
}

func (e *emitter) local(l *local) uint32 {
	if !l.used {
		l.used = true
		l.index = uint32(len(e.m.typeOf(e.f).params)) + e.f.localCount + e.added
		e.added++
	}
	return l.index
}

// function returns the code entry of f without its size.
func (p *pass) function(f *function) []byte {
	e := &emitter{pass: p, f: f, code: make([]byte, 0, 2*(len(f.code)+8))}
	if p.throwing.mayThrow(f) {
		e.tails = p.m.findTails(f, p.stackPointer)
	}
	if p.counting.recursive[f] {
		p.report.Entries++
		e.count()
	}
	for i, in := range f.code {
		e.instruction(i, in)
	}

	groups := f.localGroups
	if e.added > 0 {
		groups++
	}
	entry := append(appendU32(nil, groups), f.locals...)
	if e.added > 0 {
		entry = append(appendU32(entry, e.added), byte(typeI32))
	}
	return append(entry, e.code...)
}

func (e *emitter) instruction(i int, in instruction) {
	switch in.op {
	case opBlock, opIf:
		e.depth++
		e.copy(in)
	case opLoop:
		e.depth++
		e.copy(in)
		if e.counting.byLoop(e.f) {
			e.report.Loops++
			e.count()
		}
	case opEnd:
		e.depth--
		e.copy(in)
	case opCall:
		callee := e.m.funcs[in.arg]
		if callee.intrinsic != noIntrinsic {
			e.intrinsic(callee.intrinsic)
			return
		}
		e.call(i, in)
	case opCallIndirect:
		e.call(i, in)
	case opMemoryCopy, opMemoryFill, opMemoryInit:
		if !e.counting.exempt[e.f] {
			e.report.Copies++
			e.countBytes()
		}
		e.copy(in)
	case opRefFunc:
		e.op(opRefFunc, e.m.funcs[in.arg].newIndex)
	default:
		e.copy(in)
	}
}

func (e *emitter) call(i int, in instruction) {
	throws := e.throwing.mayThrowAt(in)
	catches := throws && e.f.catches
	if catches {
		e.op(opGlobalGet, e.stackPointer)
		e.op(opLocalSet, e.local(&e.saved))
	}
	if in.op == opCall {
		e.op(opCall, e.m.funcs[in.arg].newIndex)
	} else {
		e.copy(in)
	}
	switch {
	case !throws:
	case catches:
		e.take()
	case e.tails[i+1]:
		e.report.Elided++
	case !e.throwing.passes(e.f, in):
		e.report.Returns++
		e.zeros()
		e.code = append(e.code, byte(opReturn))
	default:
		e.report.Checks++
		e.zeros()
		e.op(opGlobalGet, e.flag)
		e.op(opBrIf, e.depth)
		for range e.m.typeOf(e.f).results {
			e.code = append(e.code, byte(opDrop))
		}
	}
}

func (e *emitter) intrinsic(id intrinsic) {
	switch id {
	case intrinsicThrow:
		e.report.Throws++
		e.i32(1)
		e.op(opGlobalSet, e.flag)
		e.zeros()
		e.code = append(e.code, byte(opReturn))
	case intrinsicCaught:
		if !e.throwsSomewhere() {
			e.i32(0)
			return
		}
		e.op(opLocalGet, e.local(&e.caught))
		e.i32(0)
		e.op(opLocalSet, e.local(&e.caught))
	case intrinsicCount:
		e.report.Counts++
		e.count()
	case intrinsicFuel:
		e.op(opGlobalGet, e.fuel)
	case intrinsicSetFuel:
		e.op(opGlobalSet, e.fuel)
	}
}

// throwsSomewhere tells whether there is anything to catch.
func (e *emitter) throwsSomewhere() bool {
	for _, in := range e.f.code {
		if e.throwing.mayThrowAt(in) {
			return true
		}
	}
	return false
}

// take follows the call in a catching function. It takes the flag at once, so
// that whatever runs before the code asks runs in an orderly state, and nothing
// is left behind on a way on which it doesn't ask.
func (e *emitter) take() {
	e.op(opGlobalGet, e.flag)
	e.op(opLocalTee, e.local(&e.caught))
	e.code = append(e.code, byte(opIf), emptyBlock)
	e.i32(0)
	e.op(opGlobalSet, e.flag)
	e.op(opLocalGet, e.local(&e.saved))
	e.op(opGlobalSet, e.stackPointer)
	e.code = append(e.code, byte(opEnd))
}

// count counts one unit. The value is kept in a local since engines read a
// global from memory each time.
func (e *emitter) count() {
	scratch := e.local(&e.scratch)
	e.op(opGlobalGet, e.fuel)
	e.i32(1)
	e.code = append(e.code, byte(opI32Sub))
	e.op(opLocalTee, scratch)
	e.op(opGlobalSet, e.fuel)
	e.op(opLocalGet, scratch)
	e.code = append(e.code, byte(opI32Eqz), byte(opIf), emptyBlock)
	e.op(opCall, e.counting.fuelOut.newIndex)
	e.code = append(e.code, byte(opEnd))
}

// unitBytesShift turns bytes that are copied or filled into units: 256 take up
// to 100 ns, as much as other units.
const unitBytesShift = 8

// countBytes counts units for the i32 on the stack, a number of bytes, and
// leaves it there. What is due beyond the units that are left is taken from the
// next ones, so that nothing is lost: a script could else work in big copies for
// almost nothing, and for a long time between two calls of the fuel function.
func (e *emitter) countBytes() {
	scratch := e.local(&e.scratch)
	e.op(opLocalTee, scratch)
	e.op(opLocalGet, scratch)
	e.i32(unitBytesShift)
	e.code = append(e.code, byte(opI32ShrU))
	e.op(opLocalTee, scratch)
	e.code = append(e.code, byte(opIf), emptyBlock)
	{
		e.op(opGlobalGet, e.fuel)
		e.op(opLocalGet, scratch)
		e.code = append(e.code, byte(opI32Sub))
		e.op(opLocalTee, scratch)
		e.op(opGlobalSet, e.fuel)
		e.code = append(e.code, byte(opLoop), emptyBlock)
		e.op(opLocalGet, scratch)
		e.i32(1)
		e.code = append(e.code, byte(opI32LtS), byte(opIf), emptyBlock)
		{
			e.op(opCall, e.counting.fuelOut.newIndex)
			e.op(opGlobalGet, e.fuel)
			e.op(opLocalGet, scratch)
			e.code = append(e.code, byte(opI32Add))
			e.op(opLocalTee, scratch)
			e.op(opGlobalSet, e.fuel)
			e.op(opBr, 1)
		}
		e.code = append(e.code, byte(opEnd), byte(opEnd))
	}
	e.code = append(e.code, byte(opEnd))
}

// zeros pushes results for a return that nobody looks at.
func (e *emitter) zeros() {
	for _, t := range e.m.typeOf(e.f).results {
		switch t {
		case typeI32:
			e.i32(0)
		case typeI64:
			e.code = append(e.code, byte(opI64Const), 0)
		case typeF32:
			e.code = append(e.code, byte(opF32Const), 0, 0, 0, 0)
		case typeF64:
			e.code = append(e.code, byte(opF64Const), 0, 0, 0, 0, 0, 0, 0, 0)
		default:
			e.code = append(e.code, byte(opRefNull), byte(t))
		}
	}
}

func (e *emitter) copy(in instruction) {
	e.code = append(e.code, e.m.data[in.start:in.end]...)
}

func (e *emitter) op(op opcode, arg uint32) {
	e.code = appendU32(append(e.code, byte(op)), arg)
}

func (e *emitter) i32(v int32) {
	e.code = appendS32(append(e.code, byte(opI32Const)), v)
}
