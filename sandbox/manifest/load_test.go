package manifest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// folder makes a file system of an archive: "-- name --" lines, each before a
// file's content.
func folder(archive string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, part := range strings.Split("\n"+strings.TrimLeft(archive, "\n"), "\n-- ")[1:] {
		name, content, _ := strings.Cut(part, " --")
		fsys[name] = &fstest.MapFile{Data: []byte(strings.TrimPrefix(content, "\n") + "\n")}
	}
	return fsys
}

// reported are the faults that loading gives, in one text.
func reported(t *testing.T, fsys fs.FS, o Options) string {
	t.Helper()
	_, err := Load(fsys, o)
	var faults Faults
	if err != nil && !errors.As(err, &faults) {
		t.Fatalf("Load: %v, want faults", err)
	}
	return faults.Error()
}

const whole = `
-- app.yaml --
version: "1.0"
namespace: app
entries:
  - name: processes
    kind: process.host
    host: {workers: 2, max_processes: 100}
    lifecycle: {auto_start: true}
  - name: plain
    kind: process.host

  - name: shop
    kind: process.service
    process: app.shop:cart
    host: app:processes
    input: [nothing, ~, 1, 1.0, 1e3, true, [a, {b: c}], {1: a, b: 2}, 0x10]
    lifecycle:
      auto_start: true
      start_timeout: 1s
      stop_timeout: 1m30s
      requires: [app:plain, app:other]
      restart: {initial_delay: 2s, max_delay: 3s, backoff_factor: 1, jitter: 0, max_attempts: 4, stable_threshold: 0}
  - name: other
    kind: process.service
    process: app.shop:cart
    host: app:plain
-- shop/shop.yml --
namespace: app.shop
entries:
  - name: cart
    kind: process.lua
    source: file://cart.lua
    method: run
    modules: [time, extra]
    imports: {util: app.shop:util}
    limits: {memory: 32MiB}
    meta: {comment: a cart, sizes: [1, 2]}
  - name: sum
    kind: function.lua
    source: file://../lib/sum.lua
  - name: util
    kind: library.lua
    source: file://./cart.lua
-- shop/cart.lua --
return 1
-- lib/sum.lua --
return 2
-- notes.yaml --
anything: *goes
-- other.yaml --
namespace: no entries here
-- list.yml --
- 1
-- empty.yaml --
`

