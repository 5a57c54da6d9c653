package manifest

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

func TestReferenceFaults(t *testing.T) {
	const archive = `
-- a.lua --
-- app.yaml --
namespace: app
entries:
  - {name: processes, kind: process.host}
  - {name: demo, kind: process.lua, source: file://a.lua}
  - {name: odd, kind: proces.lua}
-- lib.yaml --
namespace: app.lib
entries:
  - {name: util, kind: library.lua, source: file://a.lua}
  - {name: worker, kind: process.lua, source: file://a.lua}
`
	tests := []struct{ process, host, want string }{
		{"demo", "app:processes", `5:14: process: expected a full id, namespace:name, found "demo"; did you mean app:demo?`},
		{"worker", "app:processes", `5:14: process: expected a full id, namespace:name, found "worker"; did you mean app.lib:worker?`},
		{"dmeo", "app:processes", `5:14: process: expected a full id, namespace:name, found "dmeo"; did you mean app:demo?`},
		{"app:dmeo", "app:processes", `5:14: process: there is no entry "app:dmeo"; did you mean app:demo?`},
		{"something.else:worker", "app:processes", `5:14: process: there is no entry "something.else:worker"; did you mean app.lib:worker?`},
		{"x:y", "app:processes", `5:14: process: there is no entry "x:y"`},
		{"app.lib:util", "app:processes", `5:14: process: expected the id of a process.lua, but app.lib:util is a library.lua`},
		{"app:odd", "app:processes", ""}, // reported as an unknown kind
		{"app:demo", "app:proceses", `6:11: host: there is no entry "app:proceses"; did you mean app:processes?`},
		{"app:demo", "processes", `6:11: host: expected a full id, namespace:name, found "processes"; did you mean app:processes?`},
		{"app:demo", "app:demo", `6:11: host: expected the id of a process.host, but app:demo is a process.lua`},
	}
	for _, test := range tests {
		fsys := folder(archive)
		fsys["s.yaml"] = &fstest.MapFile{Data: []byte("namespace: app\nentries:\n  - name: s\n    kind: process.service\n    process: " +
			test.process + "\n    host: " + test.host + "\n")}
		var got string
		for line := range strings.Lines(reported(t, fsys, Options{})) {
			if rest, ok := strings.CutPrefix(line, "s.yaml:"); ok {
				got += strings.TrimSuffix(rest, "\n")
			}
		}
		if got != test.want {
			t.Errorf("process %s, host %s\n got %s\nwant %s", test.process, test.host, got, test.want)
		}
	}
}

func TestReferenceToNothing(t *testing.T) {
	got := reported(t, folder(`
-- a.lua --
-- app.yaml --
namespace: app
entries:
  - {name: s, kind: process.service, process: app:p, host: app:h}
  - {name: p, kind: process.lua, source: file://a.lua}
-- broken.yaml --
namespace: app
entries: [
`), Options{})
	want := `app.yaml:3:60: host: there is no entry "app:h"; there is no process.host at all (it may be in broken.yaml, which can't be read)
broken.yaml:2:10: not valid YAML: this [ has no ]`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCycles(t *testing.T) {
	// Each line is an entry and what it imports.
	tests := []struct {
		name, libraries string
		want            []string
	}{
		{"none", "a b c\nb c\nc", nil},
		{"itself", "a a", []string{"3: a -> a"}},
		{"two", "a b\nb a", []string{"3: a -> b -> a"}},
		{"behind another", "a b\nb c\nc b", []string{"4: b -> c -> b"}},
		{"two apart", "a b\nb a\nc d\nd c", []string{"3: a -> b -> a", "5: c -> d -> c"}},
		{"a diamond", "a b c\nb d\nc d\nd", nil},
		{"long", "a b\nb c\nc d\nd e\ne f\nf g\ng h\nh i\ni j\nj k\nk l\nl m\nm a",
			[]string{"3: a -> b -> c -> d -> e -> f -> (2 more) -> i -> j -> k -> l -> m -> a"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var imports, requires strings.Builder
			imports.WriteString("namespace: n\nentries:\n")
			requires.WriteString("namespace: n\nentries:\n")
			for line := range strings.Lines(test.libraries) {
				ids := strings.Fields(line)
				var table, list []string
				for i, id := range ids[1:] {
					table = append(table, fmt.Sprintf("x%d: n:%s", i, id))
					list = append(list, "n:"+id)
				}
				fmt.Fprintf(&imports, "  - {name: %s, kind: library.lua, source: file://a.lua, imports: {%s}}\n", ids[0], strings.Join(table, ", "))
				fmt.Fprintf(&requires, "  - {name: %s, kind: process.service, process: m:p, host: m:h, lifecycle: {requires: [%s]}}\n", ids[0], strings.Join(list, ", "))
			}
			check := func(manifest, what string) {
				t.Helper()
				got := reported(t, fstest.MapFS{
					"a.yaml": {Data: []byte(manifest)},
					"a.lua":  {},
					"b.yaml": {Data: []byte("namespace: m\nentries:\n  - {name: p, kind: process.lua, source: file://a.lua}\n  - {name: h, kind: process.host}\n")},
				}, Options{})
				var lines []string
				for line := range strings.Lines(got) {
					place, way, _ := strings.Cut(strings.TrimSpace(line), what)
					lines = append(lines, strings.Split(place, ":")[1]+": "+strings.ReplaceAll(way, "n:", ""))
				}
				if strings.Join(lines, "\n") != strings.Join(test.want, "\n") {
					t.Errorf("got %q, want %q, from\n%s", lines, test.want, got)
				}
			}
			check(imports.String(), "libraries import each other in a cycle: ")
			check(requires.String(), "services require each other in a cycle: ")
		})
	}
}
