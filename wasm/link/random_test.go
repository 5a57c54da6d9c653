package link

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func newRandom(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// TestRandomPrograms generates programs of calls, loops, branches, throws and
// catches, each together with what it means in Go, and compares what both do:
// all that they note, results, stack pointer, a global and the units used.
func TestRandomPrograms(t *testing.T) {
	programs := 400
	if testing.Short() {
		programs = 100
	}
	thrown, caughtAt := 0, 0
	for seed := range uint64(programs) {
		g := &generator{Rand: newRandom(seed)}
		p := g.program()
		var results []int32
		model := &machine{stackPointer: 65536}
		for arg := range int32(4) {
			results = append(results, model.try(g.functions[0], arg))
		}
		if model.steps > 100000 {
			continue
		}
		in := start(t, p, Options{})
		in.setFuel(math.MaxInt32)
		for arg, want := range results {
			if got := in.call("run", uint64(arg)); int32(got[0]) != want {
				t.Errorf("seed %d: run(%d): got %d, want %d", seed, arg, got[0], want)
			}
			thrown += int(want)
		}
		if !slices.Equal(in.notes, model.notes) {
			t.Errorf("seed %d: got notes %v, want %v", seed, in.notes, model.notes)
		}
		if got := math.MaxInt32 - in.global("luahive_fuel"); got != model.units {
			t.Errorf("seed %d: got %d units, want %d", seed, got, model.units)
		}
		if got := int32(in.global("luahive_global_1")); got != model.global {
			t.Errorf("seed %d: got global %d, want %d", seed, got, model.global)
		}
		caughtAt += model.caught
		if t.Failed() {
			for _, f := range p.funcs {
				t.Logf("%s %s: %s", f.name, f.sig, f.code)
			}
			return
		}
	}
	if thrown < programs/2 || caughtAt < programs/2 {
		t.Errorf("the programs are dull: %d throw, %d are caught", thrown, caughtAt)
	}
}

// A machine is the model's state.
type machine struct {
	notes        []int32
	units        uint32
	global       int32
	stackPointer int32
	steps        int
	caught       int
}

// A frame is one call in the model.
type frame struct {
	acc, arg, pointer int32
}

// How a statement ends.
const (
	goesOn    = -1
	returns   = -2
	throwsOut = -3
	// 0 and more: the number of the block that is left, counted from outside
)

// A statement is code and its meaning.
type statement struct {
	code string
	run  func(*machine, *frame) int
}

type modelFunction struct {
	name    string
	results string
	counts  bool // uses count, so that loops don't count
	framed  bool // moves the stack pointer
	fails   bool // throws at its end
	body    statement
}

// call returns the value that the caller adds up.
func (m *machine) call(f *modelFunction, arg int32) (value int32, thrown bool) {
	fr := &frame{acc: arg, arg: arg}
	if f.framed {
		m.stackPointer -= 16
	}
	fr.pointer = m.stackPointer
	switch end := f.body.run(m, fr); {
	case end == throwsOut, end == goesOn && f.fails:
		return 0, true
	}
	if f.framed {
		m.stackPointer += 16
	}
	switch f.results {
	case "i32", "i64":
		return fr.acc, false
	case "f64":
		return int32(min(uint32(fr.acc), math.MaxInt32)), false
	case "i32,i64":
		return fr.acc + fr.acc, false
	}
	return 0, false
}

func (m *machine) try(f *modelFunction, arg int32) int32 {
	saved := m.stackPointer
	if _, thrown := m.call(f, arg); thrown {
		m.stackPointer = saved
		m.caught++
		return 1
	}
	return 0
}

// Locals of each function: its argument, the value that it works on, its frame,
// and a counter for each loop around.
const (
	localAcc     = 1
	localPointer = 2
	localCounter = 3
	maxNesting   = 4
)

type generator struct {
	*rand.Rand
	functions []*modelFunction
	current   *modelFunction
	index     int
	labels    []bool // the blocks around; true for those that may be left by a branch
	loops     int
	size      int
}

var resultTypes = []string{"", "i32", "i64", "f64", "i32,i64"}

func (g *generator) program() program {
	n := 2 + g.IntN(6)
	for i := range n {
		g.functions = append(g.functions, &modelFunction{
			name: fmt.Sprint("f", i), results: resultTypes[g.IntN(len(resultTypes))], counts: g.IntN(4) == 0, framed: g.IntN(2) == 0,
			fails: g.IntN(6) == 0,
		})
	}
	p := program{globals: []string{"mut i32"}}
	for i, f := range g.functions {
		g.current, g.index, g.size = f, i, 0
		f.body = g.block(0)
		enter := "local.get 0 local.set 1 "
		if f.framed {
			enter += "global.get 0 i32.const 16 i32.sub local.tee 2 global.set 0 "
		}
		end := g.leave()
		if f.fails {
			end = "call throw unreachable"
		}
		p.funcs = append(p.funcs, fn{name: f.name, sig: "i32>" + f.results, table: true,
			locals: strings.Repeat("i32 ", localCounter-1+maxNesting), code: enter + f.body.code + end})
	}
	for _, results := range resultTypes {
		drops := ""
		if results != "" {
			drops = strings.Repeat("drop ", 1+strings.Count(results, ","))
		}
		p.funcs = append(p.funcs, fn{name: "try:" + results, sig: "i32,i32>i32",
			code: "local.get 0 local.get 1 call_indirect i32>" + results + " " + drops + "call caught"})
	}
	p.funcs = append(p.funcs, fn{name: "run", sig: "i32>i32", export: true,
		code: "local.get 0 @f0 call try:" + g.functions[0].results})
	return p
}

// leave is what stands before a return.
func (g *generator) leave() string {
	code := ""
	if g.current.framed {
		code = "local.get 2 i32.const 16 i32.add global.set 0 "
	}
	switch g.current.results {
	case "i32":
		code += "local.get 1 "
	case "i64":
		code += "local.get 1 i64.extend_i32_u "
	case "f64":
		code += "local.get 1 f64.convert_i32_u "
	case "i32,i64":
		code += "local.get 1 local.get 1 i64.extend_i32_u "
	}
	return code
}

// block is a sequence of statements.
func (g *generator) block(nesting int) statement {
	var all []statement
	var code strings.Builder
	for range 1 + g.IntN(5) {
		s := g.statement(nesting)
		all = append(all, s)
		code.WriteString(s.code)
	}
	return statement{code.String(), func(m *machine, f *frame) int {
		for _, s := range all {
			m.steps++
			if m.steps > 100000 {
				return returns
			}
			if end := s.run(m, f); end != goesOn {
				return end
			}
		}
		return goesOn
	}}
}

func (g *generator) statement(nesting int) statement {
	g.size++
	kinds := []func(int) statement{g.note, g.mix, g.call, g.call, g.call, g.call, g.global, g.throw, g.leaveEarly, g.count}
	if nesting < maxNesting && g.size < 60 {
		kinds = append(kinds, g.branches, g.branches, g.loop, g.breakable, g.breakable, g.conditional, g.conditional)
	}
	return kinds[g.IntN(len(kinds))](nesting)
}

func (g *generator) note(int) statement {
	if g.IntN(4) == 0 {
		return statement{"global.get 0 call note ", func(m *machine, f *frame) int {
			m.notes = append(m.notes, m.stackPointer)
			return goesOn
		}}
	}
	return statement{"local.get 1 call note ", func(m *machine, f *frame) int {
		m.notes = append(m.notes, f.acc)
		return goesOn
	}}
}

func (g *generator) mix(int) statement {
	c := g.Int32N(100)
	return statement{fmt.Sprintf("local.get 1 i32.const 31 i32.mul i32.const %d i32.add local.set 1 ", c), func(m *machine, f *frame) int {
		f.acc = f.acc*31 + c
		return goesOn
	}}
}

func (g *generator) global(int) statement {
	return statement{"local.get 1 global.set 1 ", func(m *machine, f *frame) int {
		m.global = f.acc
		return goesOn
	}}
}

func (g *generator) count(nesting int) statement {
	if !g.current.counts {
		return g.mix(nesting)
	}
	return statement{"call count ", func(m *machine, f *frame) int {
		m.units++
		return goesOn
	}}
}

// sums turn results into one i32.
var sums = map[string]string{
	"": "i32.const 0", "i32": "", "i64": "i32.wrap_i64", "f64": "i32.trunc_sat_f64_s", "i32,i64": "i32.wrap_i64 i32.add",
}

// call calls a later function, directly, through the table or caught, with
// operands waiting. In functions that count for themselves the loops don't.
func (g *generator) call(nesting int) statement {
	if g.index == len(g.functions)-1 {
		return g.mix(nesting)
	}
	callee := g.functions[g.index+1+g.IntN(len(g.functions)-g.index-1)]
	if g.IntN(4) == 0 {
		return statement{fmt.Sprintf("local.get 1 i32.const 31 i32.mul local.get 1 @%s call try:%s i32.add local.set 1 ", callee.name, callee.results),
			func(m *machine, f *frame) int {
				f.acc = f.acc*31 + m.try(callee, f.acc)
				return goesOn
			}}
	}
	how := "call " + callee.name
	if g.IntN(2) == 0 {
		how = fmt.Sprintf("@%s call_indirect i32>%s", callee.name, callee.results)
	}
	if callee.results == "" && g.IntN(2) == 0 {
		return statement{"local.get 1 " + how + " ", func(m *machine, f *frame) int {
			if _, thrown := m.call(callee, f.acc); thrown {
				return throwsOut
			}
			return goesOn
		}}
	}
	return statement{fmt.Sprintf("f64.const 1 i64.const 2 local.get 1 local.get 1 %s %s i32.add local.set 1 drop drop ", how, sums[callee.results]),
		func(m *machine, f *frame) int {
			value, thrown := m.call(callee, f.acc)
			if thrown {
				return throwsOut
			}
			f.acc += value
			return goesOn
		}}
}

func (g *generator) throw(nesting int) statement {
	code := "call throw "
	if g.IntN(2) == 0 {
		code += "unreachable "
	}
	return g.rarely(code, throwsOut)
}

// rarely does something that ends the sequence, by the value at hand.
func (g *generator) rarely(code string, end int) statement {
	mask := []int32{1, 3, 7}[g.IntN(3)]
	return statement{fmt.Sprintf("local.get 1 i32.const %d i32.and i32.eqz if %send ", mask, code), func(m *machine, f *frame) int {
		if f.acc&mask == 0 {
			return end
		}
		return goesOn
	}}
}

// leaveEarly returns, or branches out of the function or of a block around.
func (g *generator) leaveEarly(int) statement {
	switch inside := len(g.labels) + 1; g.IntN(3) { // in the if of rarely
	case 0:
		return g.rarely(g.leave()+"return ", returns)
	case 1:
		return g.rarely(fmt.Sprintf("%sbr %d ", g.leave(), inside), returns)
	default:
		var targets []int
		for i, ok := range g.labels {
			if ok {
				targets = append(targets, i)
			}
		}
		if len(targets) == 0 {
			return g.rarely(g.leave()+"return ", returns)
		}
		target := targets[g.IntN(len(targets))]
		return g.rarely(fmt.Sprintf("br %d ", inside-1-target), target)
	}
}

// inside generates a block with a label around it.
func (g *generator) inside(nesting int, leavable bool) (statement, int) {
	label := len(g.labels)
	g.labels = append(g.labels, leavable)
	body := g.block(nesting + 1)
	g.labels = g.labels[:label]
	return body, label
}

func leaving(end, label int) int {
	if end == label {
		return goesOn
	}
	return end
}

func (g *generator) breakable(nesting int) statement {
	body, label := g.inside(nesting, true)
	return statement{"block " + body.code + "end ", func(m *machine, f *frame) int {
		return leaving(body.run(m, f), label)
	}}
}

func (g *generator) conditional(nesting int) statement {
	mask := int32(1) << g.IntN(4)
	body, label := g.inside(nesting, true)
	return statement{fmt.Sprintf("local.get 1 i32.const %d i32.and if %send ", mask, body.code), func(m *machine, f *frame) int {
		if f.acc&mask == 0 {
			return goesOn
		}
		return leaving(body.run(m, f), label)
	}}
}

func (g *generator) branches(nesting int) statement {
	mask := int32(1) << g.IntN(4)
	then, label := g.inside(nesting, true)
	other, _ := g.inside(nesting, true)
	return statement{fmt.Sprintf("local.get 1 i32.const %d i32.and if %selse %send ", mask, then.code, other.code), func(m *machine, f *frame) int {
		if f.acc&mask != 0 {
			return leaving(then.run(m, f), label)
		}
		return leaving(other.run(m, f), label)
	}}
}

// loop runs up to three times.
func (g *generator) loop(nesting int) statement {
	n := 1 + g.IntN(3)
	counter := localCounter + g.loops
	g.loops++
	body, _ := g.inside(nesting, false)
	g.loops--
	counted := !g.current.counts
	function := g.current
	code := fmt.Sprintf("i32.const %d local.set %d loop %slocal.get %[2]d i32.const 1 i32.sub local.tee %[2]d br_if 0 end ", n, counter, body.code)
	return statement{code, func(m *machine, f *frame) int {
		for range n {
			if counted || !strings.Contains(function.body.code, "call count ") {
				m.units++
			}
			if end := body.run(m, f); end != goesOn {
				return end
			}
		}
		return goesOn
	}}
}
