package abi

import (
	"encoding/binary"
	"math"
)

// Check reports whether payload is a payload, and how many units it has. The
// bytes come from a guest, and another guest and this program will decode them:
// what Check lets pass, every decoder takes. It takes linear time, allocates
// nothing and looks no deeper than maxDepth tables.
//
// This is the path of every message, so it is written by hand where Decode uses
// a library.
func Check(payload []byte, maxDepth int) (units int, err error) {
	c := checker{data: payload, maxDepth: maxDepth}
	for c.at < len(payload) {
		c.count = 0
		if err := c.value(0); err != nil {
			return units, err
		}
		units++
	}
	return units, nil
}

type checker struct {
	data     []byte
	at       int
	count    uint32 // containers begun in this unit
	maxDepth int
}

// take returns the next n bytes.
func (c *checker) take(n uint64) ([]byte, error) {
	if n > uint64(len(c.data)-c.at) {
		return nil, malformed(c.at, "%d more bytes expected, %d are left", n, len(c.data)-c.at)
	}
	b := c.data[c.at : c.at+int(n)]
	c.at += int(n)
	return b, nil
}

// number returns the next n bytes as a big-endian number.
func (c *checker) number(n uint64) (uint64, error) {
	b, err := c.take(n)
	if err != nil {
		return 0, err
	}
	var v uint64
	for _, x := range b {
		v = v<<8 | uint64(x)
	}
	return v, nil
}

func (c *checker) skip(n uint64) error {
	_, err := c.take(n)
	return err
}

// sized reads a length of n bytes, and hands it on.
func (c *checker) sized(n uint64, then func(length uint64) error) error {
	length, err := c.number(n)
	if err != nil {
		return err
	}
	return then(length)
}

func (c *checker) value(depth int) error {
	at := c.at
	code, err := c.number(1)
	if err != nil {
		return err
	}
	switch {
	case code < codeFixMap || code >= codeNegative:
		return nil
	case code < codeFixArray:
		return c.mapOf(code&0x0f, depth)
	case code < codeFixStr:
		return c.arrayOf(code&0x0f, depth)
	case code < codeNil:
		return c.skip(code & 0x1f)
	}
	switch code {
	case codeNil, codeFalse, codeTrue:
		return nil
	case codeBin8, codeStr8:
		return c.sized(1, c.skip)
	case codeBin16, codeStr16:
		return c.sized(2, c.skip)
	case codeBin32, codeStr32:
		return c.sized(4, c.skip)
	case codeExt8:
		return c.sized(1, func(n uint64) error { return c.extension(n, depth) })
	case codeExt16:
		return c.sized(2, func(n uint64) error { return c.extension(n, depth) })
	case codeExt32:
		return c.sized(4, func(n uint64) error { return c.extension(n, depth) })
	case codeFixExt4:
		return c.extension(4, depth)
	case codeFloat32, codeUint32, codeInt32:
		return c.skip(4)
	case codeFloat64, codeInt64:
		return c.skip(8)
	case codeUint8, codeInt8:
		return c.skip(1)
	case codeUint16, codeInt16:
		return c.skip(2)
	case codeUint64:
		v, err := c.number(8)
		if err == nil && v > math.MaxInt64 {
			return malformed(at, "integer %d is larger than Lua's", v)
		}
		return err
	case codeArray16:
		return c.sized(2, func(n uint64) error { return c.arrayOf(n, depth) })
	case codeArray32:
		return c.sized(4, func(n uint64) error { return c.arrayOf(n, depth) })
	case codeMap16:
		return c.sized(2, func(n uint64) error { return c.mapOf(n, depth) })
	case codeMap32:
		return c.sized(4, func(n uint64) error { return c.mapOf(n, depth) })
	}
	return malformed(at, "there is no type %#x", code)
}

// begin counts a container.
func (c *checker) begin(depth int) error {
	if depth >= c.maxDepth {
		return malformed(c.at, "nested deeper than %d tables", c.maxDepth)
	}
	c.count++
	return nil
}

func (c *checker) arrayOf(n uint64, depth int) error {
	if err := c.begin(depth); err != nil {
		return err
	}
	if left := uint64(len(c.data) - c.at); n > left {
		return malformed(c.at, "an array of %d values in %d bytes", n, left)
	}
	for range n {
		if err := c.value(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) mapOf(n uint64, depth int) error {
	if err := c.begin(depth); err != nil {
		return err
	}
	if left := uint64(len(c.data) - c.at); n > left/2 {
		return malformed(c.at, "a map of %d pairs in %d bytes", n, left)
	}
	for range n {
		if err := c.key(); err != nil {
			return err
		}
		if err := c.value(depth + 1); err != nil {
			return err
		}
		if err := c.value(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

// key refuses what Lua doesn't take as a key: nil and NaN.
func (c *checker) key() error {
	rest := c.data[c.at:]
	switch {
	case len(rest) == 0:
		return nil // value complains
	case rest[0] == codeNil:
		return malformed(c.at, "a key is nil")
	case rest[0] == codeFloat64 && len(rest) >= 9:
		if f := math.Float64frombits(binary.BigEndian.Uint64(rest[1:])); math.IsNaN(f) {
			return malformed(c.at, "a key is NaN")
		}
	case rest[0] == codeFloat32 && len(rest) >= 5:
		if f := math.Float32frombits(binary.BigEndian.Uint32(rest[1:])); f != f {
			return malformed(c.at, "a key is NaN")
		}
	}
	return nil
}

func (c *checker) extension(n uint64, depth int) error {
	at := c.at
	kind, err := c.number(1)
	if err != nil {
		return err
	}
	switch {
	case kind == ExtReference && n == 4:
		i, err := c.number(4)
		if err == nil && i >= uint64(c.count) {
			return malformed(at, "reference to table %d of %d", i, c.count)
		}
		return err
	case kind == ExtError:
		return c.errorObject(n, depth)
	}
	return malformed(at, "there is no extension type %d of %d bytes", kind, n)
}

func (c *checker) errorObject(n uint64, depth int) error {
	if n > uint64(len(c.data)-c.at) {
		return malformed(c.at, "an error object of %d bytes, %d are left", n, len(c.data)-c.at)
	}
	end := c.at + int(n)
	if err := c.begin(depth); err != nil {
		return err
	}
	head, err := c.number(1)
	if err != nil {
		return err
	}
	if head&0xf0 != codeFixMap {
		return malformed(c.at-1, "an error object must be a small map")
	}
	for range head & 0x0f {
		if err := c.errorField(depth); err != nil {
			return err
		}
	}
	if c.at != end {
		return malformed(c.at, "an error object has another length than it says")
	}
	return nil
}

func (c *checker) errorField(depth int) error {
	at := c.at
	head, err := c.number(1)
	if err != nil {
		return err
	}
	if head&0xe0 != codeFixStr {
		return malformed(at, "the name of an error object's field expected")
	}
	name, err := c.take(head & 0x1f)
	if err != nil {
		return err
	}
	var code byte
	if c.at < len(c.data) {
		code = c.data[c.at]
	}
	ok := true
	switch string(name) {
	case fieldMessage, fieldKind, fieldStack:
		ok = code&0xe0 == codeFixStr || code == codeStr8 || code == codeStr16 || code == codeStr32
	case fieldRetryable:
		ok = code == codeFalse || code == codeTrue
	case fieldDetails:
	default:
		return malformed(at, "an error object has no field %q", name)
	}
	if !ok {
		return malformed(c.at, "field %s of an error object has type %#x", name, code)
	}
	return c.value(depth + 1)
}
