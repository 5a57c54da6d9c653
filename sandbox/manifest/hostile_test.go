package manifest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// hostile are manifests made to cost more than they are long. Each is filled up
// to the given size.
func hostile(size int) map[string]string {
	const head = "namespace: app\nentries:\n"
	fill := func(begin, unit string) string {
		return begin + strings.Repeat(unit, max(0, size-len(begin))/len(unit))
	}
	number := func(begin, format string) string {
		var b strings.Builder
		b.WriteString(begin)
		for i := 0; b.Len() < size-100; i++ {
			b.WriteString(strings.ReplaceAll(format, "N", fmt.Sprint(i)))
		}
		return b.String()
	}
	long := strings.Repeat("k", 1000)
	return map[string]string{
		"brackets":       fill("entries: ", "["),
		"braces":         fill("entries: ", "{a: "),
		"dashes":         fill("entries:\n", "- "),
		"steps":          fill("entries:\n", "\n - "),
		"anchors":        "entries:\na: &a [x]\n" + number("", "aN: &aN [*a, *a]\n"),
		"keys":           number(head, "kN: v\n"),
		"empty keys":     number(head, "kN:\n"),
		"flow keys":      number("namespace: app\nentries: [{", "kN: v, "),
		"meta keys":      number(head+"  - name: a\n    kind: process.host\n    meta:\n", "      kN:\n"),
		"one key":        fill(head, "k: v\n"),
		"long keys":      number(head+"  - "+long+": {"+long+": [", "1,"),
		"entries":        number(head, "- {}\n"),
		"named entries":  number(head, "- {name: nN, kind: process.host}\n"),
		"same entries":   fill(head, "- {name: n, kind: process.host}\n"),
		"libraries":      number(head, "- {name: N, kind: library.lua, source: file://N.lua, imports: {a: app:xxxxxxxxxxxxxxxxxN}}\n"),
		"unknown keys":   number(head, "- {name: nN, kind: process.host, kN: 1}\n"),
		"chain":          number(head+"- {name: 0x, kind: library.lua, source: file://a.lua}\n", "- {name: N, kind: library.lua, source: file://a.lua, imports: {a: app:N, b: app:1}}\n"),
		"empty lines":    fill("entries: |\n  a\n", "\n"),
		"space lines":    fill("entries: [a,\n", "   \n"),
		"broken lines":   fill("entries: |\n  a\n", strings.Repeat("\n", 90)+"  a\n"),
		"space":          fill("entries: |\n  a", " "),
		"tabs":           fill("entries: \"", "a\t"),
		"returns":        fill("entries: |\n", "\r"),
		"less":           fill("entries: ", "<<"),
		"less and more":  fill("entries: ", strings.Repeat("<", 90)+" "),
		"documents":      fill("entries: a\n", "---\n"),
		"words":          fill("entries: ", "word "),
		"lines of words": fill("entries: ", "word\n  "),
		"quotes":         fill("entries: \"", "\\n"),
		"comments":       fill("entries:\n", "#\n"),
		"garbage":        fill("entries: ", "\xff\x00"),
		"commas":         fill("entries: [", ","),
		"colons":         fill("entries: ", ": "),
		"digits":         fill("entries: ", "1"),
	}
}

func TestHostileManifests(t *testing.T) {
	fine := map[string]bool{"named entries": true, "meta keys": true, "comments": true}
	for name, source := range hostile(64 << 10) {
		_, err := Load(fstest.MapFS{"a.yaml": {Data: []byte(source)}, "a.lua": {}}, Options{})
		var faults Faults
		if !errors.As(err, &faults) && !fine[name] {
			t.Errorf("%s: got %v, want faults", name, err)
		}
	}
}

// BenchmarkHostile is for the question whether something costs time with the
// square of its size: MB/s must be about the same in both sizes. A test of it
// would depend on what else the machine does.
func BenchmarkHostile(b *testing.B) {
	for _, size := range []int{128 << 10, maxManifestSize} {
		for name, source := range hostile(size) {
			b.Run(fmt.Sprintf("%s/%dKiB", strings.ReplaceAll(name, " ", "-"), size>>10), func(b *testing.B) {
				b.SetBytes(int64(len(source)))
				b.ReportAllocs()
				for b.Loop() {
					_, _ = Load(fstest.MapFS{"a.yaml": {Data: []byte(source)}, "a.lua": {}}, Options{})
				}
			})
		}
	}
}

func TestTooManyEntries(t *testing.T) {
	half := func(letter string) *fstest.MapFile {
		var b strings.Builder
		b.WriteString("namespace: app\nentries:\n")
		for i := range maxEntries/2 + 1 {
			fmt.Fprintf(&b, "- {name: %s%d, kind: library.lua, source: file://a.lua}\n", letter, i)
		}
		return &fstest.MapFile{Data: []byte(b.String())}
	}
	app, err := Load(fstest.MapFS{"a.yaml": half("a"), "b.yaml": half("b"), "a.lua": {}}, Options{})
	want := fmt.Sprintf("b.yaml:%d:3: more than 10000 entries in the application; the rest is not read", maxEntries/2+2)
	if err == nil || err.Error() != want || len(app.Libraries) != maxEntries {
		t.Errorf("got %v and %d entries\nwant %s", err, len(app.Libraries), want)
	}
}

func TestTooManyHosts(t *testing.T) {
	var b strings.Builder
	b.WriteString("namespace: app\nentries:\n")
	for i := range maxHosts + 3 {
		fmt.Fprintf(&b, "- {name: h%d, kind: process.host}\n", i)
	}
	got := reported(t, fstest.MapFS{"a.yaml": {Data: []byte(b.String())}}, Options{})
	if want := "a.yaml:103:3: more than 100 hosts in the application"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestTooMuchTogether(t *testing.T) {
	fsys := fstest.MapFS{}
	for i := range 18 {
		fsys[fmt.Sprintf("%02d.yaml", i)] = &fstest.MapFile{Data: []byte(strings.Repeat("x", maxManifestSize-1))}
	}
	got := reported(t, fsys, Options{})
	if want := "16.yaml: the application's YAML files are larger than 16MiB together; the rest is not read"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// Names that would disturb a message don't get into one.
func TestMessagesAreHarmless(t *testing.T) {
	const bad = "a\x1b[31m\nb\u202e"
	fsys := fstest.MapFS{
		bad + ".yaml":   {Data: []byte("entries: 1")},
		bad + "/x.yaml": {Data: []byte("entries: 1")},
		"mai\nn.lua":    {},
		"a.yaml": {Data: []byte("namespace: \"n\\e[31m\"\n\"k\\ney\": 1\nentries:\n" +
			"- {name: \"x\\ny\", kind: process.host, host: {\"\\n\": 1}}\n" +
			"- {name: y, kind: \"\\n\"}\n" +
			"- {name: z, kind: library.lua, source: \"file://main\\n.lua\", modules: [\"\\n\"], imports: {\"\\n\": a, b: \"\\n:b\", c: \"\\n\"}}\n" +
			"- {name: w, kind: library.lua, source: file://main.lua, meta: {x: {y: 99999999999999999999}}}\n")},
	}
	got := reported(t, fsys, Options{})
	for line := range strings.Lines(got) {
		if line = strings.TrimSuffix(line, "\n"); !harmless(line) || !strings.Contains(line, ": ") {
			t.Errorf("%q", line)
		}
	}
	if strings.Count(got, "\n") < 10 {
		t.Errorf("too few faults:\n%s", got)
	}
}
