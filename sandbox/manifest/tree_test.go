package manifest

import (
	"fmt"
	"strings"
	"testing"
)

// shown writes a tree so that types and nesting can be compared.
func shown(n *node) string {
	switch {
	case n == nil:
		return "-"
	case n.is == isNull:
		return "null"
	case n.is == isString:
		return fmt.Sprintf("%q", n.text)
	case n.is == isList:
		var items []string
		for _, item := range n.items {
			items = append(items, shown(item))
		}
		return "[" + strings.Join(items, " ") + "]"
	case n.is == isMapping:
		var fields []string
		for _, f := range n.fields {
			fields = append(fields, f.key.text+":"+shown(f.value))
		}
		return "{" + strings.Join(fields, " ") + "}"
	}
	return n.text
}

func TestParse(t *testing.T) {
	tests := []struct{ source, want string }{
		{"", "-"},
		{"# nothing\n", "-"},
		{"a", `"a"`},
		{"a: b\nc: d\n", `{a:"b" c:"d"}`},
		{"a:\nb:\n", `{a:null b:null}`},
		{"---\na: b\n...\n", `{a:"b"}`},
		{"a:\n  b: c\n  d:\n    e: f\ng: h", `{a:{b:"c" d:{e:"f"}} g:"h"}`},
		{"a:\n- b\n- c\nd: e", `{a:["b" "c"] d:"e"}`},
		{"a:\n  - b\n  -\n  - c: d\n    e: f\n  - - g\n    - h\n", `{a:["b" null {c:"d" e:"f"} ["g" "h"]]}`},
		{"- a: b\n- c", `[{a:"b"} "c"]`},
		{"a: {b: c, d: [e, {f: 1}], \"g\": true, h: }\n", `{a:{b:"c" d:["e" {f:1}] g:true h:null}}`},
		{"a: [\n  b,\n  c,\n]\nd: e", `{a:["b" "c"] d:"e"}`},
		{"{a: b}", `{a:"b"}`},
		{"[]", `[]`},
		{"a: {}", `{a:{}}`},
		{"a: |\n  x\n  y\nb: >-\n  x\n  y\nc: |\nd: e", `{a:"x\ny\n" b:"x y" c:"" d:"e"}`},
		{"a: one\n  two\nb: \"x\\ny\"\nc: 'it''s'", `{a:"one two" b:"x\ny" c:"it's"}`},
		{"a: 1 # one\n# two\nb: 1.5\n", `{a:1 b:1.5}`},
		{"a: 1e3\nb: true\nc: ~\nd: yes\ne: 1_000\nf: e\ng: \"1\"", `{a:1e3 b:true c:null d:"yes" e:1_000 f:"e" g:"1"}`},
		{"a: file://x.lua\nb: x:y\nc : d\n'e': f", `{a:"file://x.lua" b:"x:y" c:"d" e:"f"}`},
		{"\ufeffa: b\r\nc: d\r\n", `{a:"b" c:"d"}`},
		{"{a: [b:c, d:e:f, 1:2], g: h:i, \"m\":n}", `{a:["b:c" "d:e:f" "1:2"] g:"h:i" m:"n"}`},
		{"a: [b:c, d://e]\nf:g: h", `{a:["b:c" "d://e"] f:g:"h"}`},
		{"a: 99999999999999999999\nb: \"1e3\"\nc: 018", `{a:99999999999999999999 b:"1e3" c:"018"}`},
		{"1: a\n\"1\": b\n", `{1:"a" 1:"b"}`},
	}
	for _, test := range tests {
		var found faults
		n, err := parseText("f.yaml", []byte(test.source), &found)
		if err != nil || len(found.list) > 0 {
			t.Errorf("parse(%q): %v, faults %v", test.source, err, found.list)
		} else if got := shown(n); got != test.want {
			t.Errorf("parse(%q)\n got %s\nwant %s", test.source, got, test.want)
		}
	}
}

