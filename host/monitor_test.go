package host

import (
	"testing"
	"testing/synctest"
)

func TestMonitorRules(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		a, b := newPuppet(t, n), newPuppet(t, n)
		a.do(func(p *Process) {
			must(p.Monitor(string(b.pid)))
			wantIs(t, p.Monitor(string(b.pid)), ErrAlreadyMonitoring)
			must(p.Unmonitor(string(b.pid)))
			must(p.Unmonitor(string(b.pid)))
			must(p.Unmonitor("nobody"))
			wantIs(t, p.Monitor("nobody"), ErrNoProcess)
			must(p.Monitor(string(p.PID())))
			wantIs(t, p.Monitor(string(p.PID())), ErrAlreadyMonitoring)
		})
		b.ends(returns("fine"))
		a.do(func(p *Process) {
			h, _ := p.Events()
			if got := drain(p, h); got != "[]" {
				t.Errorf("events %q after unmonitor", got)
			}
		})
		a.ends(returns("fine"))
		a.exit()
	})
}

// TestMonitorByName: a name is as good as a PID, and twice is still twice.
func TestMonitorByName(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		a, b := newPuppet(t, n), newPuppet(t, n)
		b.do(func(p *Process) { must(p.Register("b", "")) })
		a.do(func(p *Process) {
			must(p.Monitor("b"))
			wantIs(t, p.Monitor(string(b.pid)), ErrAlreadyMonitoring)
		})
		b.ends(returns("fine"))
		a.do(func(p *Process) {
			h, _ := p.Events()
			if got := drain(p, h); !hasAll(got, "EXIT", "fine") {
				t.Errorf("events %q", got)
			}
			wantIs(t, p.Monitor("b"), ErrNoProcess)
		})
	})
}

// TestUnmonitorSpawned undoes the monitor of a spawn; what was told already
// stays.
func TestUnmonitorSpawned(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		a := newPuppet(t, n)
		dies := &fake{start: func(*Process, []byte) (*Outcome, error) { return returns("x"), nil }}
		var told PID
		a.do(func(p *Process) {
			pid, err := p.Spawn(dies, testHost, nil, SpawnFlags{Monitor: true, Link: true})
			must(err)
			must(p.Unmonitor(string(pid)))
			told, err = p.Spawn(dies, testHost, nil, SpawnFlags{Monitor: true})
			must(err)
		})
		a.do(func(p *Process) {
			must(p.Unmonitor(string(told)))
			h, _ := p.Events()
			r, _, state, _ := p.Receive(h, 1000)
			if state != ReceiveTaken || r.From != told {
				t.Errorf("got %+v, want the EXIT of %s", r, told)
			}
			if got := drain(p, h); got != "[]" {
				t.Errorf("more events: %q", got)
			}
		})
	})
}

// TestUnmonitorDying: between the death of a process and the telling of it, the
// monitor can still be taken back.
func TestUnmonitorDying(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestNode(t, Options{}, 1) // the dying one gets no worker while the watcher runs
		defer n.Close()
		a, b := newPuppet(t, n), newPuppet(t, n)
		a.do(func(p *Process) {
			must(p.Monitor(string(b.pid)))
			must(p.Link(string(b.pid)))
			must(p.Terminate(string(b.pid)))
			must(p.Unmonitor(string(b.pid)))
			must(p.Unlink(string(b.pid)))
		})
		b.exit()
		a.do(func(p *Process) {
			h, _ := p.Events()
			if got := drain(p, h); got != "[]" {
				t.Errorf("events %q", got)
			}
		})
	})
}

// TestEventsAreBounded: a process that reads none of its events ends for it,
// rather than the node growing.
func TestEventsAreBounded(t *testing.T) {
	inBubble(t, Options{EventBytes: 1000}, func(t *testing.T, n *Node) {
		a := newPuppet(t, n)
		big := &fake{start: func(*Process, []byte) (*Outcome, error) { return &Outcome{Result: make([]byte, 400)}, nil }}
		for range 2 {
			a.do(func(p *Process) {
				_, err := p.Spawn(big, testHost, nil, SpawnFlags{Monitor: true})
				must(err)
			})
		}
		a.do(func(p *Process) { _, _ = p.Spawn(big, testHost, nil, SpawnFlags{Monitor: true}) })
		if e := a.exit(); e.Kind != KindMemory {
			t.Errorf("exit is %+v", e)
		}
	})
}
