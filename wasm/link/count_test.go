package link

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// countdown is a loop that runs as often as local 0 says.
const countdown = "loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end "

func TestUnits(t *testing.T) {
	tests := []struct {
		name  string
		funcs []fn
		arg   uint64
		want  uint32
	}{
		{name: "straight line", arg: 5, want: 0, funcs: []fn{
			{name: "run", code: "call f call f"}, {name: "f", code: "nop"}}},
		{name: "loop", arg: 5, want: 5, funcs: []fn{
			{name: "run", code: countdown}}},
		{name: "loop with operands", arg: 5, want: 5, funcs: []fn{
			{name: "run", code: "i32.const 3 loop:i32>i32 local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end drop"}}},
		{name: "nested loops", arg: 5, want: 5 + 5*3, funcs: []fn{
			{name: "run", code: `loop i32.const 3 local.set 1
				loop local.get 1 i32.const 1 i32.sub local.tee 1 br_if 0 end
				local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end`}}},
		{name: "self recursion", arg: 5, want: 6, funcs: []fn{
			{name: "run", code: "local.get 0 call f"},
			{name: "f", sig: "i32>", code: "local.get 0 if local.get 0 i32.const 1 i32.sub call f end"}}},
		{name: "mutual recursion", arg: 5, want: 6, funcs: []fn{
			{name: "run", code: "local.get 0 call f"},
			{name: "f", sig: "i32>", code: "local.get 0 if local.get 0 i32.const 1 i32.sub call g end"},
			{name: "g", sig: "i32>", code: "local.get 0 if local.get 0 i32.const 1 i32.sub call h end"},
			{name: "h", sig: "i32>", code: "local.get 0 if local.get 0 i32.const 1 i32.sub call f end call leaf"},
			{name: "leaf", code: "nop"}}},
		{name: "recursion and loop", arg: 3, want: 4 + 3 + 2 + 1, funcs: []fn{
			{name: "run", code: "local.get 0 call f"},
			{name: "f", sig: "i32>", locals: "i32", code: `local.get 0 local.set 1 local.get 0 if
				loop local.get 1 i32.const 1 i32.sub local.tee 1 br_if 0 end local.get 0 i32.const 1 i32.sub call f end`}}},
		{name: "count", arg: 5, want: 2, funcs: []fn{
			{name: "run", code: "call count call count"}}},
		{name: "counts for itself", arg: 5, want: 1, funcs: []fn{
			{name: "run", code: "call count " + countdown}}},
		{name: "counts for itself in a loop", arg: 5, want: 5, funcs: []fn{
			{name: "run", code: "loop call count local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end"}}},
		{name: "counts for itself, recursive", arg: 5, want: 6 + 5, funcs: []fn{
			{name: "run", code: "local.get 0 call f"},
			{name: "f", sig: "i32>", code: "call count local.get 0 if local.get 0 i32.const 1 i32.sub call g end"},
			{name: "g", sig: "i32>", code: "local.get 0 call f"}}},
		{name: "counts for itself, but not on each way in", arg: 5, want: 5, funcs: []fn{
			{name: "run", code: "local.get 0 call f"},
			{name: "f", sig: "i32>", code: "local.get 0 i32.const 99 i32.eq if call count end local.get 0 if local.get 0 i32.const 1 i32.sub call g end"},
			{name: "g", sig: "i32>", code: "local.get 0 call f"}}},
		{name: "through the table", arg: 5, want: 0, funcs: []fn{
			{name: "run", code: "local.get 0 call f"},
			{name: "f", sig: "i32>", table: true, code: "local.get 0 if local.get 0 i32.const 1 i32.sub @f call_indirect i32> end"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.funcs[0].sig, test.funcs[0].export = "i32>", true
			test.funcs[0].locals = "i32"
			in := start(t, program{funcs: test.funcs}, Options{})
			in.call("run", test.arg)
			if got := 1000 - in.global("luahive_fuel"); got != test.want {
				t.Errorf("got %d units, want %d", got, test.want)
			}
			if in.ticks != 0 {
				t.Errorf("got %d ticks", in.ticks)
			}
		})
	}
}

func TestFuelOut(t *testing.T) {
	in := start(t, program{funcs: []fn{{name: "run", sig: "i32>", export: true, code: countdown}}}, Options{})
	in.refill = 7
	for _, test := range []struct{ fuel, loops, ticks, left uint32 }{
		{fuel: 10, loops: 9, ticks: 0, left: 1},
		{fuel: 10, loops: 10, ticks: 1, left: 7},
		{fuel: 10, loops: 11, ticks: 1, left: 6},
		{fuel: 1, loops: 1, ticks: 1, left: 7},
		{fuel: 1, loops: 1 + 7*5, ticks: 6, left: 7},
		{fuel: 3, loops: 100, ticks: 14, left: 1},
	} {
		in.ticks = 0
		in.setFuel(test.fuel)
		in.call("run", uint64(test.loops))
		if got := in.global("luahive_fuel"); uint32(in.ticks) != test.ticks || got != test.left {
			t.Errorf("%+v: got %d ticks, %d left", test, in.ticks, got)
		}
	}
	if in.module.ExportedFunction(fuelOutName) != nil {
		t.Error("the fuel function is still exported")
	}
}

// Copies and fills cost a unit for each 256 bytes, to the last one.
func TestCountedBytes(t *testing.T) {
	const (
		copies = "i32.const 0 i32.const 8 local.get 0 \\fc \\0a \\00 \\00 "
		fills  = "i32.const 0 i32.const 1 local.get 0 \\fc \\0b \\00 "
		inits  = "i32.const 0 i32.const 0 local.get 0 \\fc \\08 \\00 \\00 "
	)
	tests := []struct {
		code              string
		fuel, bytes       uint32
		wantTicks, wantIn uint32
	}{
		{code: copies, fuel: 100, bytes: 0, wantIn: 100},
		{code: copies, fuel: 100, bytes: 255, wantIn: 100},
		{code: copies, fuel: 100, bytes: 256, wantIn: 99},
		{code: fills, fuel: 100, bytes: 51*256 + 3, wantIn: 49},
		{code: fills + copies, fuel: 100, bytes: 4 * 256, wantIn: 92},
		{code: "call count " + copies, fuel: 100, bytes: 4 * 256, wantIn: 95},
		{code: inits, fuel: 100, bytes: 0, wantIn: 100},
		{code: fills, fuel: 100, bytes: 99 * 256, wantIn: 1},
		{code: fills, fuel: 100, bytes: 100 * 256, wantTicks: 1, wantIn: 4},
		{code: fills, fuel: 3, bytes: 10 * 256, wantTicks: 2, wantIn: 1},
		{code: fills, fuel: 2, bytes: 10 * 256, wantTicks: 3, wantIn: 4},
		{code: fills, fuel: 1, bytes: 511 * 256, wantTicks: 128, wantIn: 2},
	}
	for _, test := range tests {
		p := program{funcs: []fn{{name: "run", sig: "i32>", export: true, code: test.code}}}
		in := start(t, p, Options{})
		in.refill = 4
		in.setFuel(test.fuel)
		in.call("run", uint64(test.bytes))
		if got := in.global("luahive_fuel"); uint32(in.ticks) != test.wantTicks || got != test.wantIn {
			t.Errorf("%+v: got %d ticks, %d left", test, in.ticks, got)
		}
	}
}

func TestFuelIntrinsics(t *testing.T) {
	in := start(t, program{funcs: []fn{
		{name: "run", sig: ">i32", export: true, code: "call fuel i32.const 5 call set_fuel call count call fuel i32.sub"},
	}}, Options{})
	in.setFuel(100)
	if got := in.call("run"); got[0] != 96 {
		t.Errorf("got %d, want 96", got[0])
	}
}

func TestNotCounted(t *testing.T) {
	in := start(t, program{noFuel: true, funcs: []fn{
		{name: "out", export: true, code: "i32.const 3 call refill call deeper"},
		{name: "refill", sig: "i32>", code: countdown + "i32.const 0 i32.const 0 i32.const 999 \\fc \\0b \\00 call tick call set_fuel"},
		{name: "deeper", code: "i32.const 3 call deepest"},
		{name: "deepest", sig: "i32>", code: countdown},
		{name: "run", sig: "i32>", export: true, code: countdown},
		{name: "quiet", sig: "i32>", export: true, code: countdown + "i32.const 0 if i32.const 1 call quiet end"},
	}}, Options{FuelOut: "out", NoCounting: []string{"quiet"}})
	if in.report.Loops != 2 || in.report.Entries != 0 { // run, deepest
		t.Errorf("got %d loops, %d entries", in.report.Loops, in.report.Entries)
	}
	in.call("quiet", 10)
	if got := in.global("luahive_fuel"); got != 1000 {
		t.Errorf("quiet: %d left", got)
	}
	in.setFuel(2)
	in.call("run", 4) // comes to zero at 2, is given 1000, of which out uses 3 and run 2
	if got := in.global("luahive_fuel"); got != 995 || in.ticks != 1 {
		t.Errorf("run: %d left, %d ticks", got, in.ticks)
	}
}

func TestFuelOutRefused(t *testing.T) {
	tests := []struct {
		name     string
		kind     error
		function string
		o        Options
		funcs    []fn
		want     string
	}{
		{"missing", ErrMissing, "", Options{}, []fn{{name: "f"}}, "luahive_fuel_out"},
		{"other name", ErrMissing, "", Options{FuelOut: "other"}, []fn{{name: fuelOutName, export: true}}, `"other"`},
		{"signature", ErrFuelOut, "luahive_fuel_out", Options{}, []fn{{name: fuelOutName, export: true, sig: ">i32", code: "i32.const 1"}}, "() -> i32"},
		{"throws", ErrFuelOut, "luahive_fuel_out", Options{}, []fn{
			{name: fuelOutName, export: true, code: "call f"}, {name: "f", code: "call throw"}}, "luahive_fuel_out > f > throw"},
		{"counts", ErrFuelOut, "luahive_fuel_out", Options{}, []fn{{name: fuelOutName, export: true, code: "call count"}}, "counts"},
		{"unknown exemption", ErrMissing, "", Options{FuelOut: "f", NoCounting: []string{"no_such"}}, []fn{{name: "f", export: true}}, `"no_such"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := wantError(t, program{noFuel: true, funcs: test.funcs}, test.o, test.kind, test.function)
			if !strings.Contains(e.Error(), test.want) {
				t.Errorf("got %v, want %s", e, test.want)
			}
		})
	}
}

// Units are counted while something is thrown through recursive functions with
// loops, and nothing is thrown twice.
func TestCountAndThrow(t *testing.T) {
	in := start(t, program{funcs: []fn{
		protect,
		{name: "body", table: true, code: "i32.const 4 call f i32.const 9 call note"},
		{name: "f", sig: "i32>", locals: "i32", code: `local.get 0 i32.eqz if call throw end
			loop local.get 0 call note local.get 0 i32.const 1 i32.sub call f br 0 end`},
	}}, Options{})
	in.refill = 2
	in.setFuel(2)
	if got := in.call("protect", 0); got[0] != 1 {
		t.Errorf("got %d", got[0])
	}
	in.wantNotes(4, 3, 2, 1)
	if in.ticks != 4 { // 5 entries and 4 loop heads
		t.Errorf("got %d ticks", in.ticks)
	}
}

// recursive against a search for cycles that is too slow for anything but tests.
func TestRecursive(t *testing.T) {
	random := newRandom(1)
	for range 300 {
		n := 1 + random.IntN(8)
		m := &module{}
		for i := range n {
			m.funcs = append(m.funcs, &function{index: uint32(i), name: fmt.Sprint(i)})
		}
		for _, f := range m.funcs {
			for _, to := range m.funcs {
				if random.IntN(n) == 0 {
					f.callees = append(f.callees, to)
				}
			}
		}
		var want []*function
		for _, f := range m.funcs {
			reached := map[*function]bool{}
			work := slices.Clone(f.callees)
			for len(work) > 0 {
				next := work[0]
				work = work[1:]
				if !reached[next] {
					reached[next] = true
					work = append(work, next.callees...)
				}
			}
			if reached[f] {
				want = append(want, f)
			}
		}
		got := m.recursive()
		slices.SortFunc(got, func(a, b *function) int { return int(a.index) - int(b.index) })
		if !slices.Equal(got, want) {
			t.Fatalf("got %d functions, want %d", len(got), len(want))
		}
	}
}
