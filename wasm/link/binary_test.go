package link

import (
	"math"
	"testing"
)

func TestNumbers(t *testing.T) {
	for _, v := range []int32{0, 1, -1, 63, 64, -64, -65, 8191, 8192, math.MaxInt32, math.MinInt32} {
		b := appendS32(nil, v)
		for _, bits := range []int{32, 33, 64} {
			r := &reader{data: b, end: len(b)}
			if got := r.signed(bits); got != int64(v) || r.err != nil || !r.done() {
				t.Errorf("%d in %d bits: got %d, %v", v, bits, got, r.err)
			}
		}
	}
	for _, v := range []uint32{0, 1, 127, 128, 1 << 31, math.MaxUint32} {
		b := appendU32(nil, v)
		r := &reader{data: b, end: len(b)}
		if got := r.u32(); got != v || r.err != nil || !r.done() {
			t.Errorf("%d: got %d, %v", v, got, r.err)
		}
	}
}

func TestSignedNumbers(t *testing.T) {
	tests := []struct {
		bytes string
		bits  int
		want  int64
		ok    bool
	}{
		{"\xff\xff\xff\xff\x7f", 32, -1, true},
		{"\x80\x80\x80\x80\x78", 32, math.MinInt32, true},
		{"\xff\xff\xff\xff\x07", 32, math.MaxInt32, true},
		{"\xff\xff\xff\xff\x0f", 32, 0, false},
		{"\xff\xff\xff\xff\x0f", 33, math.MaxUint32, true},
		{"\x80\x80\x80\x80\x70", 33, -1 << 32, true},
		{"\xff\xff\xff\xff\xff\x00", 32, 0, false},
		{"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f", 64, math.MinInt64, true},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00", 64, math.MaxInt64, true},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 64, 0, false},
		{"\x80", 64, 0, false},
		{"", 64, 0, false},
	}
	for _, test := range tests {
		r := &reader{data: []byte(test.bytes), end: len(test.bytes)}
		got := r.signed(test.bits)
		if (r.err == nil) != test.ok || got != test.want {
			t.Errorf("%x in %d bits: got %d, %v", test.bytes, test.bits, got, r.err)
		}
	}
}

func TestUnsignedNumbers(t *testing.T) {
	for bytes, want := range map[string]int64{
		"\x80\x80\x80\x80\x00":         0,
		"\xff\xff\xff\xff\x0f":         math.MaxUint32,
		"\xff\xff\xff\xff\x1f":         -1,
		"\x80\x80\x80\x80\x80\x00":     -1,
		"\xff\xff\xff\xff\xff\xff\xff": -1,
		"\xff":                         -1,
	} {
		r := &reader{data: []byte(bytes), end: len(bytes)}
		got := int64(r.u32())
		if r.err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("%x: got %d, want %d", bytes, got, want)
		}
	}
}

// The first error stays, and nothing is read behind it.
func TestReaderKeepsItsError(t *testing.T) {
	r := &reader{data: []byte{5, 'a', 'b', 'c'}, end: 4}
	r.name()
	first := r.err
	if first == nil || r.byte() != 0 || r.u32() != 0 || r.count() != 0 || r.name() != "" || r.err != first {
		t.Errorf("got %v, then %v", first, r.err)
	}
}
