package manifest

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// kinds are the keys that entries of each kind have beside name, kind and meta,
// and what reads them.
var kinds = map[string]struct {
	keys []string
	read func(l *loader, e Entry, o *object) any
}{
	KindProcess:  {[]string{"source", "method", "modules", "imports", "limits"}, readProcess},
	KindFunction: {[]string{"source", "method", "modules", "imports", "limits"}, readFunction},
	KindLibrary:  {[]string{"source", "modules", "imports"}, readLibrary},
	KindHost:     {[]string{"host", "lifecycle"}, readHost},
	KindService:  {[]string{"process", "host", "input", "lifecycle"}, readService},
}

// entry reads one entry. Its kind is needed first: it decides which keys there
// are.
func (l *loader) entry(namespace string, n *node) {
	if n.is != isMapping {
		l.faults.add(n.at, "entries: expected a mapping with name and kind, found %s", n.describe())
		return
	}
	kind := l.kind(n)
	known := kinds[kind]
	what := "an entry of kind " + kind
	if kind == "" {
		// Without a kind no key can be called unknown.
		what = "an entry"
		for _, f := range n.fields {
			known.keys = append(known.keys, f.key.text)
		}
	}
	o := l.faults.object(n, what, append([]string{"name", "kind", "meta"}, known.keys...)...)
	o.require("name")
	e := Entry{Kind: kind, Position: n.at, Meta: l.meta(o)}
	first := l.identify(&e, namespace, o)
	if kind == "" {
		return
	}
	entry := known.read(l, e, o)
	if first {
		l.app.add(e, entry)
	}
}

