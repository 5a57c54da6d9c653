// Command bench prints what luahive costs, beside what it is compared to, from
// one run: a process, a message, a waiting process, and plain Lua code.
//
// Figures are medians of rounds that take turns with their reference, so that a
// noisy machine disturbs both alike; the ratios are what to look at.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sort"
	"testing/fstest"
	"time"

	"github.com/luahive/luahive/sandbox"
)

const rounds = 5

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	rt, err := sandbox.New(sandbox.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer rt.Close()
	app, err := rt.Load(application())
	if err != nil {
		return err
	}
	fmt.Printf("%s %s, %d cores, median of %d rounds\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), rounds)
	for _, part := range []func(*sandbox.Runtime, *sandbox.App) error{spawns, roundTrips, waiting, fib} {
		if err := part(rt, app); err != nil {
			return err
		}
	}
	return nil
}

// application is what the benchmarks run.
func application() fstest.MapFS {
	files := fstest.MapFS{"bench.yaml": {Data: []byte(manifest)}}
	for name, source := range scripts {
		files[name] = &fstest.MapFile{Data: []byte(source)}
	}
	return files
}

const manifest = `
namespace: bench
entries:
  - {name: one, kind: process.host, host: {workers: 1, max_processes: 100000}, lifecycle: {auto_start: true}}
  - {name: all, kind: process.host, host: {max_processes: 100000}, lifecycle: {auto_start: true}}
  - {name: empty, kind: process.lua, source: file://empty.lua}
  - {name: spawner, kind: process.lua, source: file://spawner.lua}
  - {name: ping, kind: process.lua, source: file://ping.lua}
  - {name: pong, kind: process.lua, source: file://pong.lua}
  - {name: waiter, kind: process.lua, source: file://waiter.lua}
  - {name: fib, kind: process.lua, source: file://fib.lua}
`

var scripts = map[string]string{
	"empty.lua": `return function() end`,
	"spawner.lua": `
return function(n, host)
  local events = process.events()
  for i = 1, n do
    assert(process.spawn_monitored("bench:empty", host))
    if i % 100 == 0 then
      for _ = 1, 100 do events:receive() end
    end
  end
end`,
	"pong.lua": `
return function()
  local ch = process.listen("ping", {message = true})
  while true do
    local m = ch:receive()
    local n = m:payload()
    process.send(m:from(), "pong", n)
    if n == 0 then return end
  end
end`,
	"ping.lua": `
return function(n, host)
  local pid = process.spawn("bench:pong", host)
  local ch = process.listen("pong")
  for i = n - 1, 0, -1 do
    process.send(pid, "ping", i)
    ch:receive()
  end
end`,
	"waiter.lua": `return function() process.inbox():receive() end`,
	"fib.lua": `
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
return function(n) return fib(n) end`,
}

// timed runs an entry to its end.
func timed(app *sandbox.App, entry, host string, args ...any) (time.Duration, error) {
	begun := time.Now()
	p, err := app.Spawn(entry, host, args...)
	if err != nil {
		return 0, err
	}
	exit, err := p.Wait(context.Background())
	if err != nil {
		return 0, err
	}
	if exit.Err != nil {
		return 0, exit.Err
	}
	return time.Since(begun), nil
}

func median(d []time.Duration) time.Duration {
	sort.Slice(d, func(i, j int) bool { return d[i] < d[j] })
	return d[len(d)/2]
}

// micro prints a duration of n operations as microseconds each.
func micro(d time.Duration, n int) string {
	return fmt.Sprintf("%.2f µs", float64(d)/float64(n)/1000)
}