func TestLoad(t *testing.T) {
	app, err := Load(folder(whole), Options{Modules: []string{"extra"}, MaxMemory: 32 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defaults := Restart{time.Second, 90 * time.Second, 2, 0.1, 0, 5 * time.Second}
	entry := func(id, kind, file string, line int) Entry {
		return Entry{ID: id, Kind: kind, Position: Position{file, line, 5}}
	}
	cart := Entry{
		ID: "app.shop:cart", Kind: KindProcess, Position: Position{"shop/shop.yml", 3, 5},
		Meta: map[string]any{"comment": "a cart", "sizes": []any{int64(1), int64(2)}},
	}
	none := map[string]string{}
	cartSource, sumSource := []byte("return 1\n"), []byte("return 2\n")
	for _, test := range []struct{ what, got, want any }{
		{"hosts", app.Hosts, []*HostEntry{
			{entry("app:processes", KindHost, "app.yaml", 4), 2, 100, true},
			{entry("app:plain", KindHost, "app.yaml", 8), 0, 100_000, false},
		}},
		{"services", app.Services, []*ServiceEntry{
			{
				entry("app:shop", KindService, "app.yaml", 11), "app.shop:cart", "app:processes",
				[]any{
					"nothing", nil, int64(1), 1.0, 1000.0, true,
					[]any{"a", map[string]any{"b": "c"}}, map[any]any{int64(1): "a", "b": int64(2)}, int64(16),
				},
				true, time.Second, 90 * time.Second, []string{"app:plain", "app:other"},
				Restart{2 * time.Second, 3 * time.Second, 1, 0, 4, 0},
			},
			{
				entry("app:other", KindService, "app.yaml", 22), "app.shop:cart", "app:plain",
				nil, false, 10 * time.Second, 10 * time.Second, nil, defaults,
			},
		}},
		{"processes", app.Processes, []*ProcessEntry{{
			cart,
			Script{"shop/cart.lua", cartSource, []string{"extra", "time"}, map[string]string{"util": "app.shop:util"}},
			Limits{32 << 20}, "run",
		}}},
		{"functions", app.Functions, []*FunctionEntry{{
			entry("app.shop:sum", KindFunction, "shop/shop.yml", 11), Script{"lib/sum.lua", sumSource, nil, none}, Limits{}, "main",
		}}},
		{"libraries", app.Libraries, []*LibraryEntry{{
			entry("app.shop:util", KindLibrary, "shop/shop.yml", 14), Script{"shop/cart.lua", cartSource, nil, none},
		}}},
		{"ids", app.IDs(), []string{"app.shop:cart", "app.shop:sum", "app.shop:util", "app:other", "app:plain", "app:processes", "app:shop"}},
		{"kind", app.Kind("app.shop:sum"), KindFunction},
		{"no kind", app.Kind("app.shop:som"), ""},
		{"a process", app.Process("app.shop:cart"), app.Processes[0]},
		{"a library", app.Library("app.shop:util"), app.Libraries[0]},
		{"a function", app.Function("app.shop:sum"), app.Functions[0]},
		{"a host", app.Host("app:plain"), app.Hosts[1]},
		{"a service", app.Service("app:other"), app.Services[1]},
		{"a service that is a host", app.Service("app:plain"), (*ServiceEntry)(nil)},
		{"no library", app.Library("app:nothing"), (*LibraryEntry)(nil)},
	} {
		if !reflect.DeepEqual(test.got, test.want) {
			t.Errorf("%s\n got %+v\nwant %+v", test.what, test.got, test.want)
		}
	}
}

func TestEmptyApplication(t *testing.T) {
	var app Application
	if app.Kind("a:b") != "" || app.Library("a:b") != nil || len(app.IDs()) != 0 {
		t.Error("the zero value has entries")
	}
}

// The five faults of one application are reported together, each in its place.
func TestLoadReportsEveryFault(t *testing.T) {
	got := reported(t, folder(`
-- app.yaml --
namespace: app
entries:
  - name: main
    kind: process.lua
    sorce: file://main.lua
    source: file://main.lua
  - name: main
    kind: process.host
  - name: odd
    kind: process.lau
    source: file://main.lua
-- web/web.yaml --
namespace: app.web
entries:
  - name: server
    kind: process.lua
    source: file://../../main.lua
  - name: serve
    kind: process.service
    process: app.web:sever
    host: app:main
-- main.lua --
return function() end
`), Options{})
	want := strings.Join([]string{
		`app.yaml:5:5: unknown key "sorce" in an entry of kind process.lua; did you mean source?`,
		`app.yaml:7:11: there are two entries app:main; the first is at app.yaml:3:11`,
		`app.yaml:10:11: unknown kind "process.lau"; the kinds are process.lua, process.host, process.service, function.lua, library.lua`,
		`web/web.yaml:5:13: source: "file://../../main.lua" is outside the application's folder`,
		`web/web.yaml:8:14: process: there is no entry "app.web:sever"; did you mean app.web:server?`,
		`web/web.yaml:9:11: host: expected the id of a process.host, but app:main is a process.lua`,
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\n\nwant\n%s", got, want)
	}
}

// What could be read comes with the faults, so that its scripts can be checked.
func TestLoadReturnsTheRestWithFaults(t *testing.T) {
	app, err := Load(folder(`
-- app.yaml --
namespace: app
entries:
  - {name: good, kind: process.lua, source: file://good.lua}
  - {name: bad, kind: process.lua, source: file://bad.lua}
  - {name: good, kind: process.lua, source: file://good.lua}
-- good.lua --
syntax error`), Options{})
	var faults Faults
	if !errors.As(err, &faults) || len(faults) != 2 || app == nil {
		t.Fatalf("got %v, %v", app, err)
	}
	if len(app.Processes) != 2 || string(app.Process("app:good").Source) != "syntax error\n" {
		t.Errorf("got %+v", app.Processes)
	}
	more := append(faults, Fault{Position{File: "good.lua", Line: 1}, "no good"}, Fault{Position{File: "aaa.lua"}, "empty"}).Sorted()
	if got := more.Error(); !strings.HasPrefix(got, "aaa.lua: empty\napp.yaml:4:") || !strings.HasSuffix(got, "\ngood.lua:1: no good") {
		t.Errorf("got\n%s", got)
	}
}

func TestLoadFaults(t *testing.T) {
	const head = "namespace: app\nentries:\n"
	const script = "  - {name: a, kind: process.lua, source: file://a.lua, "
	const service = "  - {name: p, kind: process.lua, source: file://a.lua}\n  - {name: h, kind: process.host}\n" +
		"  - {name: s, kind: process.service, process: app:p, host: app:h, "
	tests := []struct{ name, manifest, want string }{
		{"no namespace", "entries: []\n", "a.yaml:1:1: a manifest needs the key namespace"},
		{"namespace is a number", "namespace: 1\nentries: []\n", "a.yaml:1:12: namespace: expected dotted names such as app.orders, found the number 1"},
		{"bad namespace", "namespace: app..b\nentries: []\n", `a.yaml:1:12: namespace: expected names of letters, digits and _ with dots between them, 200 bytes at most, found "app..b"`},
		{"entries is a mapping", "namespace: app\nentries: {}\n", "a.yaml:2:10: entries: expected a list of entries, found a mapping"},
		{"entries is nothing", "namespace: app\nentries:\n", "a.yaml:2:1: entries: expected a list of entries, found nothing"},
		{"a slip in entries", "namespace: app\nentires: []\n", `a.yaml:2:1: unknown key "entires" in a manifest; did you mean entries?`},
		{"unknown top key", "namespace: app\nentries: []\nversoin: \"1.0\"\n", `a.yaml:3:1: unknown key "versoin" in a manifest; did you mean version?`},
		{"unknown version", "namespace: app\nentries: []\nversion: \"2.0\"\n", `a.yaml:3:10: version: expected "1.0", found the string "2.0"`},
		{"an entry is a string", head + "  - a\n", `a.yaml:3:5: entries: expected a mapping with name and kind, found the string "a"`},
		{"no kind", head + "  - name: a\n", "a.yaml:3:5: an entry needs the key kind: function.lua, library.lua, process.host, process.lua, process.service"},
		{"kind is a list", head + "  - {name: a, kind: []}\n", "a.yaml:3:21: kind: expected a string, found a list"},
		{"no name", head + "  - kind: process.host\n", "a.yaml:3:5: an entry of kind process.host needs the key name"},
		{"bad name", head + "  - {name: a b, kind: process.host}\n", `a.yaml:3:12: name: expected letters, digits, _ - and ., 100 at most, and a letter, digit or _ first; found "a b"`},
		{"name is a boolean", head + "  - {name: true, kind: process.host}\n", "a.yaml:3:12: name: expected a name, found the boolean true"},
		{"no source", head + "  - {name: a, kind: library.lua}\n", "a.yaml:3:5: an entry of kind library.lua needs the key source"},
		{"a far key", head + "  - {name: a, kind: process.host, colour: red}\n", `a.yaml:3:35: unknown key "colour" in an entry of kind process.host; there are host, kind, lifecycle, meta, name`},
		{"a key of another kind", head + "  - {name: l, kind: library.lua, source: file://a.lua, method: main}\n", `a.yaml:3:56: unknown key "method" in an entry of kind library.lua`},
		{"a key twice", head + "  - name: a\n    name: b\n    kind: process.host\n", `a.yaml:4:5: the key "name" stands twice in this mapping, first in line 3`},
		{"meta is a string", head + "  - {name: a, kind: process.host, meta: x}\n", `a.yaml:3:41: meta: expected a mapping, found the string "x"`},
		{"workers below 0", head + "  - {name: a, kind: process.host, host: {workers: -1}}\n", "a.yaml:3:51: workers: expected a whole number from 0 to 1024, found -1"},
		{"workers in words", head + "  - {name: a, kind: process.host, host: {workers: two}}\n", `a.yaml:3:51: workers: expected a whole number, found the string "two"`},
		{"a worker and a half", head + "  - {name: a, kind: process.host, host: {workers: 1.5}}\n", "a.yaml:3:51: workers: expected a whole number, found the number 1.5"},
		{"no processes", head + "  - {name: a, kind: process.host, host: {max_processes: 0}}\n", "a.yaml:3:57: max_processes: expected a whole number from 1 to 2147483647, found 0"},
		{"too many digits", head + "  - {name: a, kind: process.host, host: {max_processes: 99999999999999999999}}\n", "a.yaml:3:57: max_processes: expected a whole number from 1 to 2147483647, found 99999999999999999999"},
		{"auto_start: yes", head + "  - {name: a, kind: process.host, lifecycle: {auto_start: yes}}\n", `a.yaml:3:59: auto_start: expected true or false, found the string "yes"`},
		{"restart of a host", head + "  - {name: a, kind: process.host, lifecycle: {restart: {}}}\n", `a.yaml:3:47: unknown key "restart" in lifecycle of a process.host; there is only auto_start`},
		{"limits is a list", head + script + "limits: []}\n", "a.yaml:3:64: limits: expected a mapping, found a list"},
		{"another limit", head + script + "limits: {cpu: 1}}\n", `a.yaml:3:65: unknown key "cpu" in limits; there is only memory`},
		{"memory in MB", head + script + "limits: {memory: 32MB}}\n", `a.yaml:3:73: memory: expected a size such as 32MiB (KiB, MiB, GiB, or bytes), found "32MB"`},
		{"no memory", head + script + "limits: {memory: 0}}\n", `a.yaml:3:73: memory: a size must be above 0, found "0"`},
		{"too much memory", head + script + "limits: {memory: 65MiB}}\n", "a.yaml:3:73: memory: 65MiB is above the limit of 64MiB"},
		{"memory is a list", head + script + "limits: {memory: [1]}}\n", "a.yaml:3:73: memory: expected a size such as 32MiB, found a list"},
		{"an unknown module", head + script + "modules: [time, tiem]}\n", `a.yaml:3:72: unknown module "tiem"; did you mean time?`},
		{"a far module", head + script + "modules: [socket]}\n", `a.yaml:3:66: unknown module "socket"; there are channel, coroutine, errors, math, os, process, string, table, time, utf8`},
		{"modules is a string", head + script + "modules: time}\n", `a.yaml:3:65: modules: expected a list of modules, found the string "time"`},
		{"a module is a number", head + script + "modules: [1]}\n", "a.yaml:3:66: modules: expected a list of modules, found the number 1 in it"},
		{"imports is a list", head + script + "imports: [app:b]}\n", "a.yaml:3:65: imports: expected a mapping of names to ids of libraries, found a list"},
		{"imports a list", head + script + "imports: {b: [app:b]}}\n", "a.yaml:3:69: imports: b: expected the id of a library.lua entry, found a list"},
		{"imports under a bad name", head + script + "imports: {\"b c\": app:b}}\n", `a.yaml:3:66: imports: expected a name of letters, digits, _ - and ., found "b c"`},
		{"imports itself", head + script + "imports: {b: app:a}}\n", "a.yaml:3:69: imports: expected the id of a library.lua, but app:a is a process.lua"},
		{"no host", head + "  - {name: p, kind: process.lua, source: file://a.lua}\n  - {name: s, kind: process.service, process: app:p}\n", "a.yaml:4:5: an entry of kind process.service needs the key host"},
		{"a bad duration", head + service + "lifecycle: {stop_timeout: 10}}\n", "a.yaml:5:93: stop_timeout: expected a duration such as 500ms, 10s or 1m30s, found the number 10"},
		{"a worse duration", head + service + "lifecycle: {stop_timeout: 10 s}}\n", `a.yaml:5:93: stop_timeout: expected a duration such as 500ms, 10s or 1m30s, found "10 s"`},
		{"a duration below 0", head + service + "lifecycle: {stop_timeout: -1s}}\n", `a.yaml:5:93: stop_timeout: a duration can't be below 0, found "-1s"`},
		{"jitter", head + service + "lifecycle: {restart: {jitter: 1.5}}}\n", "a.yaml:5:97: jitter: expected a number from 0 to 1, found 1.5"},
		{"jitter is no number", head + service + "lifecycle: {restart: {jitter: .nan}}}\n", "a.yaml:5:97: jitter: expected a number from 0 to 1, found .nan"},
		{"factor", head + service + "lifecycle: {restart: {backoff_factor: 0.5}}}\n", "a.yaml:5:105: backoff_factor: expected a number from 1 to 1000, found 0.5"},
		{"factor without end", head + service + "lifecycle: {restart: {backoff_factor: .inf}}}\n", "a.yaml:5:105: backoff_factor: expected a number from 1 to 1000, found .inf"},
		{"factor in words", head + service + "lifecycle: {restart: {backoff_factor: two}}}\n", `a.yaml:5:105: backoff_factor: expected a number, found the string "two"`},
		{"delays", head + service + "lifecycle: {restart: {initial_delay: 2s, max_delay: 1s}}}\n", "a.yaml:5:119: max_delay: 1s is shorter than initial_delay, which is 2s"},
		{"attempts", head + service + "lifecycle: {restart: {max_attempts: -1}}}\n", "a.yaml:5:103: max_attempts: expected a whole number from 0 to 2147483647, found -1"},
		{"input is a mapping", head + service + "input: {a: 1}}\n", "a.yaml:5:74: input: expected a list of arguments, found a mapping"},
		{"input of 65 bits", head + service + "input: [18446744073709551616]}\n", "a.yaml:5:75: 18446744073709551616 is not a number of 64 bits"},
		{"input with an odd key", head + service + "input: [{.nan: 1}]}\n", "a.yaml:5:76: .nan can't be a key"},
		{"requires a process", head + service + "lifecycle: {requires: [app:p]}}\n", "a.yaml:5:90: requires: expected the id of a process.service or process.host, but app:p is a process.lua"},
		{"requires itself", head + service + "lifecycle: {requires: [app:s]}}\n", "a.yaml:5:90: services require each other in a cycle: app:s -> app:s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fsys := fstest.MapFS{"a.yaml": {Data: []byte(test.manifest)}, "a.lua": {}}
			got := reported(t, fsys, Options{MaxMemory: 64 << 20})
			if !strings.HasPrefix(got, test.want) || strings.Contains(got, "\n") {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestLoadIgnoresOtherYAML(t *testing.T) {
	good := "-- app.yaml --\nnamespace: app\nentries: []\n"
	for _, other := range []string{
		"a: &x 1\nb: *x", "a: 1\n---\nb: 2", "a:\t1", "a: !tag b", "a: 1\na: 2", "", "# nothing", "- 1", "text", "namespace: a b",
		"namespace: x\nmetadata: {}", "a: " + strings.Repeat("x", 2<<20), "{a: 1}",
	} {
		if got := reported(t, folder(good+"-- other.yaml --\n"+other), Options{}); got != "" {
			t.Errorf("%.40q: %s", other, got)
		}
	}
	for other, want := range map[string]string{
		"entries: []":                            "other.yaml:1:1: a manifest needs the key namespace",
		"a: [":                                   "other.yaml:1:4: not valid YAML: this [ has no ]",
		"a: \x00":                                "other.yaml:1:4: a control character",
		"entries: &x []":                         "other.yaml:1:10: a manifest can't have anchors",
		"entries: []\n---\n":                     "other.yaml:2:1: a manifest is one YAML document",
		"{entries: []\t}":                        "other.yaml:1:13: a tab character",
		"entries: " + strings.Repeat("x", 2<<20): "other.yaml: the manifest is larger than 1MiB",
	} {
		if got := reported(t, folder(good+"-- other.yaml --\n"+other), Options{}); !strings.HasPrefix(got, want) {
			t.Errorf("%.40q:\n got %s\nwant %s", other, got, want)
		}
	}
}

func TestLoadWithoutManifest(t *testing.T) {
	app, err := Load(folder("-- a.lua --\nreturn 1\n-- b.yaml --\nc: d"), Options{})
	if app != nil || !errors.Is(err, ErrNoManifest) {
		t.Errorf("got %v, %v", app, err)
	}
	app, err = Load(os.DirFS(filepath.Join(t.TempDir(), "missing")), Options{})
	if app != nil || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, %v", app, err)
	}
}

func TestFaultsAreCounted(t *testing.T) {
	manifest := "namespace: app\nentries:\n" + strings.Repeat("  - x\n", maxFaults+5)
	_, err := Load(fstest.MapFS{"a.yaml": {Data: []byte(manifest)}}, Options{})
	var faults Faults
	if !errors.As(err, &faults) || len(faults) != maxFaults+1 {
		t.Fatalf("got %d faults, want %d and one", len(faults), maxFaults)
	}
	if got, want := faults[maxFaults].Error(), "5 more faults are not listed"; got != want {
		t.Errorf("the last fault: got %q, want %q", got, want)
	}
}

func TestStandard(t *testing.T) {
	if !slices.IsSorted(Standard()) {
		t.Error("not sorted")
	}
}
