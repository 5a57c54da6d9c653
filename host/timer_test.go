package host

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/luahive/luahive/abi"
)

// ticks receives all that a timer has, as milliseconds since start.
func ticks(p *Process, h Handle, start time.Time) string {
	var out []string
	for {
		r, _, state, err := p.Receive(h, 1000)
		switch {
		case err != nil:
			return err.Error()
		case state == ReceiveClosed:
			return strings.Join(append(out, "closed"), " ")
		case state == ReceiveEmpty:
			return strings.Join(out, " ")
		}
		for ms := 0; ; ms++ {
			at := start.Add(time.Duration(ms) * time.Millisecond)
			if string(abi.AppendInt(nil, at.UnixNano())) == string(r.Payload) {
				out = append(out, fmt.Sprint(ms))
				break
			}
			if ms > 1_000_000 {
				return fmt.Sprintf("odd time % x", r.Payload)
			}
		}
		if r.Topic != "time" || r.From != "" {
			return fmt.Sprintf("odd record %+v", r)
		}
	}
}

const ms = time.Millisecond

func wait(d time.Duration) {
	time.Sleep(d) // virtual
	synctest.Wait()
}

func TestTimerOnce(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s, start := newPuppet(t, n), time.Now()
		var h, soon Handle
		s.do(func(p *Process) {
			var err error
			h, err = p.NewTimer(10*ms, 0)
			must(err)
			soon, err = p.NewTimer(ms, 0)
			must(err)
			if got := ticks(p, h, start) + ticks(p, soon, start); got != "" {
				t.Errorf("got %s", got)
			}
		})
		wait(9 * ms)
		if got := s.steps(); got != "[3]" {
			t.Errorf("stepped %s", got)
		}
		wait(ms)
		if got := s.steps(); got != "[2]" {
			t.Errorf("stepped %s", got)
		}
		wait(5 * ms)
		s.do(func(p *Process) {
			if got := ticks(p, h, start); got != "10 closed" {
				t.Errorf("got %s", got)
			}
			if got := ticks(p, soon, start); got != "1 closed" {
				t.Errorf("got %s", got)
			}
			if active, err := p.ResetTimer(h, ms); active || err != nil {
				t.Error("reset of a closed timer:", active, err)
			}
			if p.mu.timers != 0 {
				t.Errorf("%d timers counted", p.mu.timers)
			}
		})
	})
}

// TestTimerNow has no delay: it may have fired before NewTimer returns.
func TestTimerNow(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s, start := newPuppet(t, n), time.Now()
		var h Handle
		s.do(func(p *Process) {
			var err error
			h, err = p.NewTimer(0, 0)
			must(err)
		})
		s.do(func(p *Process) {
			if got := ticks(p, h, start); got != "0 closed" {
				t.Errorf("got %s", got)
			}
		})
	})
}

func TestTicker(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s, start := newPuppet(t, n), time.Now()
		var h Handle
		read := func(want string) {
			t.Helper()
			s.do(func(p *Process) {
				if got := ticks(p, h, start); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			})
		}
		s.do(func(p *Process) { h, _ = p.NewTimer(5*ms, 10*ms) })
		wait(4 * ms)
		read("")
		wait(ms)
		read("5")
		wait(10 * ms) // 15
		read("15")
		wait(38 * ms) // 53: pending since 25, 35 and 45 are left out
		read("25")
		wait(3 * ms) // 56
		read("55")
		s.do(func(p *Process) {
			must(p.CloseHandle(h))
			must(p.CloseHandle(h))
		})
		wait(100 * ms)
		read("closed")
	})
}

func TestTimerResetStop(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s, start := newPuppet(t, n), time.Now()
		var h Handle
		s.do(func(p *Process) { h, _ = p.NewTimer(10*ms, 0) })
		check := func(what string, want bool, change func(p *Process) (bool, error)) {
			t.Helper()
			s.do(func(p *Process) {
				if got, err := change(p); got != want || err != nil {
					t.Errorf("%s: %v, %v", what, got, err)
				}
			})
		}
		reset := func(d time.Duration) func(p *Process) (bool, error) {
			return func(p *Process) (bool, error) { return p.ResetTimer(h, d) }
		}
		stop := func(p *Process) (bool, error) { return p.StopTimer(h) }
		wait(5 * ms)
		check("reset while armed", true, reset(10*ms)) // 15
		wait(9 * ms)
		check("stop while armed", true, stop)
		check("stop while stopped", false, stop)
		wait(50 * ms) // 64
		check("reset while stopped", false, reset(6*ms))
		wait(6 * ms)                                  // 70, pending
		check("reset while pending", true, reset(ms)) // 71
		s.do(func(p *Process) {
			if got := ticks(p, h, start); got != "" {
				t.Errorf("got %s of before the reset", got)
			}
		})
		wait(5 * ms)
		check("stop while pending", true, stop)
		check("reset at last", false, reset(5*ms)) // 80
		wait(10 * ms)
		s.do(func(p *Process) {
			if got := ticks(p, h, start); got != "80 closed" {
				t.Errorf("got %s", got)
			}
		})
	})
}

func TestTimerRules(t *testing.T) {
	inBubble(t, Options{Timers: 2}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		s.do(func(p *Process) {
			_, err := p.NewTimer(-1, 0)
			wantIs(t, err, ErrBadDelay)
			_, err = p.NewTimer(0, -1)
			wantIs(t, err, ErrBadDelay)
			a, err := p.NewTimer(1<<63-1, 1<<63-1)
			must(err)
			_, err = p.ResetTimer(a, -1)
			wantIs(t, err, ErrBadDelay)
			_, err = p.NewTimer(time.Hour, 0)
			must(err)
			_, err = p.NewTimer(time.Hour, 0)
			wantIs(t, err, ErrLimit)
			_, err = p.StopTimer(a)
			must(err)
			_, err = p.NewTimer(time.Hour, 0) // stopped isn't closed
			wantIs(t, err, ErrLimit)
			must(p.CloseHandle(a))
			_, err = p.NewTimer(time.Hour, 0)
			must(err)
		})
		s.ends(returns("x")) // with two timers armed: the bubble sees that they go
	})
}

// TestTimerHammer resets and stops timers that fire at the same time.
func TestTimerHammer(t *testing.T) {
	check := noNewGoroutines(t)
	n := newTestNode(t, Options{}, 2)
	done := make(chan Exit, 8)
	program := &fake{}
	program.start = func(p *Process, _ []byte) (*Outcome, error) {
		for range 8 {
			h, err := p.NewTimer(0, time.Microsecond)
			must(err)
			_, _, _, err = p.Receive(h, 100)
			must(err)
		}
		return nil, nil
	}
	program.step = func(p *Process, h Handle) (*Outcome, error) {
		for state := ReceiveTaken; state == ReceiveTaken; {
			var err error
			_, _, state, err = p.Receive(h, 100)
			must(err)
		}
		other := h%8 + 1
		_, err := p.StopTimer(other)
		must(err)
		_, err = p.ResetTimer(other, time.Duration(p.units.Load()%3))
		must(err)
		_, err = p.ResetTimer(h, time.Duration(p.units.Load()%5))
		must(err)
		if p.Charge(1); p.units.Load() == 3000 {
			return returns("x"), nil
		}
		return nil, nil
	}
	for range cap(done) {
		_, err := n.Spawn(SpawnRequest{Program: program, Host: testHost, Watch: func(e Exit) { done <- e }})
		must(err)
	}
	for range cap(done) {
		<-done
	}
	n.Close()
	assertEmpty(t, n)
	check()
}
