package link

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestThrowPassesFrames(t *testing.T) {
	tests := []struct {
		name  string
		funcs []fn
		notes []int32 // besides the last, which is what protect says
		want  uint32
	}{
		{name: "nothing thrown", want: 0, notes: []int32{1}, funcs: []fn{
			{name: "body", code: "i32.const 0 call f"},
			{name: "f", sig: "i32>", code: "local.get 0 if call throw end i32.const 1 call note"},
		}},
		{name: "own throw", want: 1, funcs: []fn{
			{name: "body", code: "call throw unreachable"},
		}},
		{name: "throw without unreachable", want: 1, funcs: []fn{
			{name: "body", code: "i32.const 7 call throw call note"},
		}},
		{name: "three frames with operands pending", want: 1, funcs: []fn{
			{name: "body", code: "i32.const 5 i32.const 6 call a i32.add i32.add call note"},
			{name: "a", sig: ">i32", code: "i64.const 1 f64.const 2 call b i32.const 1 i32.add call note drop drop i32.const 3"},
			{name: "b", sig: ">i32", code: "f32.const 1 i32.const 9 call c i32.wrap_i64 i32.add call note drop i32.const 1"},
			{name: "c", sig: ">i64", code: "i32.const 1 if i64.const 8 call throw unreachable end i64.const 4"},
		}},
		{name: "out of nested blocks", want: 1, notes: []int32{1}, funcs: []fn{
			{name: "body", code: `i32.const 1 call note
				block loop i32.const 1 if:i32 block:i64 i64.const 1 i32.const 1 call f drop end drop i32.const 2
				else i32.const 3 end call note br 0 end end i32.const 4 call note`},
			{name: "f", sig: "i32>i64", code: "local.get 0 if call throw end i64.const 1 i64.const 2 i64.add"},
		}},
		{name: "blocks with operands", want: 1, notes: []int32{1}, funcs: []fn{
			{name: "body", code: `i32.const 1 loop:i32>i32 call note i32.const 2 block:i32>i32 i32.const 1 call f i32.add
				i32.const 0 br_if 0 end end call note`},
			{name: "f", sig: "i32>i32", code: "local.get 0 if call throw end i32.const 2"},
		}},
		{name: "from a loop that goes round", want: 1, notes: []int32{3, 2, 1}, funcs: []fn{
			{name: "body", locals: "i32", code: `i32.const 3 local.set 0
				loop local.get 0 call f local.get 0 i32.const 1 i32.sub local.tee 0 i32.const 99 i32.lt_u br_if 0 end`},
			{name: "f", sig: "i32>", code: "local.get 0 i32.eqz if call throw end local.get 0 call note"},
		}},
		{name: "code that is never reached", want: 1, funcs: []fn{
			{name: "body", code: "block br 0 call f call note end call f drop unreachable call f i32.add drop call f br_table 0 0"},
			{name: "f", sig: ">i32", code: "i32.const 1 if i32.const 0 call throw call f return end i32.const 7"},
		}},
		{name: "recursion", want: 1, notes: []int32{4, 3, 2, 1}, funcs: []fn{
			{name: "body", code: "i32.const 4 call f i32.const 77 call note"},
			{name: "f", sig: "i32>", code: `local.get 0 i32.eqz if call throw end local.get 0 call note
				local.get 0 i32.const 1 i32.sub call f i32.const 66 call note`},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.funcs[0].table = true
			in := start(t, program{funcs: append(test.funcs, protect)}, Options{})
			for range 2 { // the first leaves nothing behind
				if got := in.call("protect", 0); got[0] != uint64(test.want) {
					t.Errorf("got %d, want %d", got[0], test.want)
				}
				in.wantNotes(test.notes...)
			}
		})
	}
}

func TestResultsOfEveryType(t *testing.T) {
	for _, sig := range []string{">", ">i32", ">i64", ">f32", ">f64", ">funcref", ">externref", ">i32,i64,f32,f64", ">i64,i64", "i32,f64>f32,i32"} {
		t.Run(sig, func(t *testing.T) {
			params, results, _ := strings.Cut(sig, ">")
			push := func(types string) (code string) {
				for _, typ := range strings.FieldsFunc(types, func(r rune) bool { return r == ',' }) {
					if strings.HasSuffix(typ, "ref") {
						code += "ref.null " + typ + " "
					} else {
						code += typ + ".const 3 "
					}
				}
				return code
			}
			drop := strings.Repeat("drop ", len(strings.Split(results, ",")))
			if results == "" {
				drop = ""
			}
			in := start(t, program{funcs: []fn{
				{name: "body", table: true, code: push(params) + "call outer " + drop + "i32.const 1 call note"},
				{name: "outer", sig: sig, code: push(params) + "call middle " + drop + "i32.const 2 call note " + push(results)},
				{name: "middle", sig: sig, code: push(params) + "call inner " + drop + "i32.const 3 call note " + push(results)},
				{name: "inner", sig: sig, code: "global.get 0 if call throw end " + push(results)},
				protect,
			}}, Options{})
			if got := in.call("protect", 0); got[0] != 1 {
				t.Errorf("got %d", got[0])
			}
			in.wantNotes()
			if in.report.Checks != 3 {
				t.Errorf("got %d checks, want 3", in.report.Checks)
			}
		})
	}
}

