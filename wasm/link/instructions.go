package link

import "fmt"

// An opcode; those behind a prefix byte have it in the high byte.
type opcode uint16

const (
	opUnreachable  opcode = 0x00
	opNop          opcode = 0x01
	opBlock        opcode = 0x02
	opLoop         opcode = 0x03
	opIf           opcode = 0x04
	opElse         opcode = 0x05
	opEnd          opcode = 0x0b
	opBr           opcode = 0x0c
	opBrIf         opcode = 0x0d
	opBrTable      opcode = 0x0e
	opReturn       opcode = 0x0f
	opCall         opcode = 0x10
	opCallIndirect opcode = 0x11
	opDrop         opcode = 0x1a
	opSelect       opcode = 0x1b
	opSelectTyped  opcode = 0x1c
	opLocalGet     opcode = 0x20
	opLocalSet     opcode = 0x21
	opLocalTee     opcode = 0x22
	opGlobalGet    opcode = 0x23
	opGlobalSet    opcode = 0x24
	opTableGet     opcode = 0x25
	opTableSet     opcode = 0x26
	opI32Load      opcode = 0x28 // the first memory access
	opI64Store32   opcode = 0x3e // the last
	opMemorySize   opcode = 0x3f
	opMemoryGrow   opcode = 0x40
	opI32Const     opcode = 0x41
	opI64Const     opcode = 0x42
	opF32Const     opcode = 0x43
	opF64Const     opcode = 0x44
	opI32Eqz       opcode = 0x45 // the first numeric instruction
	opI32LtS       opcode = 0x48
	opI32Add       opcode = 0x6a
	opI32Sub       opcode = 0x6b
	opI32DivS      opcode = 0x6d
	opI32RemU      opcode = 0x70
	opI32ShrU      opcode = 0x76
	opI64DivS      opcode = 0x7f
	opI64RemU      opcode = 0x82
	opI32TruncF32S opcode = 0xa8
	opI32TruncF64U opcode = 0xab
	opI64TruncF32S opcode = 0xae
	opI64TruncF64U opcode = 0xb1
	opI64Extend32S opcode = 0xc4 // the last
	opRefNull      opcode = 0xd0
	opRefIsNull    opcode = 0xd1
	opRefFunc      opcode = 0xd2

	prefixMisc opcode = 0xfc

	opI64TruncSatF64U opcode = 0xfc07 // the last saturating truncation, 0xfc00 the first
	opMemoryInit      opcode = 0xfc08
	opDataDrop        opcode = 0xfc09
	opMemoryCopy      opcode = 0xfc0a
	opMemoryFill      opcode = 0xfc0b
	opTableInit       opcode = 0xfc0c
	opElemDrop        opcode = 0xfc0d
	opTableCopy       opcode = 0xfc0e
	opTableGrow       opcode = 0xfc0f
	opTableSize       opcode = 0xfc10
	opTableFill       opcode = 0xfc11
)

// emptyBlock is the type of a block without operands and results.
const emptyBlock = 0x40

// intoFunction is what a branch out of the whole body has for an opener.
const intoFunction = -1

// An instruction, without what can be copied as it stands.
type instruction struct {
	op    opcode
	start int    // offset in the module
	end   int    // offset of what follows
	arg   uint32 // call, ref.func: function; call_indirect: type; global.*: global; br_table: index in body.tables
	// to is another instruction:
	//   block, loop, else: the end that belongs to it
	//   if: its else, or its end if there is none
	//   br, br_if: the block, loop or if that is branched to, or intoFunction
	to int32
}

// A body is the code of a function, or an expression that gives a constant.
type body struct {
	code   []instruction
	tables [][]int32 // what the br_tables branch to, as for br
}

// endOf returns the end of the block, loop or if at opener.
func (b *body) endOf(opener int32) int32 {
	if opener == intoFunction {
		return int32(len(b.code) - 1)
	}
	to := b.code[opener].to
	if b.code[to].op == opElse {
		return b.code[to].to
	}
	return to
}

// decode reads instructions up to the end that closes the expression. Indexes
// are checked against m as far as the pass follows them.
func (m *module) decode(r *reader) body {
	d := decoder{reader: r, m: m, open: []int32{intoFunction}}
	for len(d.open) > 0 && r.err == nil {
		d.instruction()
	}
	return body{d.code, d.tables}
}

type decoder struct {
	*reader
	m      *module
	code   []instruction
	tables [][]int32
	open   []int32 // the blocks around, outermost first
}

func (d *decoder) instruction() {
	in := instruction{start: d.pos}
	in.op = opcode(d.byte())
	if in.op == prefixMisc {
		sub := d.u32()
		if sub > 0xff {
			d.unknown(in.start, fmt.Sprintf("0xfc %d", sub))
			return
		}
		in.op = prefixMisc<<8 | opcode(sub)
	}
	d.immediates(&in)
	in.end = d.pos
	d.code = append(d.code, in)
}

func (d *decoder) unknown(start int, what string) {
	d.fail(ErrUnsupported, start, "opcode %s", what)
}

