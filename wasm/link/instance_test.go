package link

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// An instance is a rewritten program that runs.
type instance struct {
	t      testing.TB
	module api.Module
	report Report
	notes  []int32 // what the program noted
	ticks  int
	refill uint32 // what tick answers
}

// start rewrites and instantiates a program, with 1000 units of fuel.
func start(t testing.TB, p program, o Options) *instance {
	t.Helper()
	out, report, err := Rewrite(assemble(t, p), o)
	if err != nil {
		t.Fatal(err)
	}
	in := &instance{t: t, report: report, refill: 1000}
	in.instantiate(out)
	in.setFuel(1000)
	return in
}

func (in *instance) instantiate(module []byte) {
	in.t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	in.t.Cleanup(func() { r.Close(ctx) })
	_, err := r.NewHostModuleBuilder("host").
		NewFunctionBuilder().WithFunc(func() uint32 { in.ticks++; return in.refill }).Export("tick").
		NewFunctionBuilder().WithFunc(func(v int32) { in.notes = append(in.notes, v) }).Export("note").
		Instantiate(ctx)
	if err != nil {
		in.t.Fatal(err)
	}
	if in.module, err = r.Instantiate(ctx, module); err != nil {
		in.t.Fatal(err)
	}
}

func (in *instance) call(name string, args ...uint64) []uint64 {
	in.t.Helper()
	results, err := in.module.ExportedFunction(name).Call(context.Background(), args...)
	if err != nil {
		in.t.Fatalf("%s: %v", name, err)
	}
	if got := in.global("__stack_pointer"); got != 65536 {
		in.t.Errorf("%s left the stack pointer at %d", name, got)
	}
	if got := in.global("luahive_throwing"); got != 0 {
		in.t.Errorf("%s left throwing at %d", name, got)
	}
	return results
}

func (in *instance) global(name string) uint32 {
	in.t.Helper()
	g := in.module.ExportedGlobal(name)
	if g == nil {
		in.t.Fatalf("no global %s", name)
	}
	return uint32(g.Get())
}

func (in *instance) setFuel(units uint32) {
	in.module.ExportedGlobal("luahive_fuel").(api.MutableGlobal).Set(uint64(units))
}

func (in *instance) wantNotes(want ...int32) {
	in.t.Helper()
	if !slices.Equal(in.notes, want) {
		in.t.Errorf("got notes %v, want %v", in.notes, want)
	}
	in.notes = nil
}

// mustCompile checks that an engine takes the module.
func mustCompile(t testing.TB, module []byte) {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer r.Close(ctx)
	if _, err := r.CompileModule(ctx, module); err != nil {
		t.Error(err)
	}
}

// wantError checks that a program is refused with an error of the kind, about
// the function.
func wantError(t testing.TB, p program, o Options, kind error, function string) *Error {
	t.Helper()
	module := assemble(t, p)
	_, _, err := Rewrite(module, o)
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, kind) {
		t.Fatalf("got error %v, want %v", err, kind)
	}
	if e.Func != function {
		t.Errorf("got function %q, want %q: %v", e.Func, function, err)
	}
	return e
}

// protect catches what the function at the given place of the table throws.
var protect = fn{name: "protect", sig: "i32>i32", export: true, code: "local.get 0 call_indirect > call caught"}