// What isn't thrown comes through unchanged.
func TestOrdinaryResults(t *testing.T) {
	in := start(t, program{funcs: []fn{
		protect,
		{name: "body", table: true, locals: "i32 i64 f64", code: `i32.const 40 i32.const 0 call f
			local.set 2 local.set 1 i32.add call note local.get 1 i32.wrap_i64 call note local.get 2 i32.trunc_sat_f64_s call note`},
		{name: "f", sig: "i32>i32,i64,f64", code: "local.get 0 call g i32.const 2 i64.const 3 f64.const 4"},
		{name: "g", sig: "i32>", code: "local.get 0 if call throw end i32.const 1 call note"},
	}}, Options{})
	if got := in.call("protect", 0); got[0] != 0 {
		t.Errorf("got %d", got[0])
	}
	in.wantNotes(1, 42, 3, 4)
}

func TestIndirectByType(t *testing.T) {
	funcs := []fn{
		protect,
		{name: "body", table: true, code: `i32.const 1 @clean call_indirect i32>
			i32.const 0 @same call_indirect i32>i32 call note
			i32.const 1 @thrower call_indirect i32>i32 call note`},
		{name: "clean", sig: "i32>", table: true, code: "local.get 0 call note"},
		{name: "same", sig: "i32>i32", table: true, code: "i32.const 2"},
		{name: "thrower", sig: "i32>i32", table: true, code: "local.get 0 if call throw end i32.const 9"},
		// throws with a type that is called indirectly, but isn't in the table
		{name: "hidden", sig: "i32>", code: "local.get 0 if call throw end"},
		{name: "usesHidden", sig: ">", table: true, code: "i32.const 1 call hidden i32.const 9 call note"},
	}
	in := start(t, program{funcs: funcs}, Options{})
	if got := in.call("protect", 0); got[0] != 1 {
		t.Errorf("got %d", got[0])
	}
	in.wantNotes(1, 2)
	if got := in.report.Checks; got != 3 { // same, thrower, hidden
		t.Errorf("got %d checks, want 3", got)
	}
	want := []string{"body", "thrower", "hidden", "usesHidden"}
	if !slices.Equal(in.report.MayThrow, want) {
		t.Errorf("got %v, want %v", in.report.MayThrow, want)
	}
}

// A function that is only referred to by ref.func can be called indirectly too.
func TestReferencedFunctionMayThrow(t *testing.T) {
	in := start(t, program{funcs: []fn{
		protect,
		{name: "body", table: true, code: "i32.const 0 @same call_indirect i32> i32.const 1 call note ref.func thrower drop"},
		{name: "same", sig: "i32>", table: true, code: ""},
		{name: "thrower", sig: "i32>", code: "call throw"},
	}, exports: map[string]string{"thrower": "func thrower"}}, Options{AllowThrowingExports: []string{"thrower"}})
	if got := in.report.Checks; got != 1 {
		t.Errorf("got %d checks, want 1", got)
	}
	in.call("protect", 0)
	in.wantNotes(1)
}

const (
	enter = "global.get 0 i32.const 16 i32.sub local.tee 0 global.set 0 "
	leave = " local.get 0 i32.const 16 i32.add global.set 0"
)

func TestStackPointerComesBack(t *testing.T) {
	in := start(t, program{funcs: []fn{
		{name: "run", export: true, sig: ">i32", locals: "i32 i32", code: enter + "@a call protect local.set 1 global.get 0 call note" + leave + " local.get 1"},
		protect,
		{name: "a", table: true, locals: "i32", code: enter + "call b i32.const 1 call note" + leave},
		{name: "b", locals: "i32", code: enter + "call c i32.const 2 call note" + leave},
		{name: "c", locals: "i32", code: enter + "global.get 0 call note call throw unreachable"},
	}}, Options{})
	if got := in.call("run"); got[0] != 1 {
		t.Errorf("got %d", got[0])
	}
	in.wantNotes(65536-4*16, 65536-16)
}

