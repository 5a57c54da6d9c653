package link

// findTails tells, of each instruction of f, whether the function returns from
// there without doing anything that shows, whatever its operands are. Behind a
// call that threw such code may run: the results are garbage, but the caller
// looks at the flag first. The stack pointer may be set, because the function
// that catches restores it.
func (m *module) findTails(f *function, stackPointer uint32) []bool {
	tail := make([]bool, len(f.code))
	for i := len(f.code) - 1; i >= 0; i-- {
		switch in := f.code[i]; in.op {
		case opEnd:
			tail[i] = i == len(f.code)-1 || tail[i+1]
		case opElse: // reached from the branch before it
			tail[i] = tail[in.to]
		case opReturn:
			tail[i] = true
		case opBr:
			switch {
			case in.to == intoFunction:
				tail[i] = true
			case f.code[in.to].op != opLoop:
				tail[i] = tail[f.endOf(in.to)]
			}
		case opBlock:
			tail[i] = tail[i+1]
		case opGlobalSet:
			tail[i] = in.arg == stackPointer && tail[i+1]
		default:
			tail[i] = in.op.plain() && tail[i+1]
		}
	}
	return tail
}
