package link

import (
	"slices"
	"testing"
)

func named(t *testing.T, module []byte) map[uint32]string {
	t.Helper()
	m, err := parse(module)
	if err != nil {
		t.Fatal(err)
	}
	names := map[uint32]string{}
	for _, a := range m.names.functions {
		names[a.index] = a.name
	}
	return names
}

func TestNamesFollowFunctions(t *testing.T) {
	out, _, err := Rewrite(assemble(t, program{globals: []string{"mut i64"}, funcs: []fn{
		{name: "f", code: "call tick drop"}, {name: "run", export: true, code: "call f"},
	}}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := named(t, out)
	want := map[uint32]string{0: "tick", 1: "note", 2: fuelOutName, 3: "f", 4: "run"}
	for i, name := range want {
		if got[i] != name {
			t.Errorf("function %d: got %q, want %q", i, got[i], name)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %v", got)
	}
	m, err := parse(out)
	if err != nil {
		t.Fatal(err)
	}
	if want := []nameAssoc{{2, "luahive_throwing"}, {3, "luahive_fuel"}}; !slices.Equal(m.names.globals, want) {
		t.Errorf("got globals %v, want %v", m.names.globals, want)
	}
	if len(m.names.locals) != 1 || m.names.locals[0].function != 2 {
		t.Errorf("got locals %v", m.names.locals)
	}
	var kinds []byte
	for _, p := range m.names.parts {
		kinds = append(kinds, p.id)
	}
	if want := []byte{1, 2, 7, 9}; !slices.Equal(kinds, want) {
		t.Errorf("got kinds %v, want %v", kinds, want)
	}
}

// Without a name section errors take what names there are, and the module gets
// none.
func TestModuleWithoutNames(t *testing.T) {
	p := program{noNames: true, funcs: []fn{
		{name: "f", code: "call throw"}, {name: "run", export: true, code: "call f"},
	}}
	e := wantError(t, p, Options{}, ErrUnprotected, "")
	if want := "link: may throw into the host: 1 ways\n\texport \"run\": run > function 8 > throw"; e.Error() != want {
		t.Errorf("got %s, want %s", e, want)
	}
	out, _, err := Rewrite(assemble(t, p), Options{AllowThrowingExports: []string{"run"}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := parse(out)
	if err != nil || m.names != nil {
		t.Errorf("got %v, %v", m.names, err)
	}
}

func TestBadNames(t *testing.T) {
	for name, content := range map[string][]byte{
		"no such function":  {1, 4, 1, 99, 1, 'a'},
		"not UTF-8":         {1, 4, 1, 0, 1, 0xff},
		"out of order":      {2, 1, 0, 1, 1, 0},
		"cut short":         {1, 9, 1},
		"more than it says": {1, 2, 0, 0},
		"too many":          {1, 2, 200, 1},
	} {
		t.Run(name, func(t *testing.T) {
			wantError(t, program{raw: func(id byte, old []byte) []byte {
				if id == sectionCustom {
					return append(appendName(nil, "name"), content...)
				}
				return old
			}}, Options{}, ErrMalformed, "")
		})
	}
}
