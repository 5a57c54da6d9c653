package sandbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"log/slog"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/luahive/luahive/abi"
	"github.com/luahive/luahive/abi/vectors"
	"github.com/luahive/luahive/host"
	luawasm "github.com/luahive/luahive/lua-wasm"
	"github.com/luahive/luahive/wasm"
	"github.com/luahive/luahive/wasm/link"
	"github.com/luahive/luahive/wasm/wazero"
)

// TestImportsAreTheABI wants lua.wasm to import what the ABI lists, with those
// signatures, and nothing else; and to export what it lists.
func TestImportsAreTheABI(t *testing.T) {
	module, err := luawasm.Module()
	require.NoError(t, err)
	s, err := link.Describe(module)
	require.NoError(t, err)
	var got, want []string
	for _, i := range s.Imports {
		got = append(got, i.Module+"."+i.Name+" "+i.Signature)
	}
	for _, f := range abi.Imports {
		want = append(want, abi.Module+"."+f.Name+" "+signature(f))
	}
	sort.Strings(got)
	sort.Strings(want)
	require.Equal(t, want, got)

	exports := map[string]string{}
	var globals []string
	for _, e := range s.Exports {
		exports[e.Name] = e.Signature
		if e.Kind == "global" {
			globals = append(globals, e.Name)
		}
	}
	sort.Strings(globals)
	require.Equal(t, globalNames, globals, "what is set back before a seat serves again")
	for _, f := range abi.Exports {
		require.Equal(t, signature(f), exports[f.Name], f.Name)
	}
}

func signature(f abi.Function) string {
	var params, results []string
	for _, p := range f.Params {
		params = append(params, p.Type.String())
	}
	for _, r := range f.Results {
		results = append(results, r.String())
	}
	if len(results) == 0 {
		results = []string{"()"}
	}
	return "(" + strings.Join(params, ", ") + ") -> " + results[0]
}

// TestEveryImportIsOffered instantiates a module that imports each function of
// the ABI with its exact type.
func TestEveryImportIsOffered(t *testing.T) {
	types, functions := []byte{}, []byte{}
	for i, f := range abi.Imports {
		types = append(types, 0x60, byte(len(f.Params)))
		for _, p := range f.Params {
			types = append(types, byte(p.Type))
		}
		types = append(types, byte(len(f.Results)))
		for _, r := range f.Results {
			types = append(types, byte(r))
		}
		functions = append(functions, byte(len(abi.Module)))
		functions = append(functions, abi.Module...)
		functions = append(functions, byte(len(f.Name)))
		functions = append(functions, f.Name...)
		functions = append(functions, 0, byte(i))
	}
	n := byte(len(abi.Imports))
	module := []byte("\x00asm\x01\x00\x00\x00")
	section := func(id byte, body []byte) {
		module = append(module, id)
		module = binary.AppendUvarint(module, uint64(len(body)))
		module = append(module, body...)
	}
	section(1, append([]byte{n + 1}, append(types, 0x60, 0, 0)...)) // the last: () -> ()
	section(2, append([]byte{n}, functions...))
	section(3, []byte{1, n})                      // a function of that type
	section(5, []byte{1, 0, 1})                   // a memory of a page
	section(6, []byte{1, 0x7f, 1, 0x41, 0, 0x0b}) // a mutable i32
	exports := []byte{3}
	for _, e := range []struct {
		name string
		kind byte
		i    byte
	}{{"_initialize", 0, n}, {"memory", 2, 0}, {"fuel", 3, 0}} {
		exports = append(exports, byte(len(e.name)))
		exports = append(exports, e.name...)
		exports = append(exports, e.kind, e.i)
	}
	section(7, exports)
	section(10, []byte{1, 2, 0, 0x0b}) // nothing in it
	engine, err := wazero.New(wazero.Options{Module: module, Imports: imports(), Globals: []string{"fuel"}, Fuel: "fuel"})
	require.NoError(t, err)
	pool := wasm.NewPool(engine, wasm.PoolOptions{})
	seat, err := pool.Fresh()
	require.NoError(t, err)
	pool.Put(seat)
	require.NoError(t, pool.Close())
}

func testRuntime(t *testing.T) *Runtime {
	t.Helper()
	rt, err := New(Options{CacheDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	return rt
}

// rawExit runs a script with a raw payload and returns its raw exit.
func rawExit(t *testing.T, rt *Runtime, app *App, payload []byte) host.Exit {
	t.Helper()
	program, err := app.program(ScriptEntry)
	require.NoError(t, err)
	exits := make(chan host.Exit, 1)
	_, err = rt.node.Spawn(host.SpawnRequest{Program: program, Host: ScriptHost, Args: payload,
		Watch: func(e host.Exit) { exits <- e }})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	select {
	case e := <-exits:
		return e
	case <-ctx.Done():
		require.Fail(t, "the script doesn't end")
		return host.Exit{}
	}
}

// TestVectorsInC has the guest encode and decode every vector.
func TestVectorsInC(t *testing.T) {
	rt := testRuntime(t)
	values, malformed := vectors.All()
	var source strings.Builder
	source.WriteString("local values = {\n")
	for _, v := range values {
		source.WriteString("function() return " + v.Lua + " end,\n")
	}
	source.WriteString(`}
return function(i, v)
  if i > 0 then return values[i]() end
  return v
end`)
	app, err := rt.LoadScript("vectors.lua", []byte(source.String()))
	require.NoError(t, err)
	for i, v := range values {
		t.Run(v.Name, func(t *testing.T) {
			made := rawExit(t, rt, app, abi.AppendInt(nil, int64(i+1)))
			require.Nil(t, made.Error)
			if v.Hex != "" {
				require.Equal(t, v.Bytes(), made.Result)
			}
			_, err := abi.Decode(made.Result)
			require.NoError(t, err)

			// decoded and encoded again: the same but for the order of keys
			back := rawExit(t, rt, app, append(abi.AppendInt(nil, 0), made.Result...))
			require.Nil(t, back.Error)
			if v.Hex != "" {
				require.Equal(t, v.Bytes(), back.Result)
			} else {
				require.Len(t, back.Result, len(made.Result))
			}
		})
	}
	for _, v := range malformed {
		t.Run("malformed "+v.Name, func(t *testing.T) {
			// nothing but a test gives a guest such bytes; it must not trap
			e := rawExit(t, rt, app, append(abi.AppendInt(nil, 0), v.Bytes()...))
			require.NotNil(t, e.Error)
			reason, _, err := abi.DecodeUnit(e.Error)
			require.NoError(t, err)
			require.Contains(t, reason.(*abi.Error).Message, "malformed payload at byte")
		})
	}
}

// TestDeeperThanAllowed wants the guest to refuse what Check would.
func TestDeeperThanAllowed(t *testing.T) {
	rt := testRuntime(t)
	app, err := rt.LoadScript("deep.lua", []byte(`local t = {} for i = 1, 100 do t = {t} end return t`))
	require.NoError(t, err)
	e := rawExit(t, rt, app, nil)
	require.True(t, bytes.Contains(e.Error, []byte("nested deeper than 100 tables")), "%q", e.Error)
}
