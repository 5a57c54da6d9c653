package host

import (
	"strings"
	"testing"
	"testing/synctest"
)

func TestNames(t *testing.T) {
	inBubble(t, Options{MaxNames: 3, NameBytes: 20}, func(t *testing.T, n *Node) {
		a, b := newPuppet(t, n), newPuppet(t, n)
		a.do(func(p *Process) {
			must(p.Register("one", ""))
			must(p.Register("one", ""))
			must(p.Register("one", string(a.pid)))
			must(p.Register("two", "one")) // a second name of the same
			must(p.Register("three", string(b.pid)))
			wantIs(t, p.Register("four", ""), ErrLimit)
			wantIs(t, p.Register("three", ""), ErrNameTaken)
			wantIs(t, p.Register("five", "{app:processes|0x00099}"), ErrNoProcess)
			for _, name := range []string{"", "{x", strings.Repeat("x", 21)} {
				wantIs(t, p.Register(name, ""), ErrBadName)
			}
			if pid, err := p.Lookup("two"); pid != a.pid || err != nil {
				t.Error("lookup:", pid, err)
			}
			_, err := p.Lookup("none")
			wantIs(t, err, ErrNoName)
			_, err = p.Unregister("three")
			wantIs(t, err, ErrNotHolder)
			if ok, err := p.Unregister("none"); ok || err != nil {
				t.Error("unregister:", ok, err)
			}
			if ok, err := p.Unregister("two"); !ok || err != nil {
				t.Error("unregister:", ok, err)
			}
			must(p.Send("three", "t", []byte("hello")))
		})
		b.do(func(p *Process) {
			h, _ := p.Inbox()
			if got := drain(p, h); got != "[t:hello]" {
				t.Errorf("got %s", got)
			}
		})
		if pid, err := n.Lookup("three"); pid != b.pid || err != nil {
			t.Error("lookup:", pid, err)
		}
		b.ends(returns("x"))
		_, err := n.Lookup("three")
		wantIs(t, err, ErrNoName)
		wantIs(t, n.Send("three", "t", nil), ErrNoProcess)
		a.do(func(p *Process) { must(p.Register("three", "")) })
	})
}

// TestNameOfTheDying is free at once, and the exit leaves its new holder alone.
func TestNameOfTheDying(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestNode(t, Options{}, 1) // the dying one gets no worker meanwhile
		defer n.Close()
		a, b := newPuppet(t, n), newPuppet(t, n)
		a.do(func(p *Process) { must(p.Register("name", "")) })
		b.do(func(p *Process) {
			must(p.Terminate("name"))
			_, err := p.Lookup("name")
			wantIs(t, err, ErrNoName)
			if ok, err := p.Unregister("name"); ok || err != nil {
				t.Error("unregister:", ok, err)
			}
			must(p.Register("name", ""))
		})
		a.exit()
		if pid, err := n.Lookup("name"); pid != b.pid || err != nil {
			t.Error("lookup:", pid, err)
		}
	})
}
