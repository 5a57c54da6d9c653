package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"sync"

	"github.com/luahive/luahive/abi"
	"github.com/luahive/luahive/host"
	"github.com/luahive/luahive/sandbox/manifest"
)

// ScriptHost is the host that a single script runs on.
const ScriptHost = "script:processes"

// ScriptEntry is the entry id of a single script.
const ScriptEntry = "script:main"

// App is an application in a runtime.
type App struct {
	runtime  *Runtime
	manifest *manifest.Application
	programs map[string]*program
	hosts    []string // that run

	services sync.WaitGroup
	kill     chan struct{} // closed to end every service at once

	mu struct {
		sync.Mutex
		services map[string]*service
		order    []*service // as they were started
		stopped  bool
		killed   bool
	}
}

func (r *Runtime) newApp(m *manifest.Application) *App {
	a := &App{runtime: r, manifest: m, programs: map[string]*program{}, kill: make(chan struct{})}
	a.mu.services = map[string]*service{}
	return a
}

// Load reads the manifests below the folder, compiles every script once, and
// starts the hosts. Whatever is wrong is reported together, as
// [manifest.Faults]; nothing was started then.
func (r *Runtime) Load(fsys fs.FS) (*App, error) {
	m, err := manifest.Load(fsys, manifest.Options{MaxMemory: r.pool.MemoryMax()})
	var faults manifest.Faults
	if err != nil && !errors.As(err, &faults) {
		return nil, err
	}
	if m != nil {
		faults = append(faults, r.compileAll(m)...)
	}
	if len(faults) > 0 {
		return nil, faults.Sorted()
	}
	a := r.newApp(m)
	for _, e := range m.Processes {
		a.programs[e.ID] = a.newProgram(e)
	}
	for _, e := range m.Hosts {
		if !e.AutoStart {
			continue
		}
		err := r.node.AddHost(host.HostOptions{Name: e.ID, Workers: e.Workers, MaxProcesses: e.MaxProcesses})
		if err != nil {
			return nil, err
		}
		a.hosts = append(a.hosts, e.ID)
	}
	return a, r.add(a)
}

// LoadScript makes an application of one script without a manifest. Its entry
// is [ScriptEntry], its host [ScriptHost]. The script gets the process's
// arguments; when it returns a function, or a table with a function main, that
// is called with them too. name is what messages call the script.
func (r *Runtime) LoadScript(name string, source []byte) (*App, error) {
	c := chunk{name: "@" + name, source: source}
	if err := r.compile(c); err != nil {
		return nil, err
	}
	a := r.newApp(&manifest.Application{})
	a.programs[ScriptEntry] = &program{app: a, id: ScriptEntry, chunks: []chunk{c},
		settings: settings(ScriptEntry, "main", true, nil)}
	if err := r.node.AddHost(host.HostOptions{Name: ScriptHost}); err != nil {
		return nil, err
	}
	a.hosts = []string{ScriptHost}
	return a, r.add(a)
}

func (r *Runtime) add(a *App) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mu.closed {
		return ErrClosed
	}
	r.mu.apps = append(r.mu.apps, a)
	return nil
}

