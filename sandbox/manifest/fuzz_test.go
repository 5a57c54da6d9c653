package manifest

import (
	"errors"
	"slices"
	"testing"
	"testing/fstest"
)

// FuzzLoad reads any two files as manifests. Whatever they hold, Load doesn't
// panic, its faults have a place, and without faults every reference leads to an
// entry.
func FuzzLoad(f *testing.F) {
	for name, file := range folder(whole) {
		if isYAML(name) {
			f.Add(file.Data, []byte(nil))
		}
	}
	for _, source := range hostile(300) {
		f.Add([]byte(source), []byte("namespace: b\nentries: []"))
	}
	f.Add([]byte("namespace: app\nentries:\n- {name: a, kind: library.lua, source: file://main.lua, imports: {b: app:b}}"),
		[]byte("namespace: app\nentries:\n- name: b\n  kind: library.lua\n  source: file://../main.lua\n  limits: {memory: 1KiB}"))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		fsys := fstest.MapFS{"one.yaml": {Data: one}, "sub/two.yml": {Data: two}, "main.lua": {}, "cart.lua": {}, "sub/main.lua": {}}
		app, err := Load(fsys, Options{MaxMemory: 64 << 20})
		var faults Faults
		switch {
		case err == nil:
			check(t, app)
		case errors.As(err, &faults):
			if app == nil || len(faults) == 0 || !slices.Equal(faults, faults.Sorted()) {
				t.Errorf("app %v, faults not sorted: %v", app, faults)
			}
			for _, fault := range faults {
				if fault.Line < 1 || fault.Column < 1 || !harmless(fault.Error()) && len(fault.Error()) < 1000 {
					t.Errorf("%q", fault.Error())
				}
			}
		case !errors.Is(err, ErrNoManifest):
			t.Error(err)
		}
	})
}

// check looks for what a caller relies on.
func check(t *testing.T, app *Application) {
	for _, id := range app.IDs() {
		if app.Kind(id) == "" {
			t.Errorf("%s has no kind", id)
		}
	}
	for _, l := range app.Libraries {
		for _, id := range l.Imports {
			if app.Library(id) == nil {
				t.Errorf("%s imports %s", l.ID, id)
			}
		}
	}
	for _, p := range app.Processes {
		if p.Method == "" || p.Memory > 64<<20 || p.File == "" {
			t.Errorf("%+v", p)
		}
	}
	for _, h := range app.Hosts {
		if h.Workers < 0 || h.MaxProcesses < 1 {
			t.Errorf("%+v", h)
		}
	}
	for _, s := range app.Services {
		if app.Process(s.Process) == nil || app.Host(s.Host) == nil || s.StopTimeout < 0 {
			t.Errorf("%+v", s)
		}
		if r := s.Restart; !(r.BackoffFactor >= 1 && r.Jitter >= 0 && r.Jitter <= 1 && r.MaxDelay >= r.InitialDelay && r.InitialDelay >= 0) {
			t.Errorf("%s: %+v", s.ID, r)
		}
	}
}
