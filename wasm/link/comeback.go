package link

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
