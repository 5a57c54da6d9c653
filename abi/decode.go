package abi

import (
	"bytes"
	"encoding/binary"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// Decode returns the values of a payload: nil, bool, int64, float64, string,
// *Table and *Error. Anything that Check refuses is an [ErrMalformed].
func Decode(payload []byte) ([]any, error) {
	if _, err := Check(payload, MaxDepth); err != nil {
		return nil, err
	}
	var out []any
	for len(payload) > 0 {
		v, rest, err := decodeChecked(payload)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		payload = rest
	}
	return out, nil
}

// DecodeUnit returns the first value of a payload, and what is behind it.
func DecodeUnit(payload []byte) (v any, rest []byte, err error) {
	if len(payload) == 0 {
		return nil, nil, malformed(0, "a value expected")
	}
	c := checker{data: payload, maxDepth: MaxDepth}
	if err := c.value(0); err != nil {
		return nil, nil, err
	}
	return decodeChecked(payload)
}

// decoder reads one unit that was checked.
type decoder struct {
	*msgpack.Decoder
	met []any // *Table and *Error by index
}

func decodeChecked(payload []byte) (v any, rest []byte, err error) {
	r := bytes.NewReader(payload)
	d := decoder{Decoder: msgpack.NewDecoder(r)}
	v, err = d.value()
	return v, payload[len(payload)-r.Len():], err
}

func (d *decoder) value() (any, error) {
	code, err := d.PeekCode()
	if err != nil {
		return nil, err
	}
	switch {
	case msgpcode.IsFixedNum(code), code >= msgpcode.Uint8 && code <= msgpcode.Int64:
		return d.DecodeInt64()
	case msgpcode.IsString(code), msgpcode.IsBin(code):
		return d.DecodeString()
	case msgpcode.IsFixedArray(code), code == msgpcode.Array16, code == msgpcode.Array32:
		return d.array()
	case msgpcode.IsFixedMap(code), code == msgpcode.Map16, code == msgpcode.Map32:
		return d.mapping()
	case msgpcode.IsExt(code):
		return d.extension()
	}
	switch code {
	case msgpcode.Nil:
		return nil, d.DecodeNil()
	case msgpcode.False, msgpcode.True:
		return d.DecodeBool()
	default:
		return d.DecodeFloat64()
	}
}

func (d *decoder) array() (any, error) {
	n, err := d.DecodeArrayLen()
	if err != nil {
		return nil, err
	}
	t := &Table{}
	d.met = append(d.met, t)
	for range n {
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		t.Array = append(t.Array, v)
	}
	return t, nil
}

func (d *decoder) mapping() (any, error) {
	n, err := d.DecodeMapLen()
	if err != nil {
		return nil, err
	}
	t := &Table{}
	d.met = append(d.met, t)
	for range n {
		key, err := d.value()
		if err != nil {
			return nil, err
		}
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		t.Fields = append(t.Fields, Field{key, v})
	}
	return t, nil
}

func (d *decoder) extension() (any, error) {
	kind, n, err := d.DecodeExtHeader()
	if err != nil {
		return nil, err
	}
	if kind == ExtReference {
		var index [4]byte
		if err := d.ReadFull(index[:]); err != nil {
			return nil, err
		}
		return d.met[binary.BigEndian.Uint32(index[:])], nil
	}
	_ = n // Check compared it with what is there
	e := &Error{}
	d.met = append(d.met, e)
	fields, err := d.DecodeMapLen()
	if err != nil {
		return nil, err
	}
	for range fields {
		name, err := d.DecodeString()
		if err != nil {
			return nil, err
		}
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		switch name {
		case fieldMessage:
			e.Message, _ = v.(string)
		case fieldKind:
			e.Kind, _ = v.(string)
		case fieldRetryable:
			e.Retryable, _ = v.(bool)
		case fieldStack:
			e.Stack, _ = v.(string)
		default:
			e.Details = v
		}
	}
	return e, nil
}