// Entries are the ids of what can be spawned, sorted.
func (a *App) Entries() []string {
	ids := make([]string, 0, len(a.programs))
	for id := range a.programs {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return ids
}

// Hosts are the ids of the hosts that run, in the manifest's order.
func (a *App) Hosts() []string { return append([]string(nil), a.hosts...) }

// HasServices says whether a service starts by itself.
func (a *App) HasServices() bool {
	for _, e := range a.manifest.Services {
		if e.AutoStart {
			return true
		}
	}
	return false
}

// Spawn starts a process of the entry on the host, with copies of the
// arguments. An empty host is the first that runs.
func (a *App) Spawn(entry, hostID string, args ...any) (*Process, error) {
	program, err := a.program(entry)
	if err != nil {
		return nil, err
	}
	payload, err := appendAll(args)
	if err != nil {
		return nil, err
	}
	if hostID == "" {
		if len(a.hosts) == 0 {
			return nil, fmt.Errorf("%w: the application has none that runs; add an entry of kind process.host with lifecycle: {auto_start: true}", host.ErrNoHost)
		}
		hostID = a.hosts[0]
	}
	p := &Process{app: a, done: make(chan struct{})}
	p.pid, err = a.runtime.node.Spawn(host.SpawnRequest{
		Program: program, Host: hostID, Args: payload,
		Watch: func(e host.Exit) {
			p.exit = exitOf(e)
			a.runtime.spawned.Store(e.PID, nil)
			close(p.done)
		},
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// program finds an entry that can run, with its image made.
func (a *App) program(entry string) (*program, error) {
	p := a.programs[entry]
	if p != nil {
		return p, p.ready()
	}
	if kind := a.manifest.Kind(entry); kind != "" {
		return nil, fmt.Errorf("%w: %s is a %s, not a process.lua", ErrNoEntry, shown(entry), kind)
	}
	if close := manifest.Closest(entry, a.Entries()); len(close) > 0 {
		return nil, fmt.Errorf("%w: %s; did you mean %s?", ErrNoEntry, shown(entry), strings.Join(close, " or "))
	}
	return nil, fmt.Errorf("%w: %s", ErrNoEntry, shown(entry))
}

// shown cuts a name that a script chose.
func shown(name string) string {
	const most = 200
	if len(name) > most {
		return strings.ToValidUTF8(name[:most], "") + "..."
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}

// newProgram collects what an entry's image is made of: its script and every
// library that it reaches.
func (a *App) newProgram(e *manifest.ProcessEntry) *program {
	p := &program{app: a, id: e.ID, memory: e.Memory}
	main := chunk{name: "@" + e.File, source: e.Source}
	p.chunks = []chunk{main}
	imports := map[string]any{}
	seen := map[string]bool{}
	var add func(name string, aliases map[string]string)
	add = func(name string, aliases map[string]string) {
		if len(aliases) == 0 {
			return
		}
		table := map[string]any{}
		for alias, id := range aliases {
			table[alias] = id
			if library := a.manifest.Library(id); library != nil && !seen[id] {
				seen[id] = true
				c := chunk{id: id, name: "@" + library.File, source: library.Source}
				p.chunks = append(p.chunks, c)
				add(c.name, library.Imports)
			}
		}
		imports[name] = table
	}
	add(main.name, e.Imports)
	sort.Slice(p.chunks[1:], func(i, j int) bool { return p.chunks[1+i].id < p.chunks[1+j].id })
	p.settings = settings(e.ID, e.Method, false, imports)
	return p
}

// settings are what prelude/50-boot.lua reads.
func settings(entry, method string, script bool, imports map[string]any) *abi.Table {
	return &abi.Table{Fields: []abi.Field{
		{Key: "entry", Value: entry},
		{Key: "method", Value: method},
		{Key: "script", Value: script},
		{Key: "imports", Value: imports},
	}}
}

// compileAll compiles every script of the application and reports those that
// don't.
func (r *Runtime) compileAll(m *manifest.Application) manifest.Faults {
	var faults manifest.Faults
	seen := map[string]bool{}
	check := func(entry manifest.Position, file string, source []byte) {
		if seen[file] {
			return
		}
		seen[file] = true
		err := r.compile(chunk{name: "@" + file, source: source})
		if err != nil {
			faults = append(faults, scriptFault(entry, file, err))
		}
	}
	for _, e := range m.Processes {
		check(e.Position, e.File, e.Source)
	}
	for _, e := range m.Functions {
		check(e.Position, e.File, e.Source)
	}
	for _, e := range m.Libraries {
		check(e.Position, e.File, e.Source)
	}
	return faults
}

// scriptFault places Lua's "file:line: message"; what has no place is reported
// at the entry.
func scriptFault(entry manifest.Position, file string, err error) manifest.Fault {
	var line int
	rest, ok := strings.CutPrefix(err.Error(), file+":")
	if ok {
		if _, err := fmt.Sscanf(rest, "%d:", &line); err == nil {
			_, message, _ := strings.Cut(rest, ": ")
			return manifest.Fault{Position: manifest.Position{File: file, Line: line}, Message: message}
		}
	}
	return manifest.Fault{Position: entry, Message: err.Error()}
}

func (a *App) stopServices() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.mu.stopped = true
	if !a.mu.killed {
		a.mu.killed = true
		close(a.kill)
	}
}
