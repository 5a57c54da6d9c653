package abi

import (
	"encoding/binary"
	"fmt"
	"math"
	"sort"
	"strconv"
	"time"
)

// AppendNil appends nil as one unit.
func AppendNil(dst []byte) []byte { return append(dst, codeNil) }

// AppendBool appends a boolean as one unit.
func AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, codeTrue)
	}
	return append(dst, codeFalse)
}

// AppendInt appends an integer as one unit, in the shortest form.
func AppendInt(dst []byte, v int64) []byte {
	switch {
	case v >= -32 && v < 128:
		return append(dst, byte(v))
	case v >= 0 && v <= math.MaxUint8:
		return append(dst, codeUint8, byte(v))
	case v >= 0 && v <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, codeUint16), uint16(v))
	case v >= 0 && v <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(dst, codeUint32), uint32(v))
	case v >= 0:
		return binary.BigEndian.AppendUint64(append(dst, codeUint64), uint64(v))
	case v >= math.MinInt8:
		return append(dst, codeInt8, byte(v))
	case v >= math.MinInt16:
		return binary.BigEndian.AppendUint16(append(dst, codeInt16), uint16(v))
	case v >= math.MinInt32:
		return binary.BigEndian.AppendUint32(append(dst, codeInt32), uint32(v))
	default:
		return binary.BigEndian.AppendUint64(append(dst, codeInt64), uint64(v))
	}
}

// AppendFloat appends a float as one unit. It stays a float whatever its value.
func AppendFloat(dst []byte, v float64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, codeFloat64), math.Float64bits(v))
}

