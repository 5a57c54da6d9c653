package link

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// sample uses all of the pass.
var sample = program{
	globals: []string{"i32", "mut f64", "mut i64"},
	exports: map[string]string{"shown": "global 2"},
	start:   "init",
	funcs: []fn{
		protect,
		{name: "init", code: "f64.const 1 global.set 2"},
		{name: "body", table: true, locals: "i32", code: "i32.const 3 local.set 0 loop local.get 0 call f local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end"},
		{name: "f", sig: "i32>", code: "local.get 0 i32.const 1 i32.eq if call throw unreachable end local.get 0 call note call count"},
		{name: "recursive", export: true, sig: "i32>", code: "local.get 0 if local.get 0 i32.const 1 i32.sub call recursive end"},
	},
}

func TestReport(t *testing.T) {
	module := assemble(t, sample)
	out, report, err := Rewrite(module, Options{})
	if err != nil {
		t.Fatal(err)
	}
	mustCompile(t, out)
	wantImports := []Import{{"host", "tick", "function", "() -> i32"}, {"host", "note", "function", "(i32) -> ()"}}
	if !slices.Equal(report.Imports, wantImports) {
		t.Errorf("got imports %v", report.Imports)
	}
	wantExports := []Export{
		{"__stack_pointer", "global", "mut i32"}, {"memory", "memory", "2.. pages"}, {"protect", "function", "(i32) -> i32"},
		{"recursive", "function", "(i32) -> ()"}, {"shown", "global", "mut f64"}, {"luahive_global_3", "global", "mut i64"},
		{"luahive_throwing", "global", "mut i32"}, {"luahive_fuel", "global", "mut i32"},
	}
	if !slices.Equal(report.Exports, wantExports) {
		t.Errorf("got exports %v", report.Exports)
	}
	if want := []string{"__stack_pointer", "shown", "luahive_global_3", "luahive_throwing", "luahive_fuel"}; !slices.Equal(report.Globals, want) {
		t.Errorf("got globals %v", report.Globals)
	}
	if want := []string{"body", "f"}; !slices.Equal(report.MayThrow, want) {
		t.Errorf("got %v may throw", report.MayThrow)
	}
	want := "6 functions, 2 may throw, caught in protect; 1 throws, 1 checks, 0 elided, 0 returns; counted: 1 loops, 1 entries, 0 copies, 1 by hand"
	if got := report.String(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}

	described, err := Describe(out)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(described.Imports, report.Imports) || !slices.Equal(described.Exports, report.Exports) {
		t.Errorf("Describe gives %v", described)
	}
	before, err := Describe(module)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Import{"luahive_link", "set_fuel", "function", "(i32) -> ()"}); before.Imports[6] != want {
		t.Errorf("got %v, want %v", before.Imports[6], want)
	}
}

func TestSameBytes(t *testing.T) {
	module := assemble(t, sample)
	kept := bytes.Clone(module)
	first, _, err := Rewrite(module, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		again, _, err := Rewrite(module, Options{})
		if err != nil || !bytes.Equal(again, first) {
			t.Fatalf("differs, or %v", err)
		}
	}
	if !bytes.Equal(module, kept) {
		t.Error("the input was changed")
	}
}

