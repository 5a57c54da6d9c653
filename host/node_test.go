package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestHosts(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		must(n.AddHost(HostOptions{Name: "app:another", Workers: 1, MaxProcesses: 1}))
		if got := n.Hosts(); !slices.Equal(got, []string{"app:another", testHost}) {
			t.Error(got)
		}
		program := &fake{}
		pid, err := n.Spawn(SpawnRequest{Program: program, Host: "app:another"})
		must(err)
		if pid.Host() != "app:another" {
			t.Error(pid)
		}
		_, err = n.Spawn(SpawnRequest{Program: program, Host: "app:another"})
		wantIs(t, err, ErrLimit)
		_, err = n.Spawn(SpawnRequest{Host: testHost})
		wantIs(t, err, ErrNoProgram)
		must(n.Terminate(string(pid)))
		synctest.Wait()
		_, err = n.Spawn(SpawnRequest{Program: program, Host: "app:another"})
		must(err)
	})
}

func TestMaxProcesses(t *testing.T) {
	inBubble(t, Options{MaxProcesses: 2}, func(t *testing.T, n *Node) {
		a := newPuppet(t, n)
		a.do(func(p *Process) {
			_, err := p.Spawn(&fake{}, testHost, nil, SpawnFlags{})
			must(err)
			_, err = p.Spawn(&fake{}, testHost, nil, SpawnFlags{Link: true})
			wantIs(t, err, ErrLimit)
		})
	})
}

func TestProcesses(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		a, b := newPuppet(t, n), newPuppet(t, n)
		must(n.Send(string(b.pid), "t", []byte("12345")))
		a.do(func(p *Process) {
			if p.Entry() != "app:puppet" || p.PID() != a.pid {
				t.Error(p.Entry(), p.PID())
			}
			p.Charge(7)
			got := n.Processes()
			want := []Info{
				{PID: a.pid, Entry: "app:puppet", State: "running", Units: 7},
				{PID: b.pid, Entry: "app:puppet", State: "waiting", Messages: 1, Bytes: recordHeader + 1 + 5},
			}
			if !slices.Equal(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	})
}

func TestWait(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		_, err := n.Wait(t.Context(), "{app:processes|0x00099}")
		wantIs(t, err, ErrNoProcess)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = n.Wait(ctx, s.pid)
		wantIs(t, err, context.DeadlineExceeded)
		exits := make(chan Exit, 2)
		for range cap(exits) {
			go func() {
				e, err := n.Wait(t.Context(), s.pid)
				if err != nil {
					t.Error(err)
				}
				exits <- e
			}()
		}
		synctest.Wait()
		s.ends(returns("fine"))
		for range cap(exits) {
			if e := <-exits; e.PID != s.pid || string(e.Result) != string(unit("fine")) || e.Entry != "app:puppet" {
				t.Errorf("exit is %+v", e)
			}
		}
		_, err = n.Wait(t.Context(), s.pid)
		wantIs(t, err, ErrNoProcess)
	})
}

// TestClose ends everything: waiting, with timers, spawning, and in a loop.
func TestClose(t *testing.T) {
	check := noNewGoroutines(t)
	n := newTestNode(t, Options{Slice: 100 * time.Microsecond}, 2)
	var mu sync.Mutex
	ended := map[string]int{}
	watch := func(e Exit) {
		mu.Lock()
		defer mu.Unlock()
		ended[e.Kind]++
	}
	waits := &fake{start: func(p *Process, _ []byte) (*Outcome, error) {
		h, err := p.NewTimer(time.Hour, time.Hour)
		if err != nil {
			return nil, err // the kill
		}
		_, _, _, err = p.Receive(h, 100)
		return nil, err
	}}
	spawns := &fake{start: func(p *Process, _ []byte) (*Outcome, error) {
		for {
			if _, err := p.Tick(1); err != nil {
				return nil, err
			}
			_, err := p.Spawn(waits, testHost, nil, SpawnFlags{})
			if err != nil && !errors.Is(err, ErrLimit) && !errors.Is(err, ErrClosed) {
				var k *Kill
				if !errors.As(err, &k) {
					t.Error(err)
				}
			}
		}
	}}
	loops := &fake{start: func(p *Process, _ []byte) (*Outcome, error) {
		for {
			if _, err := p.Tick(1); err != nil {
				return nil, err
			}
		}
	}}
	for range 20 {
		for _, program := range []Program{waits, spawns, loops} {
			_, err := n.Spawn(SpawnRequest{Program: program, Host: testHost, Watch: watch})
			must(err)
		}
	}
	eventually(t, "many processes", func() bool { return n.live.Load() > 1000 })
	var closers sync.WaitGroup
	for range 3 {
		closers.Go(n.Close)
	}
	closers.Wait()
	n.Close()
	assertEmpty(t, n)
	check()
	if fmt.Sprint(ended) != "map[terminated:60]" {
		t.Error("ended:", ended)
	}
	_, err := n.Spawn(SpawnRequest{Program: waits, Host: testHost})
	wantIs(t, err, ErrClosed)
	wantIs(t, n.AddHost(HostOptions{Name: "x"}), ErrClosed)
	wantIs(t, n.Send("x", "t", nil), ErrClosed)
	wantIs(t, n.Terminate("x"), ErrClosed)
	wantIs(t, n.Cancel("x", nil), ErrClosed)
	_, err = n.Lookup("x")
	wantIs(t, err, ErrClosed)
	_, err = n.Wait(t.Context(), "{h|0x00001}")
	wantIs(t, err, ErrClosed)
}

// TestCloseUnused has nothing to wait for.
func TestCloseUnused(t *testing.T) {
	n := New(Options{})
	n.Close()
	n.Close()
}
