package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/luahive/luahive/host"
	luawasm "github.com/luahive/luahive/lua-wasm"
	"github.com/luahive/luahive/wasm"
	"github.com/luahive/luahive/wasm/wazero"
)

// Runtime runs applications. Make one with [New], and close it.
type Runtime struct {
	logger *slog.Logger
	output *output
	pool   *wasm.Pool
	base   *wasm.Image
	seeds  *seeds
	node   *host.Node

	spawned sync.Map // PIDs that ended and whose Process was told

	mu struct {
		sync.Mutex
		closed bool
		apps   []*App
	}
}

// New makes a runtime. The first one on a machine compiles the interpreter,
// which takes a moment; its code is kept for the next (see Options.CacheDir).
func New(o Options) (*Runtime, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Output == nil {
		o.Output = io.Discard
	}
	module, err := luawasm.Module()
	if err != nil {
		return nil, err
	}
	engine, err := newEngine(module, o)
	if err != nil {
		return nil, err
	}
	r := &Runtime{
		logger: o.Logger,
		output: &output{writer: o.Output},
		pool:   wasm.NewPool(engine, wasm.PoolOptions{MemoryMax: o.MemoryMax, Idle: o.Idle}),
		seeds:  newSeeds(),
	}
	if r.base, err = r.baseImage(); err != nil {
		_ = r.pool.Close()
		return nil, err
	}
	r.node = host.New(host.Options{Logger: o.Logger, OnExit: r.exited})
	return r, nil
}

// newEngine compiles the module. Without a folder to keep code in it compiles
// anew at each start, and says so.
func newEngine(module []byte, o Options) (wasm.Engine, error) {
	w := wazero.Options{
		Module:   module,
		Imports:  imports(),
		Exports:  exportNames,
		Globals:  globalNames,
		Fuel:     fuelGlobal,
		CacheDir: o.CacheDir,
	}
	switch o.CacheDir {
	case "-":
		w.CacheDir = ""
	case "":
		user, err := os.UserCacheDir()
		if err != nil {
			o.Logger.Warn("compiled code isn't kept for the next start: no cache folder", "error", err)
			break
		}
		w.CacheDir = filepath.Join(user, "luahive")
	}
	engine, err := wazero.New(w)
	if errors.Is(err, wazero.ErrCache) && o.CacheDir == "" {
		o.Logger.Warn("compiled code isn't kept for the next start", "error", err)
		w.CacheDir = ""
		engine, err = wazero.New(w)
	}
	return engine, err
}

// Close ends every process at once, without running any more of its code, and
// gives all memory back. It may be called more than once.
func (r *Runtime) Close() error {
	r.mu.Lock()
	if r.mu.closed {
		r.mu.Unlock()
		return nil
	}
	r.mu.closed = true
	apps := r.mu.apps
	r.mu.apps = nil
	r.mu.Unlock()
	for _, app := range apps {
		app.stopServices()
	}
	r.node.Close()
	for _, app := range apps {
		app.services.Wait()
	}
	return r.pool.Close()
}

// Stats tells what the runtime holds now.
type Stats struct {
	Processes int // alive
	Waiting   int // of them, in their code and waiting for something
	Seats     int // instances that processes run or wait in
	Slots     int // memories, those of idle instances too
}

// Stats tells what the runtime holds now.
func (r *Runtime) Stats() Stats {
	s := Stats{Seats: r.pool.InUse(), Slots: r.pool.Slots()}
	for _, p := range r.node.Processes() {
		s.Processes++
		if p.State == "waiting" {
			s.Waiting++
		}
	}
	return s
}

// exited logs what went wrong in a process that a script spawned; of its own
// this program was told.
func (r *Runtime) exited(e host.Exit) {
	if _, ours := r.spawned.LoadAndDelete(e.PID); ours || e.Error == nil {
		return
	}
	exit := exitOf(e)
	level := slog.LevelError
	if exit.Err.Kind == host.KindTerminated {
		level = slog.LevelInfo // somebody wanted that
	}
	r.logger.Log(context.Background(), level, "process failed", "pid", exit.PID, "entry", exit.Entry,
		"error", fmt.Sprint(exit.Err), "kind", exit.Err.Kind)
}

// output writes whole lines, one at a time.
type output struct {
	mu     sync.Mutex
	writer io.Writer
}

func (o *output) line(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	// What a script prints is dropped when nobody can take it.
	_, _ = io.WriteString(o.writer, text+"\n")
}