func TestRewriteTwice(t *testing.T) {
	out, _, err := Rewrite(assemble(t, sample), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Rewrite(out, Options{FuelOut: "recursive"}); err == nil || !strings.Contains(err.Error(), "rewritten before") {
		t.Errorf("got %v", err)
	}
}

// Custom sections stay, but for those that tell where code is.
func TestSections(t *testing.T) {
	custom := func(name, content string) []byte {
		return appendSized([]byte{sectionCustom}, append(appendName(nil, name), content...))
	}
	p := sample
	p.custom = slices.Concat(custom("producers", "kept"), custom(".debug_info", "gone"), custom("producers", "kept too"))
	out, _, err := Rewrite(assemble(t, p), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := append([]byte(header), append(custom("producers", "kept"), custom("producers", "kept too")...)...); !bytes.HasPrefix(out, want) {
		t.Error("custom sections differ")
	}
	if bytes.Contains(out, []byte("gone")) {
		t.Error("debug section is still there")
	}
}

func TestElementSegments(t *testing.T) {
	const f = 8 // the first function behind the fuel function; 3 after the pass
	segments := [][]byte{
		{0, 0x41, 0, 0x0b, 1, f},
		{1, 0, 1, f},
		{2, 0, 0x41, 1, 0x0b, 0, 1, f},
		{3, 0, 1, f},
		{4, 0x41, 2, 0x0b, 1, 0xd2, f, 0x0b},
		{5, 0x70, 2, 0xd2, f, 0x0b, 0xd0, 0x70, 0x0b},
		{6, 0, 0x41, 3, 0x0b, 0x70, 1, 0xd2, f, 0x0b},
		{7, 0x70, 1, 0xd2, f, 0x0b},
	}
	p := program{
		funcs: []fn{{name: "f", code: "i32.const 5 call note"}, {name: "run", sig: "i32>", export: true, code: "local.get 0 call_indirect >"}},
		raw: func(id byte, content []byte) []byte {
			switch id {
			case sectionTable:
				return []byte{1, 0x70, 0, 4}
			case sectionElement:
				return vector(segments)
			}
			return content
		},
	}
	in := start(t, p, Options{})
	for i := range 4 {
		in.call("run", uint64(i))
		in.wantNotes(5)
	}
	if in.report.Checks != 0 {
		t.Errorf("got %d checks", in.report.Checks)
	}
}

func TestRefused(t *testing.T) {
	replace := func(section byte, content ...byte) func(byte, []byte) []byte {
		return func(id byte, old []byte) []byte {
			if id == section {
				return content
			}
			return old
		}
	}
	one := func(code string) program { return program{funcs: []fn{{name: "f", code: code, table: true}}} }
	tests := map[string]struct {
		p        program
		kind     error
		function string
		want     string
	}{
		"opcode":            {one("\\06"), ErrUnsupported, "f", "opcode 0x06"},
		"tail call":         {one("\\12 \\00"), ErrUnsupported, "f", "opcode 0x12"},
		"SIMD":              {one("\\fd \\0c"), ErrUnsupported, "f", "opcode 0xfd"},
		"threads":           {one("\\fe \\03"), ErrUnsupported, "f", "opcode 0xfe"},
		"0xfc opcode":       {one("\\fc \\12"), ErrUnsupported, "f", "opcode 0xfc 18"},
		"0xfc long opcode":  {one("\\fc \\80 \\02"), ErrUnsupported, "f", "opcode 0xfc 256"},
		"other table":       {one("\\11 \\00 \\01"), ErrUnsupported, "f", "table 1"},
		"other memory":      {one("memory.size drop \\3f \\01 drop"), ErrUnsupported, "f", "memory 1"},
		"memory64 access":   {one("i32.const 0 \\28 \\42 \\00 \\00 drop"), ErrUnsupported, "f", "alignment"},
		"no such function":  {one("\\10 \\63"), ErrMalformed, "f", "function 99 of"},
		"no such type":      {one("\\11 \\63 \\00"), ErrMalformed, "f", "type 99 of"},
		"no such global":    {one("global.get 99"), ErrMalformed, "f", "global 99 of 1"},
		"no such label":     {one("block br 2 end"), ErrMalformed, "f", "label 2 of 2"},
		"bad block type":    {one("\\02 \\7b end"), ErrUnsupported, "f", "type 0x7b"},
		"block type number": {one("\\02 \\e3 \\00 end"), ErrMalformed, "f", "type 99 of"},
		"else without if":   {one("block else end"), ErrMalformed, "f", "else without if"},
		"else at the top":   {one("else"), ErrMalformed, "f", "else without if"},
		"two elses":         {one("i32.const 1 if else else end"), ErrMalformed, "f", "else without if"},
		"one end too few":   {one("block"), ErrMalformed, "f", "unexpected end"},
		"one end too many":  {one("end nop"), ErrMalformed, "f", "behind the end"},
		"too many locals":   {program{funcs: []fn{{name: "f", code: ""}}, raw: replace(sectionCode, 2, 2, 0, 0x0b, 6, 1, 0x80, 0x90, 0x04, 0x7f, 0x0b)}, ErrUnsupported, "f", "locals"},

		"table.set":   {one("i32.const 0 ref.null funcref table.set 0"), ErrHiddenState, "f", "table.set"},
		"table.grow":  {one("ref.null funcref i32.const 1 \\fc \\0f \\00 drop"), ErrHiddenState, "f", "table.grow"},
		"data.drop":   {one("\\fc \\09 \\00"), ErrHiddenState, "f", "data.drop"},
		"ref global":  {program{globals: []string{"mut externref"}}, ErrHiddenState, "", "global 1 is mut externref"},
		"throw taken": {one("ref.func throw drop"), ErrIntrinsic, "f", "throw is used as a value"},
		"throw in the table": {program{raw: func(id byte, old []byte) []byte {
			switch id {
			case sectionElement:
				return []byte{1, 0, 0x41, 0, 0x0b, 1, 0}
			case sectionTable:
				return []byte{1, 0x70, 0, 1}
			}
			return old
		}}, ErrIntrinsic, "", "throw is used as a value"},
		"throw exported": {program{exports: map[string]string{"t": "func throw"}}, ErrIntrinsic, "", `exported as "t"`},
		"throw at start": {program{start: "throw"}, ErrIntrinsic, "", "start function"},

		"no stack pointer": {program{raw: replace(sectionExport, 1, 16, 'l', 'u', 'a', 'h', 'i', 'v', 'e', '_', 'f', 'u', 'e', 'l', '_', 'o', 'u', 't', 0, 7)},
			ErrMissing, "", "__stack_pointer"},
		"constant stack pointer": {program{raw: replace(sectionGlobal, 1, 0x7f, 0, 0x41, 0, 0x0b)}, ErrUnsupported, "", "__stack_pointer is i32"},
		"odd global":             {program{raw: replace(sectionGlobal, 1, 0x7f, 2, 0x41, 0, 0x0b)}, ErrMalformed, "", "mutability 2"},
		"extended constant":      {program{raw: replace(sectionGlobal, 1, 0x7f, 1, 0x41, 0, 0x41, 0, 0x6a, 0x0b)}, ErrUnsupported, "", "constant expression"},
		"two exports":            {program{exports: map[string]string{"memory": "memory 0"}}, ErrMalformed, "", `two exports "memory"`},
		"exports taken":          {program{exports: map[string]string{"luahive_fuel": "memory 0"}}, ErrExists, "", `"luahive_fuel"`},
		"64-bit memory":          {program{raw: replace(sectionMemory, 1, 4, 1)}, ErrUnsupported, "", "limits with flags 4"},
		"two memories":           {program{raw: replace(sectionMemory, 2, 0, 1, 0, 1)}, ErrUnsupported, "", "2 memories"},
		"odd table":              {program{raw: replace(sectionTable, 1, 0x64, 0, 1)}, ErrUnsupported, "", "type 0x64"},
		"odd segment":            {program{raw: replace(sectionElement, 1, 8)}, ErrMalformed, "", "flags 8"},
		"bodies and functions":   {program{raw: replace(sectionCode, 0)}, ErrMalformed, "", "1 functions and 0 bodies"},
		"no code":                {program{raw: replace(sectionCode)}, ErrMalformed, "", "0 bodies"},
		"GC types":               {program{raw: replace(sectionType, 1, 0x5f, 0)}, ErrUnsupported, "", "form 0x5f"},
		"lying count":            {program{raw: replace(sectionType, 0xff, 0xff, 0xff, 0xff, 0x0f)}, ErrMalformed, "", "elements in"},
		"more behind":            {program{raw: replace(sectionType, 0, 0)}, ErrMalformed, "", "behind its content"},
		"tag section":            {program{custom: []byte{13, 1, 0}}, ErrUnsupported, "", "section 13"},
		"section twice":          {program{custom: []byte{1, 1, 0}}, ErrMalformed, "", "out of order"},
		"not linked":             {program{custom: appendSized([]byte{0}, appendName(nil, "linking"))}, ErrUnsupported, "", "isn't linked"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := wantError(t, test.p, Options{}, test.kind, test.function)
			if !strings.Contains(e.Error(), test.want) {
				t.Errorf("got %v, want %s", e, test.want)
			}
			if test.function != "" && (e.Offset <= 0 || !strings.Contains(e.Error(), "offset 0x")) {
				t.Errorf("no offset: %v", e)
			}
		})
	}
}

func TestIntrinsicImportsRefused(t *testing.T) {
	imports := func(entry ...byte) program {
		return program{noFuel: true, raw: func(id byte, old []byte) []byte {
			switch id {
			case sectionImport:
				return append([]byte{1}, append(appendName(nil, "luahive_link"), entry...)...)
			case sectionCustom, sectionExport, sectionCode, sectionFunction:
				return nil // they refer to the other imports
			}
			return old
		}}
	}
	for name, test := range map[string]struct {
		p    program
		want string
	}{
		"unknown":   {imports(2, 'n', 'o', 0, 0), `there is no "no"`},
		"signature": {imports(5, 't', 'h', 'r', 'o', 'w', 0, 1), "throw is () -> (), not () -> i32"},
		"kind":      {imports(5, 't', 'h', 'r', 'o', 'w', 3, 0x7f, 0), "throw is a global"},
	} {
		t.Run(name, func(t *testing.T) {
			if e := wantError(t, test.p, Options{}, ErrIntrinsic, ""); !strings.Contains(e.Error(), test.want) {
				t.Errorf("got %v, want %s", e, test.want)
			}
		})
	}
}

// Wherever a module ends early, and whatever byte is wrong, there is an error
// or a module, and no panic.
func TestDamagedModules(t *testing.T) {
	module := assemble(t, sample)
	m, err := parse(module)
	if err != nil {
		t.Fatal(err)
	}
	complete := map[int]bool{} // data and names may be missing
	for _, s := range m.sections {
		complete[s.end] = s.id == sectionCode || s.id == sectionData
	}
	for n := range module {
		if _, _, err := Rewrite(module[:n], Options{}); (err == nil) != complete[n] {
			t.Errorf("the first %d bytes: %v", n, err)
		}
		for _, b := range []byte{0, 1, 0x0b, 0x7f, 0x80, 0xff, module[n] + 1, module[n] ^ 0x40} {
			damaged := bytes.Clone(module)
			damaged[n] = b
			Rewrite(damaged, Options{})
			Describe(damaged)
		}
	}
}
