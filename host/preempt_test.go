package host

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// loops ticks for ever, as a script in an endless loop does.
func loops(count *atomic.Int64) *fake {
	return &fake{entry: "app:loop", start: func(p *Process, _ []byte) (*Outcome, error) {
		units, err := p.Tick(0)
		for err == nil {
			count.Add(1)
			units, err = p.Tick(uint64(units))
		}
		return nil, err
	}}
}

// echoes answers each message to its sender.
func echoes() *fake {
	return &fake{
		entry: "app:echo",
		start: func(p *Process, _ []byte) (*Outcome, error) {
			h, err := p.Inbox()
			if err != nil {
				return nil, err
			}
			return nil, echo(p, h)
		},
		step: func(p *Process, h Handle) (*Outcome, error) { return nil, echo(p, h) },
	}
}

func echo(p *Process, h Handle) error {
	for {
		r, _, state, err := p.Receive(h, 1<<20)
		if err != nil || state != ReceiveTaken {
			return err
		}
		if err := p.Send(string(r.From), "echo", r.Payload); err != nil {
			return nil
		}
	}
}

// asks sends one message to a process given as argument and waits for the answer,
// so many times.
func asks(times int) *fake {
	return &fake{
		entry: "app:asks",
		start: func(p *Process, echo []byte) (*Outcome, error) {
			h, err := p.Inbox()
			must(err)
			_, _, _, err = p.Receive(h, 100)
			must(err)
			must(p.Register(fmt.Sprint("echo of ", p.PID()), string(echo)))
			return nil, p.Send(string(echo), "ask", []byte("hello"))
		},
		step: func(p *Process, h Handle) (*Outcome, error) {
			_, _, state, err := p.Receive(h, 1000)
			if err != nil || state != ReceiveTaken {
				return nil, err
			}
			if _, _, state, err = p.Receive(h, 1000); err != nil || state != ReceiveEmpty {
				return nil, fmt.Errorf("state %d, error %v", state, err)
			}
			if p.Charge(1); p.units.Load() == uint64(times) {
				return returns("done"), nil
			}
			return nil, p.Send(fmt.Sprint("echo of ", p.PID()), "ask", []byte("hello"))
		},
	}
}

func spawn(t testing.TB, n *Node, program Program, args []byte) (PID, chan Exit) {
	t.Helper()
	exits := make(chan Exit, 1)
	pid, err := n.Spawn(SpawnRequest{Program: program, Host: testHost, Args: args, Watch: func(e Exit) { exits <- e }})
	must(err)
	return pid, exits
}

// TestLoopAndNeighbours: with one worker and several endless loops, two others
// talk to each other, every loop gets on, and all loops can be killed.
func TestLoopAndNeighbours(t *testing.T) {
	check := noNewGoroutines(t)
	n := newTestNode(t, Options{Slice: 200 * time.Microsecond}, 1)
	const count = 5
	var counts [count]atomic.Int64
	var pids [count]PID
	var exits [count]chan Exit
	for i := range count {
		pids[i], exits[i] = spawn(t, n, loops(&counts[i]), nil)
	}
	echo, _ := spawn(t, n, echoes(), nil)
	_, asked := spawn(t, n, asks(100), []byte(echo))
	if e := <-asked; e.Kind != "" {
		t.Errorf("exit is %+v", e)
	}
	for i := range count {
		was := counts[i].Load()
		eventually(t, "each loop gets on", func() bool { return counts[i].Load() > was })
	}
	for i := range count {
		must(n.Terminate(string(pids[i])))
		e := <-exits[i]
		if e.Kind != KindTerminated || e.Running <= 0 || e.Units == 0 {
			t.Errorf("exit is %+v", e)
		}
	}
	n.Close()
	check()
}

// TestOneAtATime: never more than Workers processes run, however many are
// pre-empted.
func TestOneAtATime(t *testing.T) {
	for _, workers := range []int{1, 3} {
		n := newTestNode(t, Options{Slice: time.Microsecond}, workers)
		var now, most, turns atomic.Int64
		program := &fake{start: func(p *Process, _ []byte) (*Outcome, error) {
			for {
				running := now.Add(1)
				for old := most.Load(); running > old && !most.CompareAndSwap(old, running); old = most.Load() {
				}
				for range 100 {
					if running := now.Load(); running > int64(workers) {
						return nil, fmt.Errorf("%d run", running)
					}
				}
				turns.Add(1)
				now.Add(-1)
				if _, err := p.Tick(1); err != nil {
					return nil, err
				}
			}
		}}
		var exits []chan Exit
		for range 20 {
			_, e := spawn(t, n, program, nil)
			exits = append(exits, e)
		}
		eventually(t, "many turns", func() bool { return turns.Load() > 20_000 })
		n.Close()
		for _, e := range exits {
			if e := <-e; e.Kind != KindTerminated {
				t.Errorf("exit is %+v %s", e, e.Error)
			}
		}
		if most.Load() > int64(workers) {
			t.Errorf("%d ran at a time on %d workers", most.Load(), workers)
		}
	}
}