func TestNestedCatches(t *testing.T) {
	in := start(t, program{funcs: []fn{
		protect,
		// catches, goes on, then throws what the outer one catches
		{name: "outer", table: true, code: "@inner call protect call note i32.const 10 call note call throw unreachable"},
		{name: "inner", table: true, code: "@quiet call protect call note call throw unreachable"},
		{name: "quiet", table: true, code: "i32.const 11 call note"},
		// hands on what it caught
		{name: "again", table: true, code: "@outer call protect if call throw end i32.const 12 call note"},
	}}, Options{})
	if got := in.call("protect", 0); got[0] != 1 {
		t.Errorf("outer: got %d", got[0])
	}
	in.wantNotes(11, 0, 1, 10)
	if got := in.call("protect", 3); got[0] != 1 {
		t.Errorf("again: got %d", got[0])
	}
	in.wantNotes(11, 0, 1, 10)
	if want := []string{"protect"}; !slices.Equal(in.report.Catching, want) {
		t.Errorf("got %v, want %v", in.report.Catching, want)
	}
}

// The flag is taken at the call: what runs before caught may catch by itself,
// and a way without caught leaves nothing behind.
func TestFlagIsTakenAtTheCall(t *testing.T) {
	in := start(t, program{funcs: []fn{
		protect,
		{name: "late", sig: "i32>i32", export: true, code: "local.get 0 call_indirect > call other call note call caught"},
		{name: "other", sig: ">i32", code: "@quiet call protect"},
		{name: "quiet", table: true, code: "i32.const 1 call note"},
		{name: "thrower", table: true, code: "call throw"},
		{name: "careless", sig: "i32>i32", export: true, code: "local.get 0 call_indirect > i32.const 1 if i32.const 7 return end call caught"},
		{name: "skips", sig: "i32>i32", export: true, code: "i32.const 0 if local.get 0 call_indirect > end call caught"},
		{name: "twice", sig: "i32>i32,i32", export: true, code: "local.get 0 call_indirect > call caught call caught"},
	}}, Options{})
	if got := in.call("late", 1); got[0] != 1 {
		t.Errorf("late: got %d", got[0])
	}
	in.wantNotes(1, 0)
	if got := in.call("careless", 1); got[0] != 7 {
		t.Errorf("careless: got %d", got[0])
	}
	if got := in.call("skips", 1); got[0] != 0 {
		t.Errorf("skips: got %d", got[0])
	}
	if got := in.call("twice", 1); got[0] != 1 || got[1] != 0 {
		t.Errorf("twice: got %d", got)
	}
}

func TestCatchingDirectCallWithResult(t *testing.T) {
	in := start(t, program{funcs: []fn{
		{name: "run", sig: "i32>i32,i64", export: true, code: "i32.const 100 local.get 0 call f call caught i32.const 0 drop i64.extend_i32_u i64.add drop i64.const 5"},
		{name: "run2", sig: "i32>i32", export: true, locals: "i64", code: "local.get 0 call f local.set 1 call caught i32.const 2 i32.mul local.get 1 i32.wrap_i64 i32.add"},
		{name: "f", sig: "i32>i64", code: "local.get 0 if call throw end i64.const 40"},
	}}, Options{})
	for arg, want := range []uint64{40, 2} {
		if got := in.call("run2", uint64(arg)); got[0] != want {
			t.Errorf("run2(%d): got %d, want %d", arg, got[0], want)
		}
	}
	in.call("run", 1)
}

// caught where nothing can throw.
func TestNothingToCatch(t *testing.T) {
	in := start(t, program{funcs: []fn{
		{name: "run", sig: ">i32", export: true, code: "call f call caught"},
		{name: "f", code: ""},
	}}, Options{})
	if got := in.call("run"); got[0] != 0 {
		t.Errorf("got %d", got[0])
	}
}