func (d *decoder) immediates(in *instruction) {
	here := int32(len(d.code))
	switch op := in.op; op {
	case opUnreachable, opNop, opReturn, opDrop, opSelect, opRefIsNull:
	case opBlock, opLoop, opIf:
		d.blockType()
		d.open = append(d.open, here)
	case opElse:
		opener := d.open[len(d.open)-1]
		if opener == intoFunction || d.code[opener].op != opIf || d.code[opener].to != 0 {
			d.fail(ErrMalformed, in.start, "else without if")
			return
		}
		d.code[opener].to = here
	case opEnd:
		d.close(here)
	case opBr, opBrIf:
		in.to = d.label()
	case opBrTable:
		n := d.count()
		targets := make([]int32, 0, n+1)
		for i := 0; i <= n && d.err == nil; i++ {
			targets = append(targets, d.label())
		}
		in.arg = uint32(len(d.tables))
		d.tables = append(d.tables, targets)
	case opCall, opRefFunc:
		in.arg = d.index("function", len(d.m.funcs))
	case opCallIndirect:
		in.arg = d.index("type", len(d.m.types))
		if table := d.u32(); table != 0 {
			d.fail(ErrUnsupported, in.start, "call_indirect through table %d", table)
		}
	case opSelectTyped:
		for range d.count() {
			d.valueType()
		}
	case opGlobalGet, opGlobalSet:
		in.arg = d.index("global", len(d.m.globals))
	case opLocalGet, opLocalSet, opLocalTee, opTableGet, opTableSet:
		in.arg = d.u32()
	case opMemorySize, opMemoryGrow, opMemoryFill:
		d.zero(in.start)
	case opMemoryCopy:
		d.zero(in.start)
		d.zero(in.start)
	case opMemoryInit:
		d.u32()
		d.zero(in.start)
	case opI32Const:
		d.signed(32)
	case opI64Const:
		d.signed(64)
	case opF32Const:
		d.bytes(4)
	case opF64Const:
		d.bytes(8)
	case opRefNull:
		if t := d.valueType(); t != typeFuncref && t != typeExternref {
			d.fail(ErrMalformed, in.start, "ref.null %v", t)
		}
	case opDataDrop, opElemDrop, opTableGrow, opTableSize, opTableFill:
		d.u32()
	case opTableInit, opTableCopy:
		d.u32()
		d.u32()
	default:
		switch {
		case op >= opI32Load && op <= opI64Store32:
			if align := d.u32(); align > 3 {
				d.fail(ErrUnsupported, in.start, "alignment %d", align)
			}
			d.u32()
		case op >= opI32Eqz && op <= opI64Extend32S:
		case op >= prefixMisc<<8 && op <= opI64TruncSatF64U:
		case op>>8 == prefixMisc:
			d.unknown(in.start, fmt.Sprintf("0xfc %d", op&0xff))
		default:
			d.unknown(in.start, fmt.Sprintf("%#02x", int(op)))
		}
	}
}

// close ends the innermost block at the instruction with the index here.
func (d *decoder) close(here int32) {
	opener := d.open[len(d.open)-1]
	d.open = d.open[:len(d.open)-1]
	if opener == intoFunction {
		return
	}
	if to := d.code[opener].to; to != 0 { // an else
		opener = to
	}
	d.code[opener].to = here
}

func (d *decoder) blockType() {
	start := d.pos
	switch t := d.signed(33); {
	case t >= 0 && t < int64(len(d.m.types)):
	case t >= 0:
		d.fail(ErrMalformed, start, "type %d of %d", t, len(d.m.types))
	case t >= -64:
		if b := byte(t & 0x7f); b != emptyBlock {
			d.checkValueType(start, b)
		}
	default:
		d.fail(ErrMalformed, start, "block type %d", t)
	}
}

func (d *decoder) label() int32 {
	start := d.pos
	depth := d.u32()
	if uint64(depth) >= uint64(len(d.open)) {
		d.fail(ErrMalformed, start, "branch to label %d of %d", depth, len(d.open))
		return intoFunction
	}
	return d.open[len(d.open)-1-int(depth)]
}

// zero reads the index of a memory, of which there is one at most.
func (d *decoder) zero(start int) {
	if n := d.u32(); n != 0 {
		d.fail(ErrUnsupported, start, "memory %d", n)
	}
}

// index reads an index into something that has n elements.
func (r *reader) index(what string, n int) uint32 {
	start := r.pos
	i := r.u32()
	if r.err == nil && uint64(i) >= uint64(n) {
		r.fail(ErrMalformed, start, "%s %d of %d", what, i, n)
		return 0
	}
	return i
}

// plain tells whether an instruction does nothing but compute: it can't trap,
// and nothing but operands and locals changes.
func (op opcode) plain() bool {
	switch op {
	case opNop, opDrop, opSelect, opSelectTyped, opLocalGet, opLocalSet, opLocalTee, opGlobalGet,
		opI32Const, opI64Const, opF32Const, opF64Const, opRefNull, opRefIsNull, opRefFunc:
		return true
	}
	switch {
	case op >= opI32DivS && op <= opI32RemU, op >= opI64DivS && op <= opI64RemU,
		op >= opI32TruncF32S && op <= opI32TruncF64U, op >= opI64TruncF32S && op <= opI64TruncF64U:
		return false
	}
	return op >= opI32Eqz && op <= opI64Extend32S || op >= prefixMisc<<8 && op <= opI64TruncSatF64U
}

// hiddenState names instructions that change what is neither in memory nor in
// globals.
var hiddenState = map[opcode]string{
	opTableSet:  "table.set",
	opDataDrop:  "data.drop",
	opTableInit: "table.init",
	opElemDrop:  "elem.drop",
	opTableCopy: "table.copy",
	opTableGrow: "table.grow",
	opTableFill: "table.fill",
}