func TestParseFaults(t *testing.T) {
	tests := []struct {
		source, want string
		refusal      bool
	}{
		{"a: b: c", "f.yaml:1:4: not valid YAML: a list or mapping can't begin behind a key on the same line", false},
		{"a: - b", "f.yaml:1:4: not valid YAML: a list or mapping can't begin behind a key on the same line", false},
		{"a\nb: c", "f.yaml:2:2: not valid YAML: a ':' without a key on its line", false},
		{"a: b\n c: d", "f.yaml:2:3: not valid YAML: a ':' without a key on its line", false},
		{"a:\n    b: c\n  d: e", `f.yaml:3:3: not valid YAML: "d" is not expected here`, false},
		{"a: b\n- c", `f.yaml:2:1: not valid YAML: "-" is not expected here`, false},
		{"- a\nb: c", `f.yaml:2:1: not valid YAML: "b" is not expected here`, false},
		{"a: \"b\" c", `f.yaml:1:8: not valid YAML: "c" is not expected here`, false},
		{"a: [b", "f.yaml:1:4: not valid YAML: this [ has no ]", false},
		{"a: {b: c", "f.yaml:1:4: not valid YAML: this { has no }", false},
		{"a: {b: ", "f.yaml:1:4: not valid YAML: this { has no }", false},
		{"a: [b: c]", `f.yaml:1:6: not valid YAML: expected , or ] but found ":"`, false},
		{"a: {b, c}", `f.yaml:1:5: not valid YAML: expected a key and a colon but found "b"`, false},
		{"a: ]", `f.yaml:1:4: not valid YAML: "]" is not expected here`, false},
		{"[a]: b", `f.yaml:1:4: not valid YAML: ":" is not expected here`, false},
		{": a", `f.yaml:1:1: not valid YAML: ":" is not expected here`, false},
		{"a: 'b", "f.yaml:1:4: not valid YAML: could not find end character of single-quoted text", false},
		{"a: @b", "f.yaml:1:4: not valid YAML: '@' is a reserved character", false},
		{"a: \x00b", "f.yaml:1:4: a control character, U+0000, that YAML doesn't allow", false},
		{"\xff\xfe", "f.yaml:1:1: not UTF-8 text: byte 0xff", false},
		{"a: é\xff", "f.yaml:1:5: not UTF-8 text: byte 0xff", false},
		{"a: &x b", `f.yaml:1:4: a manifest can't have anchors (&) or aliases (*); put quotes around text that begins with "&"`, true},
		{"a: *x", "f.yaml:1:4: a manifest can't have anchors (&) or aliases (*)", true},
		{"a: !!str b", "f.yaml:1:4: a manifest can't have tags (!)", true},
		{"<<: a", "f.yaml:1:1: a manifest can't have merge keys (<<)", true},
		{"? a\n: b", "f.yaml:1:1: a manifest can't have explicit keys (?)", true},
		{"%YAML 1.2\n---\na: b", "f.yaml:1:1: a manifest can't have directives (%)", true},
		{"a: b\n---\nc: d", "f.yaml:2:1: a manifest is one YAML document", true},
		{"a:\tb", "f.yaml:1:3: a tab character", true},
		{"a: " + strings.Repeat("[", 40), "f.yaml:1:35: nested deeper than 32 levels", true},
		{strings.Repeat("- ", 40), "f.yaml:1:65: nested deeper than 32 levels", true},
		{"a: |\n  b\n" + strings.Repeat("\n", 200), "f.yaml:103:1: more than 100 empty lines in a row", true},
		{"a: " + strings.Repeat("<", 200), "f.yaml:1:104: more than 100 '<' in a row", true},
	}
	for _, test := range tests {
		var found faults
		_, err := parseText("f.yaml", []byte(test.source), &found)
		if err == nil {
			t.Errorf("parse(%.40q): no fault, want %s", test.source, test.want)
		} else if got := err.Error(); !strings.HasPrefix(got, test.want) || err.refusal != test.refusal {
			t.Errorf("parse(%.40q)\n got %s (refusal %v)\nwant %s (refusal %v)", test.source, got, err.refusal, test.want, test.refusal)
		}
	}
}

func TestParseDuplicateKeys(t *testing.T) {
	var found faults
	n, err := parseText("f.yaml", []byte("a: 1\nb: {c: 1, c: 2}\na: 2\n"), &found)
	if err != nil {
		t.Fatal(err)
	}
	want := "f.yaml:2:11: the key \"c\" stands twice in this mapping, first in line 2\n" +
		"f.yaml:3:1: the key \"a\" stands twice in this mapping, first in line 1"
	if got := found.list.Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := shown(n), "{a:1 b:{c:1}}"; got != want {
		t.Errorf("got %s, want the first of each: %s", got, want)
	}
}
