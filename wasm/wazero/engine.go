package wazero

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/luahive/luahive/wasm"
)

// ErrCache says that the folder for compiled code can't be used.
var ErrCache = errors.New("wazero: folder for compiled code")

// Options sets up an engine.
type Options struct {
	// Module is lua.wasm.
	Module []byte
	// Imports is all that the module may import.
	Imports []wasm.Import
	// Exports are the functions that Seat.Call calls, by index.
	Exports []string
	// Globals are the module's mutable globals by export name, all of them: a
	// seat is only as clean as what is set back.
	Globals []string
	// Fuel is the name of the one that counts units.
	Fuel string
	// CacheDir keeps compiled code between runs; a folder that only this user
	// can write. Empty: code isn't kept.
	CacheDir string
}

// engine is the compiled module.
type engine struct {
	runtime wazero.Runtime
	cache   wazero.CompilationCache
	module  wazero.CompiledModule
	exports []string
	globals []string
	fuel    string
}

// New compiles the module. The error names what the module lacks or what it
// asks for and isn't given.
func New(o Options) (wasm.Engine, error) {
	ctx := context.Background()
	config := wazero.NewRuntimeConfigCompiler().
		WithCoreFeatures(api.CoreFeaturesV2).
		WithDebugInfoEnabled(false)
	e := &engine{exports: o.Exports, globals: o.Globals, fuel: o.Fuel}
	if o.CacheDir != "" {
		cache, err := openCache(o.CacheDir)
		if err != nil {
			return nil, err
		}
		e.cache = cache
		config = config.WithCompilationCache(cache)
	}
	e.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	if err := e.link(ctx, o); err != nil {
		_ = e.Close()
		return nil, err
	}
	return e, nil
}

// openCache opens the folder for compiled code. Machine code is loaded from it,
// so it must be nobody else's to write.
func openCache(dir string) (wazero.CompilationCache, error) {
	dir = filepath.Join(dir, "code")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCache, err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCache, err)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("%w: others can write to %s (%v); make it yours alone: chmod go-w", ErrCache, dir, info.Mode().Perm())
	}
	cache, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCache, err)
	}
	return cache, nil
}

func (e *engine) link(ctx context.Context, o Options) error {
	modules := map[string]wazero.HostModuleBuilder{}
	for _, imp := range o.Imports {
		builder := modules[imp.Module]
		if builder == nil {
			builder = e.runtime.NewHostModuleBuilder(imp.Module)
			modules[imp.Module] = builder
		}
		call := imp.Call
		builder.NewFunctionBuilder().
			WithGoFunction(api.GoFunc(func(ctx context.Context, stack []uint64) {
				call(ctx.(*seatContext).seat, stack)
			}), valueTypes(imp.Params), valueTypes(imp.Results)).
			Export(imp.Name)
	}
	for name, builder := range modules {
		if _, err := builder.Instantiate(ctx); err != nil {
			return fmt.Errorf("wazero: host module %s: %w", name, err)
		}
	}
	module, err := e.runtime.CompileModule(ctx, o.Module)
	if err != nil {
		return fmt.Errorf("wazero: %w", err)
	}
	e.module = module
	for _, name := range append([]string{"_initialize"}, o.Exports...) {
		if module.ExportedFunctions()[name] == nil {
			return fmt.Errorf("wazero: the module exports no function %q", name)
		}
	}
	return nil
}

func valueTypes(types []wasm.ValueType) []api.ValueType {
	out := make([]api.ValueType, len(types))
	for i, t := range types {
		out[i] = api.ValueType(t)
	}
	return out
}

// Close implements wasm.Engine.
func (e *engine) Close() error {
	ctx := context.Background()
	err := e.runtime.Close(ctx)
	if e.cache != nil {
		if cerr := e.cache.Close(ctx); err == nil {
			err = cerr
		}
	}
	return err
}

// seatContext carries the seat to the imports. It is made once an instance,
// and found without a search: a call of an import costs nanoseconds.
type seatContext struct {
	context.Context
	seat *wasm.Seat
}

// allocation hands the seat's slot to the engine. Who owns the slot frees it.
type allocation struct{ slot *wasm.Slot }

func (a allocation) Reallocate(size uint64) []byte { return a.slot.Reallocate(size) }

func (allocation) Free() {}

// moduleConfig names no module, so that there can be many, and calls nothing by
// itself. No guest reaches the source of random numbers; without one the engine
// makes an own for each instance, of 5 KiB.
var moduleConfig = wazero.NewModuleConfig().WithName("").WithStartFunctions().WithRandSource(rand.Reader)

// Instantiate implements wasm.Engine.
func (e *engine) Instantiate(seat *wasm.Seat) (wasm.Instance, error) {
	ctx := &seatContext{Context: context.Background(), seat: seat}
	allocator := experimental.MemoryAllocatorFunc(func(uint64, uint64) experimental.LinearMemory {
		return allocation{seat.Slot()}
	})
	module, err := e.runtime.InstantiateModule(experimental.WithMemoryAllocator(ctx, allocator),
		e.module, moduleConfig)
	if err != nil {
		return nil, fmt.Errorf("wazero: %w", err)
	}
	in := &instance{module: module, context: ctx, memory: module.Memory()}
	if err := in.open(e); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

// open finds the exports and runs the module's constructors.
func (in *instance) open(e *engine) error {
	if in.memory == nil {
		return fmt.Errorf("wazero: the module exports no memory")
	}
	in.names, in.functions = e.exports, make([]api.Function, len(e.exports))
	for _, name := range e.globals {
		g, ok := in.module.ExportedGlobal(name).(api.MutableGlobal)
		if !ok {
			return fmt.Errorf("wazero: the module exports no mutable global %q", name)
		}
		in.globals = append(in.globals, g)
		if name == e.fuel {
			in.fuel = g
		}
	}
	if in.fuel == nil {
		return fmt.Errorf("wazero: the global %q isn't among the module's", e.fuel)
	}
	// The units count down to zero exactly: there must be some before any code
	// runs. Whoever uses the seat sets its own.
	in.fuel.Set(1 << 30)
	if _, err := in.module.ExportedFunction("_initialize").Call(in.context); err != nil {
		return asTrap(err)
	}
	return nil
}