func TestElision(t *testing.T) {
	tests := []struct {
		name, code     string
		checks, elided int
	}{
		{name: "end", code: "local.get 0 call f drop", elided: 1},
		{name: "return", code: "local.get 0 call f drop return", elided: 1},
		{name: "ends of blocks", code: "block local.get 0 if local.get 0 call f drop else i32.const 1 call f drop end end", elided: 2},
		{name: "branch out", code: "block local.get 0 call f drop br 0 end", elided: 1},
		{name: "branch to the function", code: "loop local.get 0 call f drop br 1 end", elided: 1},
		{name: "branch back", code: "loop local.get 0 call f br_if 0 end local.get 0 call f drop loop end", checks: 2},
		{name: "arithmetic and stack pointer", code: "local.get 0 call f i32.const 3 i32.mul drop global.get 0 global.set 0", elided: 1},
		{name: "another global", code: "local.get 0 call f global.set 1", checks: 1},
		{name: "may trap", code: "i32.const 1 local.get 0 call f i32.div_s drop", checks: 1},
		{name: "stores", code: "i32.const 0 local.get 0 call f i32.store", checks: 1},
		{name: "before an else with more", code: "local.get 0 if local.get 0 call f drop else nop end i32.const 1 call note", checks: 1},
		{name: "another call", code: "local.get 0 call f drop i32.const 1 call note", checks: 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := start(t, program{globals: []string{"mut i32"}, funcs: []fn{
				{name: "body", sig: "i32>", code: test.code},
				{name: "f", sig: "i32>i32", code: "local.get 0 if call throw end i32.const 0"},
				{name: "entry", table: true, code: "i32.const 1 call body i32.const 9 call note"},
				protect,
			}}, Options{})
			if in.report.Checks != test.checks+1 || in.report.Elided != test.elided {
				t.Errorf("got %d checks, %d elided, want %d, %d", in.report.Checks, in.report.Elided, test.checks+1, test.elided)
			}
			if got := in.call("protect", 0); got[0] != 1 {
				t.Errorf("got %d", got[0])
			}
			in.wantNotes()
			if got := in.global("luahive_global_1"); got != 0 {
				t.Errorf("global was set to %d behind a throw", got)
			}
		})
	}
}

// Behind a call that never comes back otherwise the function returns. A trap
// behind a call that may come back stays one.
func TestUnreachableBehindCall(t *testing.T) {
	in := start(t, program{funcs: []fn{
		protect,
		{name: "body", table: true, code: "i32.const 1 call fail unreachable"},
		{name: "fail", sig: "i32>", code: "local.get 0 call deeper i32.const 1 call note unreachable"},
		{name: "deeper", sig: "i32>", code: "block block block local.get 0 br_table 2 0 1 2 end unreachable end call throw unreachable end call throw unreachable"},
	}}, Options{})
	if in.report.Returns != 2 || in.report.Checks != 0 {
		t.Errorf("got %d returns, %d checks", in.report.Returns, in.report.Checks)
	}
	if got := in.call("protect", 0); got[0] != 1 {
		t.Errorf("got %d", got[0])
	}
	in.wantNotes()

	in = start(t, program{funcs: []fn{
		protect,
		{name: "body", table: true, code: "call maybe unreachable"},
		{name: "maybe", code: "global.get 0 i32.const 1000 i32.lt_u if call throw end"},
	}}, Options{})
	if in.report.Returns != 0 || in.report.Checks != 1 {
		t.Errorf("got %d returns, %d checks", in.report.Returns, in.report.Checks)
	}
	if _, err := in.module.ExportedFunction("protect").Call(context.Background(), 0); err == nil || !strings.Contains(err.Error(), "unreachable") {
		t.Errorf("got %v, want a trap", err)
	}
}

