package host

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/luahive/luahive/abi"
)

// ending is a way for a process to end.
type ending struct {
	name   string
	end    func(s *puppet)
	result []byte
	fails  []byte
	kind   string
}

func killUnit(kind, text string) []byte {
	return abi.AppendError(nil, &abi.Error{Kind: kind, Message: text})
}

func endings() []ending {
	fault := func(err error) func(*puppet) {
		return func(s *puppet) { s.finally(func(*Process) (*Outcome, error) { return nil, err }) }
	}
	return []ending{
		{"normal", func(s *puppet) { s.ends(returns("fine")) }, unit("fine"), nil, ""},
		{"error", func(s *puppet) { s.ends(&Outcome{Error: unit("oops")}) }, nil, unit("oops"), KindError},
		{
			"false and message", func(s *puppet) { s.ends(&Outcome{Result: unit("no"), Error: unit("why")}) },
			unit("no"), unit("why"), KindError,
		},
		{
			"kill", func(s *puppet) { must(s.n.Terminate(string(s.pid))) },
			nil, killUnit(KindTerminated, "process terminated"), KindTerminated,
		},
		{
			"memory", fault(&Kill{KindMemory, "not enough memory"}),
			nil, killUnit(KindMemory, "not enough memory"), KindMemory,
		},
		{
			"cpu", fault(&Kill{KindCPU, "too many units"}),
			nil, killUnit(KindCPU, "too many units"), KindCPU,
		},
	}
}

// TestExitMatrix: what a watcher is told, for every relation, ending, trap and
// order of the two.
func TestExitMatrix(t *testing.T) {
	for _, relation := range []string{"link", "monitor", "both"} {
		for _, e := range endings() {
			for _, trap := range []bool{false, true} {
				for _, when := range []string{"before death", "after death"} {
					name := fmt.Sprintf("%s/%s/trap %v/%s", relation, e.name, trap, when)
					t.Run(name, func(t *testing.T) {
						inBubble(t, Options{}, func(t *testing.T, n *Node) {
							testExit(t, n, relation, e, trap, when == "after death")
						})
					})
				}
			}
		}
	}
}

func testExit(t *testing.T, n *Node, relation string, e ending, trap, after bool) {
	subject, watcher := newPuppet(t, n), newPuppet(t, n)
	links, monitors := relation != "monitor", relation != "link"
	var events Handle
	relate := func(p *Process) {
		if monitors {
			if err := p.Monitor(string(subject.pid)); after {
				wantIs(t, err, ErrNoProcess)
			} else {
				must(err)
			}
		}
		if links {
			if err := p.Link(string(subject.pid)); after {
				wantIs(t, err, ErrNoProcess)
			} else {
				must(err)
			}
		}
	}
	watcher.do(func(p *Process) {
		p.SetTrapLinks(trap)
		events, _ = p.Events()
		if !after {
			relate(p)
		}
	})
	e.end(subject)
	got := subject.exit()
	if !bytes.Equal(got.Error, e.fails) || !bytes.Equal(got.Result, e.result) || got.Kind != e.kind {
		t.Errorf("exit is %+v", got)
	}
	if got.PID != subject.pid || got.Entry != "app:puppet" || !got.At.Equal(time.Now()) {
		t.Errorf("exit is %+v", got)
	}

	failed := e.fails != nil
	if !after && links && failed && !trap {
		down := watcher.exit()
		if want := killUnit(KindLinkDown, "linked process failed"); !bytes.Equal(down.Error, want) || down.Kind != KindLinkDown {
			t.Errorf("the watcher's exit is %+v", down)
		}
		return
	}
	var want []string
	if !after && monitors {
		want = append(want, "EXIT:"+string(eventPayload(time.Now(), e.result, e.fails)))
	}
	if !after && links && failed {
		want = append(want, "LINK_DOWN:"+string(eventPayload(time.Now(), e.fails)))
	}
	watcher.do(func(p *Process) {
		if after {
			relate(p)
		}
		if got := drain(p, events); got != fmt.Sprint(want) {
			t.Errorf("events %q, want %q", got, want)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.mu.relations.len() != 0 || p.mu.watching != 0 {
			t.Errorf("the watcher keeps %d relations, %d counted", p.mu.relations.len(), p.mu.watching)
		}
	})
}

// TestExitOrder: names, monitors, links, table, and only then Watch and OnExit.
func TestExitOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string
		n := newTestNode(t, Options{OnExit: func(e Exit) {
			if e.Kind == KindError {
				order = append(order, "OnExit")
			}
		}}, 1)
		defer n.Close()
		watcher := newPuppet(t, n)
		var subject PID
		watcher.do(func(p *Process) {
			p.SetTrapLinks(true)
			h, _ := p.Events()
			drain(p, h)
			program := &fake{
				start: func(p *Process, _ []byte) (*Outcome, error) {
					must(p.Register("holder", ""))
					return &Outcome{Error: unit("oops")}, nil
				},
				close: func(*Process) { order = append(order, "Close") },
			}
			var err error
			subject, err = p.Spawn(program, testHost, nil, SpawnFlags{Monitor: true, Link: true})
			must(err)
		})
		watcher.do(func(p *Process) {
			h, _ := p.Events()
			for {
				r, _, state, _ := p.Receive(h, 1000)
				if state != ReceiveTaken {
					break
				}
				_, err := p.Lookup("holder")
				order = append(order, r.Topic, Kind(err), Kind(p.Send(string(subject), "t", nil)))
			}
		})
		want := []string{"Close", "OnExit", "EXIT", "NotFound", "NotFound", "LINK_DOWN", "NotFound", "NotFound"}
		if !slices.Equal(order, want) {
			t.Errorf("got  %v\nwant %v", order, want)
		}
	})
}