// kind is "" when it is missing or unknown.
func (l *loader) kind(n *node) string {
	for _, f := range n.fields {
		if f.key.text != "kind" {
			continue
		}
		if f.value.is != isString {
			l.faults.add(f.value.at, "kind: expected a string, found %s", f.value.describe())
			return ""
		}
		kind := f.value.text
		if _, ok := kinds[kind]; !ok {
			all := byDistance(kind, slices.Sorted(maps.Keys(kinds)))
			l.faults.add(f.value.at, "unknown kind %s; the kinds are %s", quoted(kind), strings.Join(all, ", "))
			return ""
		}
		return kind
	}
	l.faults.add(n.at, "an entry needs the key kind: %s", strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
	return ""
}

// identify fills in the entry's id. It returns false if the entry has none, or
// one that is taken.
func (l *loader) identify(e *Entry, namespace string, o *object) bool {
	name := o.string("name", "a name")
	if name == "" {
		return false
	}
	at := o.get("name").at
	if !validName(name) {
		l.faults.add(at, "name: expected letters, digits, _ - and ., %d at most, and a letter, digit or _ first; found %s",
			maxName, quoted(name))
	}
	if namespace == "" || !harmless(name) {
		return false
	}
	e.ID = namespace + ":" + name
	if first, ok := l.declared.byID[e.ID]; ok {
		l.faults.add(at, "there are two entries %s; the first is at %s", e.ID, first.at)
		return false
	}
	l.declared.add(e.ID, name, declaration{kind: e.Kind, at: at})
	return true
}

func (a *Application) add(e Entry, entry any) {
	a.byID[e.ID] = entry
	a.kind[e.ID] = e.Kind
	switch entry := entry.(type) {
	case *ProcessEntry:
		a.Processes = append(a.Processes, entry)
	case *LibraryEntry:
		a.Libraries = append(a.Libraries, entry)
	case *FunctionEntry:
		a.Functions = append(a.Functions, entry)
	case *HostEntry:
		a.Hosts = append(a.Hosts, entry)
	case *ServiceEntry:
		a.Services = append(a.Services, entry)
	default:
		panic("unreachable: entry of kind " + e.Kind)
	}
}

func (a *Application) finish() {
	a.ids = slices.Sorted(maps.Keys(a.byID))
}

func readProcess(l *loader, e Entry, o *object) any {
	return &ProcessEntry{Entry: e, Script: l.script(e, o), Limits: l.limits(o), Method: l.method(o)}
}

func readFunction(l *loader, e Entry, o *object) any {
	return &FunctionEntry{Entry: e, Script: l.script(e, o), Limits: l.limits(o), Method: l.method(o)}
}

func readLibrary(l *loader, e Entry, o *object) any {
	return &LibraryEntry{Entry: e, Script: l.script(e, o)}
}

func readHost(l *loader, e Entry, o *object) any {
	host := l.faults.object(o.get("host"), "host", "workers", "max_processes")
	lifecycle := l.faults.object(o.get("lifecycle"), "lifecycle of a process.host", "auto_start")
	if len(l.app.Hosts) == maxHosts {
		l.faults.add(e.Position, "more than %d hosts in the application", maxHosts)
	}
	return &HostEntry{
		Entry:        e,
		Workers:      host.int("workers", 0, maxWorkers, 0),
		MaxProcesses: host.int("max_processes", 1, maxProcesses, 100_000),
		AutoStart:    lifecycle.bool("auto_start", false),
	}
}

func readService(l *loader, e Entry, o *object) any {
	o.require("process", "host")
	lifecycle := l.faults.object(o.get("lifecycle"), "lifecycle",
		"auto_start", "start_timeout", "stop_timeout", "requires", "restart")
	s := &ServiceEntry{
		Entry:        e,
		Process:      o.string("process", "the id of a process.lua entry"),
		Host:         o.string("host", "the id of a process.host entry"),
		AutoStart:    lifecycle.bool("auto_start", false),
		StartTimeout: lifecycle.duration("start_timeout", 10*time.Second),
		StopTimeout:  lifecycle.duration("stop_timeout", 10*time.Second),
		Restart:      l.restart(lifecycle.get("restart")),
	}
	for _, n := range o.list("input", "a list of arguments") {
		s.Input = append(s.Input, l.faults.value(n))
	}
	l.refer(e, "process", s.Process, o.get("process"), KindProcess)
	l.refer(e, "host", s.Host, o.get("host"), KindHost)
	for _, n := range lifecycle.strings("requires", "a list of ids") {
		if !slices.Contains(s.Requires, n.text) {
			s.Requires = append(s.Requires, n.text)
		}
		l.refer(e, "requires", n.text, n, KindService, KindHost)
	}
	return s
}

func (l *loader) restart(n *node) Restart {
	o := l.faults.object(n, "restart",
		"initial_delay", "max_delay", "backoff_factor", "jitter", "max_attempts", "stable_threshold")
	r := Restart{
		InitialDelay:    o.duration("initial_delay", time.Second),
		MaxDelay:        o.duration("max_delay", 90*time.Second),
		BackoffFactor:   o.float("backoff_factor", 1, maxFactor, 2),
		Jitter:          o.float("jitter", 0, 1, 0.1),
		MaxAttempts:     o.int("max_attempts", 0, maxAttempts, 0),
		StableThreshold: o.duration("stable_threshold", 5*time.Second),
	}
	if r.MaxDelay < r.InitialDelay {
		if o.has("max_delay") {
			l.faults.add(o.get("max_delay").at, "max_delay: %v is shorter than initial_delay, which is %v", r.MaxDelay, r.InitialDelay)
		}
		r.MaxDelay = r.InitialDelay
	}
	return r
}

func (l *loader) method(o *object) string {
	if method := o.string("method", "the name of a function"); method != "" {
		return method
	}
	return "main"
}

// limits has memory only. A new limit is a field of Limits, a key here, and a
// line that reads it.
func (l *loader) limits(o *object) Limits {
	limits := l.faults.object(o.get("limits"), "limits", "memory")
	return Limits{Memory: limits.size("memory", l.options.MaxMemory)}
}

func (l *loader) script(e Entry, o *object) Script {
	o.require("source")
	s := Script{Imports: map[string]string{}}
	if at := o.get("source"); at != nil {
		s.File, s.Source = l.source(o.string("source", "file:// and a path"), at.at)
	}
	for _, n := range o.strings("modules", "a list of modules") {
		if !slices.Contains(l.modules, n.text) {
			l.faults.add(n.at, "unknown module %s%s", quoted(n.text), l.faults.orThere(n.text, l.modules))
		} else if !slices.Contains(s.Modules, n.text) {
			s.Modules = append(s.Modules, n.text)
		}
	}
	slices.Sort(s.Modules)
	l.imports(e, o, &s)
	return s
}

func (l *loader) imports(e Entry, o *object, s *Script) {
	n := o.get("imports")
	if n == nil {
		return
	}
	if n.is != isMapping {
		o.wrong("imports", "a mapping of names to ids of libraries")
		return
	}
	for _, f := range n.fields {
		alias := f.key.text
		if f.key.is != isString || !validName(alias) {
			l.faults.add(f.key.at, "imports: expected a name of letters, digits, _ - and ., found %s", quoted(alias))
			continue
		}
		if f.value.is != isString || f.value.text == "" {
			l.faults.add(f.value.at, "imports: %s: expected the id of a library.lua entry, found %s", alias, f.value.describe())
			continue
		}
		s.Imports[alias] = f.value.text
		l.refer(e, "imports", f.value.text, f.value, KindLibrary)
	}
}

// orThere is "; did you mean x?", or the names that there are if none is close.
func (f *faults) orThere(name string, names []string) string {
	if meant := f.meant(name, names); meant != "" {
		return meant
	}
	const most = 20
	sorted := slices.Sorted(slices.Values(names))
	if len(sorted) == 0 || len(sorted) > most {
		return ""
	}
	return "; there are " + strings.Join(sorted, ", ")
}