func TestComesBack(t *testing.T) {
	tests := []struct {
		name, code string
		want       bool
	}{
		{"end", "nop", true},
		{"trap", "unreachable", false},
		{"return", "block i32.const 1 br_if 0 return end unreachable", true},
		{"dead return", "unreachable return", false},
		{"endless", "loop br 0 end", false},
		{"loop left by a branch", "block loop i32.const 1 br_if 1 br 0 end end", true},
		{"loop that falls through", "loop i32.const 1 br_if 0 end", true},
		{"branch to the function", "loop br 1 end", true},
		{"table", "block loop i32.const 1 br_table 1 0 1 end end unreachable", false},
		{"table to the function", "block i32.const 1 br_table 1 0 1 end unreachable", true},
		{"if without else", "i32.const 1 if unreachable end", true},
		{"if and else", "i32.const 1 if unreachable else call never end", false},
		{"if or else", "i32.const 1 if unreachable else nop end", true},
		{"then or else", "i32.const 1 if nop else unreachable end", true},
		{"nested ifs", "i32.const 1 if i32.const 1 if unreachable else unreachable end else i32.const 1 if unreachable end end", true},
		{"dead if", "unreachable i32.const 1 if nop else nop end", false},
		{"dead block", "block unreachable block end end", false},
		{"dead branch", "block unreachable br 0 end", false},
		{"itself", "call f", false},
		{"itself or not", "i32.const 0 if call f end", true},
		{"host", "call tick drop", true},
		{"indirect", "@f call_indirect >", true},
		{"throw", "call throw", false},
		{"caught", "call fails call caught drop", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, err := parse(assemble(t, program{funcs: []fn{
				{name: "f", code: test.code, table: true},
				{name: "fails", code: "call throw"},
				{name: "never", code: "call f unreachable"},
			}}))
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range []func() error{m.readCode, m.findIntrinsics, m.findCalls} {
				if err := step(); err != nil {
					t.Fatal(err)
				}
			}
			f := m.funcs[len(m.funcs)-3]
			if got := findThrowing(m).comesBack[f]; got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestCatchingFunctionsRefused(t *testing.T) {
	thrower := fn{name: "f", sig: "i32>", table: true, code: "local.get 0 if call throw end"}
	for name, code := range map[string]string{
		"two direct":          "i32.const 0 call f i32.const 1 call f call caught drop",
		"direct and indirect": "i32.const 0 call f i32.const 1 @f call_indirect i32> call caught drop",
		"a clone":             "i32.const 1 if i32.const 0 call f else i32.const 0 call f end call caught drop",
	} {
		t.Run(name, func(t *testing.T) {
			e := wantError(t, program{funcs: []fn{{name: "catcher", code: code}, thrower}}, Options{}, ErrCatch, "catcher")
			if !strings.Contains(e.Error(), "call f") || e.Offset <= 0 {
				t.Errorf("got %v", e)
			}
		})
	}
	wantError(t, program{funcs: []fn{{name: "catcher", code: "call caught if call throw end"}}}, Options{}, ErrCatch, "catcher")
}

func TestUnprotectedExports(t *testing.T) {
	p := program{funcs: []fn{
		{name: "run", export: true, code: "call middle"},
		{name: "middle", code: "f64.const 1 @far call_indirect f64>i32 drop"},
		{name: "far", sig: "f64>i32", table: true, code: "call longer call inner i32.const 1"},
		{name: "longer", code: "call inner"},
		{name: "inner", code: "call throw"},
		{name: "other", export: true, code: "call inner"},
		{name: "fine", export: true, code: "nop"},
	}}
	e := wantError(t, p, Options{}, ErrUnprotected, "")
	for _, want := range []string{
		`export "run": run > middle > call_indirect ((f64) -> i32) > far > inner > throw`,
		`export "other": other > inner > throw`,
		"2 ways",
	} {
		if !strings.Contains(e.Error(), want) {
			t.Errorf("got %v, want it to contain %s", e, want)
		}
	}
	in := start(t, p, Options{AllowThrowingExports: []string{"run", "other"}})
	if _, err := in.module.ExportedFunction("other").Call(context.Background()); err != nil || in.global("luahive_throwing") != 1 {
		t.Errorf("got %v, throwing %d", err, in.global("luahive_throwing"))
	}
}

func TestUnprotectedOtherWays(t *testing.T) {
	thrower := fn{name: "thrower", table: true, code: "call throw"}
	tests := map[string]struct {
		p    program
		want string
	}{
		"start":           {program{start: "thrower", funcs: []fn{thrower}}, "start: thrower"},
		"exported table":  {program{exports: map[string]string{"t": "table 0"}, funcs: []fn{thrower}}, `in exported table "t": thrower`},
		"exported global": {program{globals: []string{"funcref"}, exports: map[string]string{"g": "global 1"}, funcs: []fn{thrower}}, `given by export "g": thrower`},
		"result":          {program{funcs: []fn{thrower, {name: "get", export: true, sig: ">funcref", code: "ref.func thrower"}}}, `given by export "get": thrower`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if e := wantError(t, test.p, Options{}, ErrUnprotected, ""); !strings.Contains(e.Error(), test.want) {
				t.Errorf("got %v, want %s", e, test.want)
			}
		})
	}
}

// A chain of calls is as long as memory allows.
func TestLongChainOfCalls(t *testing.T) {
	const n = 20000
	funcs := []fn{protect, {name: "f0", code: "call throw"}}
	for i := 1; i < n; i++ {
		funcs = append(funcs, fn{name: fmt.Sprint("f", i), code: fmt.Sprint("call f", i-1)})
	}
	funcs[n].table = true
	_, report, err := Rewrite(assemble(t, program{funcs: funcs}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.MayThrow) != n || report.Elided != n-1 {
		t.Errorf("got %d functions, %d calls elided", len(report.MayThrow), report.Elided)
	}
}