type typedFault struct{}

func (typedFault) Error() string { return "internal text" }
func (typedFault) ExitError() *abi.Error {
	return &abi.Error{Kind: "Unavailable", Message: "no seat"}
}

func TestFaults(t *testing.T) {
	plain := errors.New("broken")
	for _, c := range []struct {
		name  string
		fault error
		want  []byte
		kind  string
	}{
		{"plain", plain, killUnit(KindInternal, "internal error: broken"), KindInternal},
		{"typed", typedFault{}, killUnit("Unavailable", "no seat"), "Unavailable"},
		{"wrapped", fmt.Errorf("step: %w", typedFault{}), killUnit("Unavailable", "no seat"), "Unavailable"},
		{"kill", &Kill{KindTime, "time is over"}, killUnit(KindTime, "time is over"), KindTime},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, Options{}, func(t *testing.T, n *Node) {
				for _, program := range []*fake{
					{fresh: func(*Process) error { return c.fault }},
					{start: func(*Process, []byte) (*Outcome, error) { return nil, c.fault }},
				} {
					exits := make(chan Exit, 1)
					_, err := n.Spawn(SpawnRequest{Program: program, Host: testHost, Watch: func(e Exit) { exits <- e }})
					must(err)
					if e := <-exits; e.Kind != c.kind || !bytes.Equal(e.Error, c.want) {
						t.Errorf("exit is %+v", e)
					}
				}
			})
		})
	}
}

func TestOutcomeTooLarge(t *testing.T) {
	inBubble(t, Options{PayloadBytes: 10}, func(t *testing.T, n *Node) {
		for _, o := range []*Outcome{{Result: make([]byte, 11)}, {Error: make([]byte, 11)}} {
			s := newPuppet(t, n)
			s.ends(o)
			if e := s.exit(); e.Kind != KindMessage || e.Result != nil {
				t.Errorf("exit is %+v", e)
			}
		}
	})
}

// TestFirstReasonWins: of two kills, and of a kill and a return.
func TestFirstReasonWins(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		s.finally(func(p *Process) (*Outcome, error) {
			must(n.Kill(string(p.PID()), &Kill{KindTime, "first"}))
			wantIs(t, n.Terminate(string(p.PID())), ErrNoProcess)
			wantIs(t, n.Send(string(p.PID()), "t", nil), ErrNoProcess)
			return returns("fine"), nil
		})
		if e := s.exit(); e.Kind != KindTime || e.Result != nil {
			t.Errorf("exit is %+v", e)
		}
	})
}

// TestKilledRefuses: every method that can, answers with the kill.
func TestKilledRefuses(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s, other := newPuppet(t, n), string(newPuppet(t, n).pid)
		s.finally(func(p *Process) (*Outcome, error) {
			h, err := p.Inbox()
			must(err)
			first := p.Terminate(string(s.pid))
			calls := map[string]func() error{
				"Spawn":       func() error { _, err := p.Spawn(&fake{}, testHost, nil, SpawnFlags{}); return err },
				"Send":        func() error { return p.Send(other, "t", nil) },
				"Cancel":      func() error { return p.Cancel(other, nil) },
				"Listen":      func() error { _, err := p.Listen("t"); return err },
				"Inbox":       func() error { _, err := p.Inbox(); return err },
				"Events":      func() error { _, err := p.Events(); return err },
				"Receive":     func() error { _, _, _, err := p.Receive(h, 100); return err },
				"CloseHandle": func() error { return p.CloseHandle(h) },
				"NewTimer":    func() error { _, err := p.NewTimer(1, 0); return err },
				"ResetTimer":  func() error { _, err := p.ResetTimer(h, 1); return err },
				"StopTimer":   func() error { _, err := p.StopTimer(h); return err },
				"Monitor":     func() error { return p.Monitor(other) },
				"Unmonitor":   func() error { return p.Unmonitor(other) },
				"Link":        func() error { return p.Link(other) },
				"Unlink":      func() error { return p.Unlink(other) },
				"Terminate":   func() error { return p.Terminate(other) },
				"Register":    func() error { return p.Register("name", "") },
				"Lookup":      func() error { _, err := p.Lookup("name"); return err },
				"Unregister":  func() error { _, err := p.Unregister("name"); return err },
				"Tick":        func() error { _, err := p.Tick(1); return err },
			}
			for name, call := range calls {
				if err := call(); !errors.Is(err, killTerminated) {
					t.Errorf("%s: got %v", name, err)
				}
			}
			return nil, first
		})
		if e := s.exit(); e.Kind != KindTerminated || e.Units != 1 {
			t.Errorf("exit is %+v", e)
		}
	})
}

// TestKillBeforeStart: nothing of the program runs.
func TestKillBeforeStart(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		s.do(func(p *Process) {
			must(p.Monitor(string(p.PID()))) // one's own exit is told to nobody
			events, _ := p.Events()
			pid, err := p.Spawn(&fake{fresh: func(*Process) error {
				t.Error("the program was entered")
				return nil
			}}, testHost, nil, SpawnFlags{Monitor: true})
			must(err)
			must(p.Terminate(string(pid)))
			wantIs(t, p.Monitor(string(pid)), ErrNoProcess)
			drain(p, events)
		})
		s.do(func(p *Process) {
			events, _ := p.Events()
			if got := drain(p, events); !hasAll(got, "EXIT", "process terminated") {
				t.Errorf("events %q", got)
			}
		})
	})
}
