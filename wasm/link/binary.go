package link

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// A reader takes a part of a module apart. The first error stays; after it all
// reads give zeros, so that callers check once, at latest before they loop or
// allocate by what was read ([reader.count] is safe by itself).
type reader struct {
	data []byte // the whole module, so that positions are offsets in it
	pos  int
	end  int
	err  *Error
}

func (r *reader) fail(kind error, offset int, format string, args ...any) {
	if r.err == nil {
		r.err = fail(kind, offset, format, args...)
		r.pos = r.end
	}
}

func (r *reader) done() bool { return r.pos >= r.end }

func (r *reader) byte() byte {
	if r.pos >= r.end {
		r.fail(ErrMalformed, r.end, "unexpected end")
		return 0
	}
	b := r.data[r.pos]
	r.pos++
	return b
}

// bytes returns a view.
func (r *reader) bytes(n uint32) []byte {
	if uint64(n) > uint64(r.end-r.pos) {
		r.fail(ErrMalformed, r.pos, "%d bytes wanted, %d are left", n, r.end-r.pos)
		return nil
	}
	b := r.data[r.pos : r.pos+int(n)]
	r.pos += int(n)
	return b
}

// sub takes n bytes as a reader of their own.
func (r *reader) sub(n uint32) *reader {
	start := r.pos
	r.bytes(n)
	if r.err != nil {
		return &reader{data: r.data, pos: r.end, end: r.end, err: r.err}
	}
	return &reader{data: r.data, pos: start, end: r.pos}
}

func (r *reader) u32() uint32 {
	start := r.pos
	var v uint64
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			if v > math.MaxUint32 {
				break
			}
			return uint32(v)
		}
	}
	r.fail(ErrMalformed, start, "number doesn't fit in 32 bits")
	return 0
}

// signed reads a signed number of at most the given bits.
func (r *reader) signed(bits int) int64 {
	start := r.pos
	var v int64
	for shift := 0; shift < bits; shift += 7 {
		b := r.byte()
		v |= int64(b&0x7f) << shift
		if b >= 0x80 {
			continue
		}
		if rest := bits - shift; rest < 7 {
			// the bits beyond must repeat the sign
			if top := int8(b<<1) >> rest; top != 0 && top != -1 {
				break
			}
		}
		if shift+7 < 64 {
			unused := 64 - (shift + 7)
			v = v << unused >> unused
		}
		return v
	}
	r.fail(ErrMalformed, start, "number doesn't fit in %d bits", bits)
	return 0
}

// count reads the length of a vector. Each element takes a byte at least, so a
// count that lies can't make anyone allocate much.
func (r *reader) count() int {
	start := r.pos
	n := r.u32()
	if uint64(n) > uint64(r.end-r.pos) {
		r.fail(ErrMalformed, start, "%d elements in %d bytes", n, r.end-r.pos)
		return 0
	}
	return int(n)
}

func (r *reader) name() string {
	start := r.pos
	b := r.bytes(r.u32())
	if !utf8.Valid(b) {
		r.fail(ErrMalformed, start, "name is not UTF-8")
		return ""
	}
	return string(b)
}

func appendU32(b []byte, v uint32) []byte { return binary.AppendUvarint(b, uint64(v)) }

func appendS32(b []byte, v int32) []byte {
	for {
		low := byte(v & 0x7f)
		v >>= 7
		if v == 0 && low&0x40 == 0 || v == -1 && low&0x40 != 0 {
			return append(b, low)
		}
		b = append(b, low|0x80)
	}
}

func appendName(b []byte, s string) []byte {
	return append(appendU32(b, uint32(len(s))), s...)
}

// appendSized appends the length of body and body.
func appendSized(b, body []byte) []byte {
	return append(appendU32(b, uint32(len(body))), body...)
}
