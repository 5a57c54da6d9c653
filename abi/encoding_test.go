package abi_test

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/luahive/luahive/abi"
	"github.com/luahive/luahive/abi/vectors"
)

// TestVectors decodes every vector and wants the same bytes back.
func TestVectors(t *testing.T) {
	values, _ := vectors.All()
	for _, v := range values {
		if v.Hex == "" {
			continue // what the C side makes of it is compared in package sandbox
		}
		t.Run(v.Name, func(t *testing.T) {
			n, err := abi.Check(v.Bytes(), abi.MaxDepth)
			require.NoError(t, err)
			require.Equal(t, 1, n)
			x, rest, err := abi.DecodeUnit(v.Bytes())
			require.NoError(t, err)
			require.Empty(t, rest)
			got, err := abi.Append(nil, x)
			require.NoError(t, err)
			require.Equal(t, v.Bytes(), got)
		})
	}
}

func TestMalformed(t *testing.T) {
	_, malformed := vectors.All()
	for _, v := range malformed {
		t.Run(v.Name, func(t *testing.T) {
			_, err := abi.Check(v.Bytes(), abi.MaxDepth)
			require.ErrorIs(t, err, abi.ErrMalformed)
			require.ErrorContains(t, err, v.Says)
			_, err = abi.Decode(v.Bytes())
			require.ErrorIs(t, err, abi.ErrMalformed)
			_, _, err = abi.DecodeUnit(v.Bytes())
			require.ErrorIs(t, err, abi.ErrMalformed)
		})
	}
}

func TestPayloadIsUnitsInARow(t *testing.T) {
	b, err := abi.AppendPayload(nil, int64(1), "two", nil, 4.0)
	require.NoError(t, err)
	n, err := abi.Check(b, abi.MaxDepth)
	require.NoError(t, err)
	require.Equal(t, 4, n)
	got, err := abi.Decode(b)
	require.NoError(t, err)
	require.Equal(t, []any{int64(1), "two", nil, 4.0}, got)

	_, err = abi.AppendPayload(nil, 1, map[string]any{"cb": func() {}})
	require.ErrorIs(t, err, abi.ErrUnsendable)
	require.EqualError(t, err, "payload #2.cb: can't send a func()")
}

func TestGoValues(t *testing.T) {
	cycle := &abi.Table{}
	cycle.Fields = []abi.Field{{Key: "me", Value: cycle}}
	deep := &abi.Table{}
	for range abi.MaxDepth {
		deep = &abi.Table{Array: []any{deep}}
	}
	for _, c := range []struct {
		name string
		in   any
		out  any    // what it decodes to
		err  string // or how it is refused
	}{
		{"int", 7, int64(7), ""},
		{"uint8", uint8(200), int64(200), ""},
		{"uint64", uint64(math.MaxInt64), int64(math.MaxInt64), ""},
		{"uint64 too large", uint64(math.MaxUint64), nil, "payload: 18446744073709551615 is larger than Lua's integers"},
		{"float32", float32(0.5), 0.5, ""},
		{"bytes", []byte{0xff, 0}, "\xff\x00", ""},
		{"strings", []string{"a", "b"}, &abi.Table{Array: []any{"a", "b"}}, ""},
		{"map", map[string]any{"b": 2, "a": 1}, &abi.Table{Fields: []abi.Field{{Key: "a", Value: int64(1)}, {Key: "b", Value: int64(2)}}}, ""},
		{"error", errors.New("broken"), &abi.Error{Message: "broken", Kind: abi.KindInternal}, ""},
		{"cycle", cycle, cycle, ""},
		{"too deep", deep, nil, "payload" + strings.Repeat("[1]", abi.MaxDepth) + ": nested deeper than 100 tables"},
		{"channel", []any{1, make(chan int)}, nil, "payload[2]: can't send a chan int"},
		{"nil key", &abi.Table{Fields: []abi.Field{{Key: nil, Value: 1}}}, nil, "payload[<nil>]: a key can't be nil or NaN"},
		{"odd key", map[string]any{"a b": make(chan int)}, nil, `payload["a b"]: can't send a chan int`},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := abi.Append(nil, c.in)
			if c.err != "" {
				require.EqualError(t, err, c.err)
				return
			}
			require.NoError(t, err)
			got, rest, err := abi.DecodeUnit(b)
			require.NoError(t, err)
			require.Empty(t, rest)
			require.Equal(t, c.out, got)
		})
	}
}

func TestErrorWithUnsendableDetailsGoesWithout(t *testing.T) {
	b := abi.AppendError(nil, &abi.Error{Message: "x", Kind: "Invalid", Details: make(chan int)})
	v, _, err := abi.DecodeUnit(b)
	require.NoError(t, err)
	require.Equal(t, &abi.Error{Message: "x", Kind: "Invalid"}, v)
}

// FuzzDecode wants Check and Decode to agree on any bytes, and what was decoded
// to come back as it was.
func FuzzDecode(f *testing.F) {
	values, malformed := vectors.All()
	for _, v := range values {
		f.Add(v.Bytes())
	}
	for _, v := range malformed {
		f.Add(v.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := abi.Check(b, abi.MaxDepth)
		got, derr := abi.Decode(b)
		if (err == nil) != (derr == nil) {
			t.Fatalf("Check says %v, Decode %v", err, derr)
		}
		if err != nil {
			return
		}
		if len(got) != n {
			t.Fatalf("%d values, Check counted %d", len(got), n)
		}
		again, err := abi.AppendPayload(nil, got...)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := abi.Decode(again)
		if err != nil {
			t.Fatal(err)
		}
		last, err := abi.AppendPayload(nil, twice...)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again, last) {
			t.Fatalf("%x became %x", again, last)
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	payload, err := abi.Append(nil, map[string]any{"id": 17, "name": "somebody", "tags": []string{"a", "b", "c"}})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := abi.Check(payload, abi.MaxDepth); err != nil {
			b.Fatal(err)
		}
	}
}
