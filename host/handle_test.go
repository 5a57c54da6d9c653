package host

import (
	"math"
	"testing"
)

func TestBadHandles(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		s.do(func(p *Process) {
			inbox, _ := p.Inbox()
			for _, h := range []Handle{0, -1, inbox + 1, math.MaxInt32, math.MinInt32} {
				_, _, _, err := p.Receive(h, 100)
				wantIs(t, err, ErrBadHandle)
				wantIs(t, p.CloseHandle(h), ErrBadHandle)
				_, err = p.StopTimer(h)
				wantIs(t, err, ErrBadHandle)
			}
			_, err := p.ResetTimer(inbox, 1)
			wantIs(t, err, ErrBadHandle)
			must(p.CloseHandle(inbox))
			if _, _, state, err := p.Receive(inbox, 100); state != ReceiveClosed || err != nil {
				t.Errorf("state %d, error %v", state, err)
			}
		})
	})
}

// TestArming: one step for an arrival at an armed handle, none for others.
func TestArming(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		var h Handle
		send := func() { must(n.Send(string(s.pid), "t", nil)) }
		s.do(func(p *Process) { h, _ = p.Listen("t") })
		send() // not armed
		if got := s.steps(); got != "[]" {
			t.Errorf("stepped %s", got)
		}
		s.do(func(p *Process) { drain(p, h) })
		send()
		send() // it was disarmed by the first
		if got := s.steps(); got != "[2]" {
			t.Errorf("stepped %s", got)
		}
		s.do(func(p *Process) {
			drain(p, h)
			send()
			drain(p, h) // armed again, and ready for what was taken meanwhile
		})
		if got := s.steps(); got != "[]" {
			t.Errorf("stepped %s for nothing", got)
		}
		send()
		if got := s.steps(); got != "[2]" {
			t.Errorf("stepped %s: an arming was lost", got)
		}
		s.do(func(p *Process) {
			drain(p, h)
			must(p.CloseHandle(h)) // whoever waits must know
		})
		if got := s.steps(); got != "[2]" {
			t.Errorf("stepped %s", got)
		}
	})
}

// TestClaimedWhileReady: a listener takes from the inbox the message that made
// it ready; the inbox must stay armed.
func TestClaimedWhileReady(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		s.do(func(p *Process) {
			inbox, _ := p.Inbox()
			drain(p, inbox)
			must(n.Send(string(s.pid), "t", nil))
			_, err := p.Listen("t")
			must(err)
		})
		if got := s.steps(); got != "[]" {
			t.Errorf("stepped %s for nothing", got)
		}
		must(n.Send(string(s.pid), "other", nil))
		if got := s.steps(); got != "[2]" {
			t.Errorf("stepped %s", got)
		}
	})
}

// TestReadyOrder: handles are stepped in the order in which something came.
func TestReadyOrder(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		dies := &fake{start: func(p *Process, _ []byte) (*Outcome, error) {
			must(p.Send(string(s.pid), "t", nil))
			return returns("x"), nil
		}}
		s.do(func(p *Process) {
			events, _ := p.Events()
			h, _ := p.Listen("t")
			drain(p, events)
			drain(p, h)
			_, err := p.Spawn(dies, testHost, nil, SpawnFlags{Monitor: true})
			must(err)
		})
		if got := s.steps(); got != "[3 2]" {
			t.Errorf("stepped %s: an event overtook a message", got)
		}
	})
}

func TestListenersLimit(t *testing.T) {
	inBubble(t, Options{Listeners: 3}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n) // listens once
		s.do(func(p *Process) {
			a, err := p.Listen("a")
			must(err)
			_, err = p.Listen("b")
			must(err)
			_, err = p.Listen("c")
			wantIs(t, err, ErrLimit)
			_, err = p.Listen("a")
			must(err)
			must(p.Send(string(s.pid), "a", nil))
			must(p.CloseHandle(a))
			_, err = p.Listen("c") // a holds something still
			wantIs(t, err, ErrLimit)
			drain(p, a)
			_, err = p.Listen("c")
			must(err)
		})
	})
}

// TestHandlesWrap goes once around the numbers.
func TestHandlesWrap(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n) // has handle 1
		s.do(func(p *Process) {
			p.mu.lastHandle = math.MaxInt32 - 1
			last, _ := p.Listen("a")
			next, _ := p.Listen("b")
			if last != math.MaxInt32 || next != 2 {
				t.Errorf("handles %d and %d", last, next)
			}
			if got := drain(p, 7); got != "[closed]" {
				t.Errorf("got %s", got)
			}
		})
	})
}

// TestEventsReopened: closing loses nothing.
func TestEventsReopened(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		s.do(func(p *Process) {
			h, _ := p.Events()
			must(p.Cancel(string(s.pid), unit("one")))
			must(p.CloseHandle(h))
			must(p.Cancel(string(s.pid), unit("two")))
			if got := drain(p, h); got != "[closed]" {
				t.Errorf("got %s", got)
			}
			again, _ := p.Events()
			if got := drain(p, again); again == h || !hasAll(got, "one", "two") {
				t.Errorf("handle %d got %s", again, got)
			}
		})
	})
}
