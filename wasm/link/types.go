package link

import (
	"fmt"
	"strings"
)

type valueType byte

const (
	typeI32       valueType = 0x7f
	typeI64       valueType = 0x7e
	typeF32       valueType = 0x7d
	typeF64       valueType = 0x7c
	typeFuncref   valueType = 0x70
	typeExternref valueType = 0x6f
)

func (t valueType) String() string {
	switch t {
	case typeI32:
		return "i32"
	case typeI64:
		return "i64"
	case typeF32:
		return "f32"
	case typeF64:
		return "f64"
	case typeFuncref:
		return "funcref"
	case typeExternref:
		return "externref"
	}
	return fmt.Sprintf("type %#x", byte(t))
}

type functionType struct{ params, results []valueType }

// String gives "(i32, i64) -> i32"; with no results, "() -> ()".
func (t functionType) String() string {
	list := func(types []valueType) string {
		s := make([]string, len(types))
		for i, t := range types {
			s[i] = t.String()
		}
		return strings.Join(s, ", ")
	}
	results := list(t.results)
	if len(t.results) != 1 {
		results = "(" + results + ")"
	}
	return "(" + list(t.params) + ") -> " + results
}

type global struct {
	typ     valueType
	mutable bool
}

func (g global) String() string {
	if g.mutable {
		return "mut " + g.typ.String()
	}
	return g.typ.String()
}

func (r *reader) valueType() valueType {
	start := r.pos
	b := r.byte()
	r.checkValueType(start, b)
	return valueType(b)
}

func (r *reader) checkValueType(start int, b byte) {
	switch valueType(b) {
	case typeI32, typeI64, typeF32, typeF64, typeFuncref, typeExternref:
	default:
		r.fail(ErrUnsupported, start, "%v", valueType(b))
	}
}

// Engines refuse more parameters or results.
const maxValues = 1000

func (r *reader) valueTypes() []valueType {
	start := r.pos
	n := r.count()
	if n > maxValues {
		r.fail(ErrUnsupported, start, "%d parameters or results", n)
		return nil
	}
	types := make([]valueType, 0, n)
	for range n {
		types = append(types, r.valueType())
	}
	return types
}

func (r *reader) globalType() global {
	g := global{typ: r.valueType()}
	start := r.pos
	mutable := r.byte()
	if mutable > 1 {
		r.fail(ErrMalformed, start, "mutability %d", mutable)
	}
	g.mutable = mutable == 1
	return g
}

// limits gives "2.." or "2..16".
func (r *reader) limits() string {
	start := r.pos
	flags := r.u32()
	low := r.u32()
	switch flags {
	case 0:
		return fmt.Sprintf("%d..", low)
	case 1:
		return fmt.Sprintf("%d..%d", low, r.u32())
	}
	r.fail(ErrUnsupported, start, "limits with flags %d", flags)
	return ""
}

func (r *reader) tableType() string {
	start := r.pos
	t := r.valueType()
	if r.err == nil && t != typeFuncref && t != typeExternref {
		r.fail(ErrUnsupported, start, "table of %v", t)
	}
	return t.String() + " " + r.limits()
}
