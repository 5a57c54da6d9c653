package host

import (
	"fmt"
	"testing"
)

func TestLinkRules(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		a, b := newPuppet(t, n), newPuppet(t, n)
		a.do(func(p *Process) {
			must(p.Link(string(b.pid)))
			must(p.Link(string(b.pid)))
			must(p.Link(string(p.PID())))
			if p.mu.watching != 1 {
				t.Errorf("%d counted", p.mu.watching)
			}
			wantIs(t, p.Link("nobody"), ErrNoProcess)
			wantIs(t, p.Link("{app:processes|0x00099}"), ErrNoProcess)
			must(p.Unlink("nobody"))
		})
		b.do(func(p *Process) {
			must(p.Unlink(string(a.pid))) // either side may
			must(p.Unlink(string(a.pid)))
		})
		a.ends(&Outcome{Error: unit("oops")})
		a.exit()
		if !b.alive() {
			t.Error("the link was removed and still killed")
		}
	})
}

// TestLinkChain: a failure goes through all that don't trap and stops at one
// that does. None of them opened its events.
func TestLinkChain(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		var chain []*puppet
		for i := range 20 {
			s := newPuppet(t, n)
			s.do(func(p *Process) {
				if i > 0 {
					must(p.Link(string(chain[i-1].pid)))
				}
			})
			chain = append(chain, s)
		}
		last := newPuppet(t, n)
		last.do(func(p *Process) {
			p.SetTrapLinks(true)
			if !p.TrapLinks() {
				t.Error("trap_links is off")
			}
			must(p.Link(string(chain[19].pid)))
		})
		chain[0].ends(&Outcome{Error: unit("oops")})
		chain[0].exit()
		for i, s := range chain[1:] {
			if e := s.exit(); e.Kind != KindLinkDown {
				t.Errorf("number %d: exit is %+v", i+1, e)
			}
		}
		last.do(func(p *Process) {
			h, _ := p.Events()
			if got := drain(p, h); !hasAll(got, "LINK_DOWN", "linked process failed") {
				t.Errorf("events %q", got)
			}
		})
	})
}

func TestSpawnLinked(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		parent := newPuppet(t, n)
		failing := &fake{start: func(*Process, []byte) (*Outcome, error) { return &Outcome{Error: unit("oops")}, nil }}
		fine := &fake{start: func(_ *Process, args []byte) (*Outcome, error) { return &Outcome{Result: args}, nil }}
		parent.do(func(p *Process) {
			_, err := p.Spawn(fine, testHost, unit("hello"), SpawnFlags{Link: true, Monitor: true})
			must(err)
		})
		parent.do(func(p *Process) {
			h, _ := p.Events()
			if got := drain(p, h); !hasAll(got, "EXIT", "hello") {
				t.Errorf("events %q", got)
			}
			_, err := p.Spawn(failing, testHost, nil, SpawnFlags{Link: true})
			must(err)
		})
		if e := parent.exit(); e.Kind != KindLinkDown {
			t.Errorf("exit is %+v", e)
		}
	})
}

// TestRelationsLimit: monitors, links and unread events together, on both sides
// of a link.
func TestRelationsLimit(t *testing.T) {
	inBubble(t, Options{Relations: 3}, func(t *testing.T, n *Node) {
		a, b := newPuppet(t, n), newPuppet(t, n)
		dies := &fake{start: func(*Process, []byte) (*Outcome, error) { return returns("x"), nil }}
		a.do(func(p *Process) {
			for range 2 {
				_, err := p.Spawn(dies, testHost, nil, SpawnFlags{Monitor: true})
				must(err)
			}
			_, err := p.Spawn(dies, testHost, nil, SpawnFlags{Monitor: true, Link: true})
			wantIs(t, err, ErrLimit)
			must(p.Monitor(string(b.pid)))
			wantIs(t, p.Link(string(b.pid)), ErrLimit)
		})
		b.do(func(p *Process) { wantIs(t, p.Link(string(a.pid)), ErrLimit) })
		a.do(func(p *Process) { // two have become unread events
			_, err := p.Spawn(dies, testHost, nil, SpawnFlags{Monitor: true})
			wantIs(t, err, ErrLimit)
			h, _ := p.Events()
			drain(p, h)
			must(p.Link(string(b.pid)))
			_, err = p.Spawn(dies, testHost, nil, SpawnFlags{Monitor: true})
			must(err)
		})
		if live := n.live.Load(); live != 2 {
			t.Errorf("%d live", live)
		}
	})
}

// TestManyRelations: more than a list holds.
func TestManyRelations(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		hub := newPuppet(t, n)
		var spokes []*puppet
		for range 3 * fewAtMost {
			s := newPuppet(t, n)
			s.do(func(p *Process) { must(p.Link(string(hub.pid))) })
			spokes = append(spokes, s)
		}
		hub.do(func(p *Process) {
			for _, s := range spokes[:fewAtMost] {
				must(p.Unlink(string(s.pid)))
			}
		})
		hub.ends(&Outcome{Error: unit("oops")})
		var dead []int
		for i, s := range spokes {
			if !s.alive() {
				dead = append(dead, i)
			}
		}
		if len(dead) != 2*fewAtMost || dead[0] != fewAtMost {
			t.Error("dead are", fmt.Sprint(dead))
		}
	})
}