// AppendString appends a string of any bytes as one unit.
func AppendString(dst []byte, v string) []byte {
	switch n := len(v); {
	case n < 32:
		dst = append(dst, codeFixStr|byte(n))
	case n <= math.MaxUint8:
		dst = append(dst, codeStr8, byte(n))
	case n <= math.MaxUint16:
		dst = binary.BigEndian.AppendUint16(append(dst, codeStr16), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint32(append(dst, codeStr32), uint32(n))
	}
	return append(dst, v...)
}

// AppendError appends an error object as one unit. Details that can't be sent
// are left out.
func AppendError(dst []byte, e *Error) []byte {
	out, err := Append(dst, e)
	if err != nil {
		plain := *e
		plain.Details = nil
		out, _ = Append(dst, &plain)
	}
	return out
}

// AppendPayload appends each value as a unit.
func AppendPayload(dst []byte, values ...any) ([]byte, error) {
	for i, v := range values {
		root := "payload"
		if len(values) > 1 {
			root = "payload #" + strconv.Itoa(i+1)
		}
		var err error
		if dst, err = appendUnit(dst, v, root); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// Append appends one value as a unit. It takes the types that Decode gives and
// Go's other integers, float32, []byte (a string), time.Duration (nanoseconds),
// []any, []string, map[string]any, map[any]any and errors. An
// [ErrUnsendable] names the path to what it can't take.
func Append(dst []byte, v any) ([]byte, error) { return appendUnit(dst, v, "payload") }

func appendUnit(dst []byte, v any, root string) ([]byte, error) {
	e := encoder{dst: dst}
	if err := e.value(v, root); err != nil {
		return nil, err
	}
	return e.dst, nil
}

// encoder writes one unit.
type encoder struct {
	dst   []byte
	met   map[any]uint32 // *Table and *Error by the index they got
	count uint32         // of containers begun
	depth int
}

func (e *encoder) value(v any, path string) error {
	switch v := v.(type) {
	case nil:
		e.dst = AppendNil(e.dst)
	case bool:
		e.dst = AppendBool(e.dst, v)
	case int64:
		e.dst = AppendInt(e.dst, v)
	case int:
		e.dst = AppendInt(e.dst, int64(v))
	case int8:
		e.dst = AppendInt(e.dst, int64(v))
	case int16:
		e.dst = AppendInt(e.dst, int64(v))
	case int32:
		e.dst = AppendInt(e.dst, int64(v))
	case uint8:
		e.dst = AppendInt(e.dst, int64(v))
	case uint16:
		e.dst = AppendInt(e.dst, int64(v))
	case uint32:
		e.dst = AppendInt(e.dst, int64(v))
	case uint:
		return e.unsigned(uint64(v), path)
	case uint64:
		return e.unsigned(v, path)
	case time.Duration:
		e.dst = AppendInt(e.dst, int64(v))
	case float64:
		e.dst = AppendFloat(e.dst, v)
	case float32:
		e.dst = AppendFloat(e.dst, float64(v))
	case string:
		e.dst = AppendString(e.dst, v)
	case []byte:
		e.dst = AppendString(e.dst, string(v))
	case *Table:
		return e.table(v, path)
	case *Error:
		return e.error(v, path)
	default:
		return e.other(v, path)
	}
	return nil
}

// other takes what Go programs have and scripts don't.
func (e *encoder) other(v any, path string) error {
	switch v := v.(type) {
	case []any:
		return e.fresh(&Table{Array: v}, path)
	case []string:
		t := &Table{Array: make([]any, len(v))}
		for i, s := range v {
			t.Array[i] = s
		}
		return e.fresh(t, path)
	case map[string]any:
		t := &Table{}
		for k, x := range v {
			t.Fields = append(t.Fields, Field{k, x})
		}
		sort.Slice(t.Fields, func(i, j int) bool {
			return t.Fields[i].Key.(string) < t.Fields[j].Key.(string)
		})
		return e.fresh(t, path)
	case map[any]any:
		t := &Table{}
		for k, x := range v {
			t.Fields = append(t.Fields, Field{k, x})
		}
		sort.Slice(t.Fields, func(i, j int) bool {
			return fmt.Sprint(t.Fields[i].Key) < fmt.Sprint(t.Fields[j].Key)
		})
		return e.fresh(t, path)
	case error:
		return e.error(&Error{Message: v.Error(), Kind: KindInternal}, path)
	default:
		return unsendable(path, fmt.Sprintf("can't send a %T", v))
	}
}

func (e *encoder) unsigned(v uint64, path string) error {
	if v > math.MaxInt64 {
		return unsendable(path, fmt.Sprintf("%d is larger than Lua's integers", v))
	}
	e.dst = AppendInt(e.dst, int64(v))
	return nil
}

// refer writes a reference to what was met before.
func (e *encoder) refer(p any) bool {
	i, ok := e.met[p]
	if ok {
		e.dst = binary.BigEndian.AppendUint32(append(e.dst, codeFixExt4, ExtReference), i)
	}
	return ok
}

// begin gives a container its index.
func (e *encoder) begin(p any, path string) error {
	if e.depth >= MaxDepth {
		return unsendable(path, fmt.Sprintf("nested deeper than %d tables", MaxDepth))
	}
	e.depth++
	if e.met == nil {
		e.met = map[any]uint32{}
	}
	e.met[p] = e.count
	e.count++
	return nil
}

func (e *encoder) table(t *Table, path string) error {
	if t == nil {
		e.dst = AppendNil(e.dst)
		return nil
	}
	if e.refer(t) {
		return nil
	}
	return e.fresh(t, path)
}

// fresh writes a table that no reference leads to yet.
func (e *encoder) fresh(t *Table, path string) error {
	if err := e.begin(t, path); err != nil {
		return err
	}
	defer func() { e.depth-- }()
	if len(t.Fields) == 0 && len(t.Array) > 0 {
		e.length(codeFixArray, codeArray16, len(t.Array))
		for i, v := range t.Array {
			if err := e.value(v, path+"["+strconv.Itoa(i+1)+"]"); err != nil {
				return err
			}
		}
		return nil
	}
	e.length(codeFixMap, codeMap16, len(t.Array)+len(t.Fields))
	for i, v := range t.Array {
		e.dst = AppendInt(e.dst, int64(i+1))
		if err := e.value(v, path+"["+strconv.Itoa(i+1)+"]"); err != nil {
			return err
		}
	}
	for _, f := range t.Fields {
		below := path + keyPath(f.Key)
		if k, ok := f.Key.(float64); f.Key == nil || ok && math.IsNaN(k) {
			return unsendable(below, "a key can't be nil or NaN")
		}
		if err := e.value(f.Key, below); err != nil {
			return err
		}
		if err := e.value(f.Value, below); err != nil {
			return err
		}
	}
	return nil
}

func keyPath(key any) string {
	switch k := key.(type) {
	case string:
		for i, r := range k {
			if !(r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || i > 0 && '0' <= r && r <= '9') {
				return fmt.Sprintf("[%q]", k)
			}
		}
		return "." + k
	case *Table:
		return "[table]"
	default:
		return fmt.Sprintf("[%v]", k)
	}
}

func (e *encoder) length(fix, code16 byte, n int) {
	switch {
	case n < 16:
		e.dst = append(e.dst, fix|byte(n))
	case n <= math.MaxUint16:
		e.dst = binary.BigEndian.AppendUint16(append(e.dst, code16), uint16(n))
	default:
		e.dst = binary.BigEndian.AppendUint32(append(e.dst, code16+1), uint32(n))
	}
}

func (e *encoder) error(x *Error, path string) error {
	if x == nil {
		e.dst = AppendNil(e.dst)
		return nil
	}
	if e.refer(x) {
		return nil
	}
	if err := e.begin(x, path); err != nil {
		return err
	}
	defer func() { e.depth-- }()
	e.dst = append(e.dst, codeExt32, 0, 0, 0, 0, ExtError)
	body := len(e.dst)
	e.dst = append(e.dst, codeFixMap)
	field := func(name string) {
		e.dst[body]++
		e.dst = AppendString(e.dst, name)
	}
	for _, f := range []struct{ name, text string }{
		{fieldMessage, x.Message}, {fieldKind, x.Kind}, {fieldStack, x.Stack},
	} {
		if f.text != "" || f.name == fieldMessage {
			field(f.name)
			e.dst = AppendString(e.dst, f.text)
		}
	}
	if x.Retryable {
		field(fieldRetryable)
		e.dst = AppendBool(e.dst, true)
	}
	if x.Details != nil {
		field(fieldDetails)
		if err := e.value(x.Details, path+".details"); err != nil {
			return err
		}
	}
	binary.BigEndian.PutUint32(e.dst[body-5:], uint32(len(e.dst)-body))
	return nil
}
