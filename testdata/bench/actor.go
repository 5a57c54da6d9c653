package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/luahive/luahive/sandbox"
)

// spawns measures a process from spawn to exit, beside a goroutine.
func spawns(_ *sandbox.Runtime, app *sandbox.App) error {
	const n = 20_000
	var one, all, goroutines []time.Duration
	for range rounds {
		for _, c := range []struct {
			host string
			into *[]time.Duration
		}{{"bench:one", &one}, {"bench:all", &all}} {
			d, err := timed(app, "bench:spawner", c.host, n, c.host)
			if err != nil {
				return err
			}
			*c.into = append(*c.into, d)
		}
		begun := time.Now()
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {})
		}
		wg.Wait()
		goroutines = append(goroutines, time.Since(begun))
	}
	ref := median(goroutines)
	fmt.Printf("spawn + exit, one worker       %12s   %6.1fx a goroutine (%s)\n", micro(median(one), n), ratio(median(one), ref), micro(ref, n))
	fmt.Printf("spawn + exit, all cores        %12s   %6.1fx\n", micro(median(all), n), ratio(median(all), ref))
	return nil
}

// roundTrips measures a message and its answer, beside two goroutines and two
// channels.
func roundTrips(_ *sandbox.Runtime, app *sandbox.App) error {
	const n = 50_000
	var one, all, channels []time.Duration
	for range rounds {
		d, err := timed(app, "bench:ping", "bench:one", n, "bench:one")
		if err != nil {
			return err
		}
		one = append(one, d)
		if d, err = timed(app, "bench:ping", "bench:all", n, "bench:all"); err != nil {
			return err
		}
		all = append(all, d)
		channels = append(channels, channelRoundTrips(n))
	}
	ref := median(channels)
	fmt.Printf("round trip, one worker         %12s   %6.1fx Go channels (%s)\n", micro(median(one), n), ratio(median(one), ref), micro(ref, n))
	fmt.Printf("round trip, all cores          %12s   %6.1fx\n", micro(median(all), n), ratio(median(all), ref))
	return nil
}

func channelRoundTrips(n int) time.Duration {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v
		}
	}()
	begun := time.Now()
	for i := range n {
		ping <- i
		<-pong
	}
	close(ping)
	return time.Since(begun)
}

// waiting measures the resident memory of processes that wait in their inbox.
func waiting(rt *sandbox.Runtime, app *sandbox.App) error {
	const n = 10_000
	before := resident()
	processes := make([]*sandbox.Process, 0, n)
	begun := time.Now()
	for range n {
		p, err := app.Spawn("bench:waiter", "bench:all")
		if err != nil {
			return err
		}
		processes = append(processes, p)
	}
	// Every process has run its first step when each has a memory of its own
	// and none of them is running any more.
	for deadline := time.Now().Add(time.Minute); rt.Stats().Waiting < n; {
		if time.Now().After(deadline) {
			return fmt.Errorf("only %d of %d processes wait", rt.Stats().Waiting, n)
		}
		time.Sleep(time.Millisecond)
	}
	spawned := time.Since(begun)
	after := resident()
	for _, p := range processes {
		if err := p.Send("go"); err != nil {
			return err
		}
	}
	for _, p := range processes {
		<-p.Done()
	}
	fmt.Printf("memory per waiting process     %9.1f KB   over %d (RSS; %s to start them)\n",
		float64(after-before)/n/1024, n, spawned.Round(time.Millisecond))
	return nil
}

// resident is this program's resident memory in bytes.
func resident() int64 {
	runtime.GC()
	debug.FreeOSMemory()
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }
