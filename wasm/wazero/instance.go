package wazero

import (
	"context"
	"errors"
	"strings"

	"github.com/tetratelabs/wazero/api"

	"github.com/luahive/luahive/wasm"
)

type instance struct {
	module    api.Module
	context   *seatContext
	memory    api.Memory
	names     []string
	functions []api.Function // by index of names; nil until it is called
	globals   []api.MutableGlobal
	fuel      api.MutableGlobal
}

// Call implements wasm.Instance.
func (in *instance) Call(export int, stack []uint64) error {
	if in.functions[export] == nil {
		// Each function has a stack of its own (10 KiB at first), so those that
		// a process never calls aren't made.
		in.functions[export] = in.module.ExportedFunction(in.names[export])
	}
	if err := in.functions[export].CallWithStack(in.context, stack); err != nil {
		return asTrap(err)
	}
	return nil
}

// Memory implements wasm.Instance.
func (in *instance) Memory() []byte {
	m, _ := in.memory.Read(0, in.memory.Size())
	return m
}

// Grow implements wasm.Instance.
func (in *instance) Grow(size uint64) error {
	const page = 65536
	have := uint64(in.memory.Size())
	if size <= have {
		return nil
	}
	if _, ok := in.memory.Grow(uint32((size - have + page - 1) / page)); !ok {
		return wasm.ErrNoMemory
	}
	return nil
}

// Globals implements wasm.Instance.
func (in *instance) Globals(into []uint64) []uint64 {
	for _, g := range in.globals {
		into = append(into, g.Get())
	}
	return into
}

// SetGlobals implements wasm.Instance.
func (in *instance) SetGlobals(values []uint64) {
	for i, g := range in.globals {
		g.Set(values[i])
	}
}

// Fuel implements wasm.Instance.
func (in *instance) Fuel() int32 { return int32(uint32(in.fuel.Get())) }

// SetFuel implements wasm.Instance.
func (in *instance) SetFuel(units int32) { in.fuel.Set(uint64(uint32(units))) }

// Close implements wasm.Instance.
func (in *instance) Close() { _ = in.module.Close(context.Background()) }

// asTrap turns the engine's error into what an import stopped the guest with,
// or a trap.
func asTrap(err error) error {
	var stop *wasm.Stop
	if errors.As(err, &stop) {
		return stop.Err
	}
	reason, stack, _ := strings.Cut(err.Error(), "\n")
	reason = strings.TrimSuffix(strings.TrimPrefix(reason, "wasm error: "), " (recovered by wazero)")
	return &wasm.Trap{Reason: reason, Stack: stack}
}