// TestKillWhilePreempted: the kill is what Tick returns, and no step follows.
func TestKillWhilePreempted(t *testing.T) {
	n := newTestNode(t, Options{Slice: time.Nanosecond}, 1)
	defer n.Close()
	var count atomic.Int64
	var victim PID
	victim, exits := spawn(t, n, loops(&count), nil)
	eventually(t, "the victim runs", func() bool { return count.Load() > 0 })
	killer := &fake{start: func(p *Process, _ []byte) (*Outcome, error) {
		// It runs, so with one worker the victim is blocked in Tick.
		if err := p.Terminate(string(victim)); err != nil {
			return nil, err
		}
		count.Store(0)
		return returns("x"), nil
	}}
	_, killed := spawn(t, n, killer, nil)
	if e := <-killed; e.Kind != "" {
		t.Fatalf("exit is %+v %s", e, e.Error)
	}
	if e := <-exits; e.Kind != KindTerminated {
		t.Errorf("exit is %+v", e)
	}
	if count.Load() != 0 {
		t.Errorf("%d ticks after the kill", count.Load())
	}
}

// TestVirtualClock: where time stands still, slices still end.
func TestVirtualClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestNode(t, Options{}, 1)
		defer n.Close()
		var count atomic.Int64
		pid, looped := spawn(t, n, loops(&count), nil)
		echo, _ := spawn(t, n, echoes(), nil)
		_, asked := spawn(t, n, asks(10), []byte(echo))
		if e := <-asked; e.Kind != "" {
			t.Errorf("exit is %+v", e)
		}
		must(n.Terminate(string(pid)))
		<-looped
	})
}

// TestStepsGiveWay: a process that always has something ready uses up its slice
// in many steps, and then waits behind others.
func TestStepsGiveWay(t *testing.T) {
	n := newTestNode(t, Options{Slice: 50 * time.Microsecond}, 1)
	defer n.Close()
	busy := &fake{
		start: func(p *Process, _ []byte) (*Outcome, error) {
			h, _ := p.Inbox()
			_, _, _, err := p.Receive(h, 100)
			must(err)
			return nil, p.Send(string(p.PID()), "again", nil)
		},
		step: func(p *Process, h Handle) (*Outcome, error) {
			if _, _, _, err := p.Receive(h, 100); err != nil {
				return nil, err
			}
			if _, _, _, err := p.Receive(h, 100); err != nil {
				return nil, err
			}
			return nil, p.Send(string(p.PID()), "again", nil)
		},
	}
	spawn(t, n, busy, nil)
	spawn(t, n, busy, nil)
	echo, _ := spawn(t, n, echoes(), nil)
	_, asked := spawn(t, n, asks(100), []byte(echo))
	if e := <-asked; e.Kind != "" {
		t.Errorf("exit is %+v", e)
	}
}

func TestTick(t *testing.T) {
	inBubble(t, Options{SliceUnits: 123}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		s.do(func(p *Process) {
			units, err := p.Tick(50)
			if units != 123 || err != nil {
				t.Error(units, err)
			}
			p.Charge(5)
			if p.Running() != 0 {
				t.Error("time went by:", p.Running())
			}
		})
		s.ends(returns("x"))
		if e := s.exit(); e.Units != 55 {
			t.Errorf("exit is %+v", e)
		}
	})
}

// TestRunning: the time that a process ran, without what it waited.
func TestRunning(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		s.do(func(p *Process) {
			time.Sleep(3 * ms) // virtual
			if p.Running() != 3*ms {
				t.Error(p.Running())
			}
		})
		wait(time.Second)
		s.do(func(p *Process) { time.Sleep(2 * ms) })
		s.ends(returns("x"))
		if e := s.exit(); e.Running != 5*ms {
			t.Errorf("exit is %+v", e)
		}
	})
}
