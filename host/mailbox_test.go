package host

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"
)

func TestTopics(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		send := func(topic, payload string) {
			t.Helper()
			must(n.Send(string(s.pid), topic, []byte(payload)))
		}
		send("a", "1")
		send("b", "2")
		send("a", "3")
		s.do(func(p *Process) {
			a, err := p.Listen("a") // claims what waits, in order
			must(err)
			again, _ := p.Listen("a")
			if a != again {
				t.Errorf("handles %d and %d for one topic", a, again)
			}
			inbox, err := p.Inbox()
			must(err)
			if got := drain(p, inbox); got != "[b:2]" {
				t.Errorf("inbox %s", got)
			}
			if got := drain(p, a); got != "[a:1 a:3]" {
				t.Errorf("a %s", got)
			}
		})
		send("a", "4")
		send("c", "5")
		if got := s.steps(); got != "[2 3]" {
			t.Errorf("stepped %s", got)
		}
		s.do(func(p *Process) {
			a, _ := p.Listen("a")
			must(p.CloseHandle(a))
			must(p.CloseHandle(a))
			must(p.Send(string(s.pid), "a", []byte("6")))
			if got := drain(p, a); got != "[a:4 closed]" {
				t.Errorf("closed a %s", got)
			}
			inbox, _ := p.Inbox()
			must(p.CloseHandle(inbox)) // keeps what it has
			if got := drain(p, inbox); got != "[closed]" {
				t.Errorf("closed inbox %s", got)
			}
			second, _ := p.Listen("a")
			if second == a {
				t.Error("a handle was used again")
			}
			if got := drain(p, second); got != "[a:6]" {
				t.Errorf("second a %s", got)
			}
			again, _ := p.Inbox()
			if got := drain(p, again); got != "[c:5]" {
				t.Errorf("second inbox %s", got)
			}
		})
	})
}

func TestRecord(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		a, b := newPuppet(t, n), newPuppet(t, n)
		for _, size := range []int{0, 1, smallPayload, smallPayload + 1, 5000} {
			payload := []byte(strings.Repeat("x", size))
			a.do(func(p *Process) {
				must(p.Send(string(b.pid), "topic", payload))
				clear(payload) // it was copied
			})
			b.do(func(p *Process) {
				h, _ := p.Inbox()
				full := recordHeader + len(a.pid) + len("topic") + size
				for capacity := range []int{0, full - 1} {
					if _, got, state, _ := p.Receive(h, capacity); state != ReceiveTooLarge || got != full {
						t.Errorf("capacity %d: state %d, size %d", capacity, state, got)
					}
				}
				r, got, state, err := p.Receive(h, full)
				if state != ReceiveTaken || got != full || err != nil {
					t.Fatalf("state %d, size %d, error %v", state, got, err)
				}
				if r.From != a.pid || r.Topic != "topic" || string(r.Payload) != strings.Repeat("x", size) {
					t.Errorf("record %.100v", r)
				}
			})
		}
	})
}

// TestStringsAreCopied: a guest may pass views of memory that changes.
func TestStringsAreCopied(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		view := func(text string) (string, func()) {
			b := []byte(text)
			return unsafe.String(&b[0], len(b)), func() { copy(b, strings.Repeat("#", len(b))) }
		}
		s.do(func(p *Process) {
			topic, spoil := view("one")
			must(n.Send(string(s.pid), topic, nil))
			spoil()
			topic, spoil = view("two")
			h, err := p.Listen(topic)
			must(err)
			spoil()
			name, spoil := view("name")
			must(p.Register(name, ""))
			spoil()
			dest, spoil := view("nobody")
			err = p.Send(dest, "t", nil)
			spoil()
			if err.Error() != "no such process: nobody" {
				t.Errorf("got %v", err)
			}
			must(p.Send("name", "two", nil))
			inbox, _ := p.Inbox()
			if got := drain(p, h) + drain(p, inbox); got != "[two:][one:]" {
				t.Errorf("got %s", got)
			}
			ok, err := p.Unregister("name")
			if !ok || err != nil {
				t.Error("unregister:", ok, err)
			}
		})
	})
}

func TestTopicRules(t *testing.T) {
	inBubble(t, Options{NameBytes: 10}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		s.do(func(p *Process) {
			for _, topic := range []string{"", "@", "@pid", strings.Repeat("x", 11)} {
				wantIs(t, p.Send(string(s.pid), topic, nil), ErrBadTopic)
				_, err := p.Listen(topic)
				wantIs(t, err, ErrBadTopic)
			}
			must(p.Send(string(s.pid), strings.Repeat("x", 10), nil))
		})
	})
}

func TestMailboxLimits(t *testing.T) {
	t.Run("messages", func(t *testing.T) {
		inBubble(t, Options{MailboxMessages: 3}, func(t *testing.T, n *Node) {
			s := newPuppet(t, n)
			s.do(func(p *Process) {
				h, _ := p.Listen("a")
				for _, topic := range []string{"a", "b", "c"} { // over all topics
					must(p.Send(string(s.pid), topic, nil))
				}
				wantIs(t, p.Send(string(s.pid), "d", nil), ErrMailboxFull)
				wantIs(t, n.Send(string(s.pid), "a", nil), ErrMailboxFull)
				must(p.Cancel(string(s.pid), nil)) // events don't count
				drain(p, h)
				must(p.Send(string(s.pid), "d", nil))
				wantIs(t, p.Send(string(s.pid), "d", nil), ErrMailboxFull)
				inbox, _ := p.Inbox()
				drain(p, inbox)
				if p.mu.messages != (charge{}) {
					t.Errorf("an empty mailbox counts %+v", p.mu.messages)
				}
			})
		})
	})
	t.Run("bytes", func(t *testing.T) {
		inBubble(t, Options{MailboxBytes: 1000}, func(t *testing.T, n *Node) {
			s := newPuppet(t, n)
			s.do(func(p *Process) {
				fits := 1000 - recordHeader - len(s.pid) - 1
				wantIs(t, p.Send(string(s.pid), "t", make([]byte, fits+1)), ErrMailboxFull)
				must(p.Send(string(s.pid), "t", make([]byte, fits)))
				wantIs(t, p.Send(string(s.pid), "t", nil), ErrMailboxFull)
			})
		})
	})
	t.Run("payload", func(t *testing.T) {
		inBubble(t, Options{PayloadBytes: 100}, func(t *testing.T, n *Node) {
			s := newPuppet(t, n)
			s.do(func(p *Process) {
				big := make([]byte, 101)
				wantIs(t, p.Send(string(s.pid), "t", big), ErrPayloadTooLarge)
				wantIs(t, p.Cancel(string(s.pid), big), ErrPayloadTooLarge)
				_, err := p.Spawn(&fake{}, testHost, big, SpawnFlags{})
				wantIs(t, err, ErrPayloadTooLarge)
				must(p.Send(string(s.pid), "t", big[:100]))
			})
		})
	})
	t.Run("cancels", func(t *testing.T) {
		inBubble(t, Options{MailboxMessages: 2}, func(t *testing.T, n *Node) {
			s := newPuppet(t, n)
			s.do(func(p *Process) {
				must(p.Cancel(string(s.pid), nil))
				must(p.Cancel(string(s.pid), nil))
				wantIs(t, p.Cancel(string(s.pid), nil), ErrMailboxFull)
				h, _ := p.Events()
				drain(p, h)
				must(p.Cancel(string(s.pid), nil))
			})
		})
	})
}

func TestCancel(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		a, b := newPuppet(t, n), newPuppet(t, n)
		b.do(func(p *Process) {
			h, _ := p.Events()
			drain(p, h)
		})
		a.do(func(p *Process) {
			must(p.Cancel(string(b.pid), unit("please")))
			wantIs(t, p.Cancel("nobody", nil), ErrNoProcess)
		})
		must(n.Cancel(string(b.pid), nil))
		if got := b.steps(); got != "[2]" {
			t.Errorf("stepped %s", got)
		}
		b.do(func(p *Process) {
			h, _ := p.Events()
			r, _, _, _ := p.Receive(h, 1000)
			if r.From != a.pid || r.Topic != "CANCEL" || !hasAll(string(r.Payload), "please") {
				t.Errorf("got %+v", r)
			}
			r, _, _, _ = p.Receive(h, 1000)
			if r.From != "" || r.Payload[len(r.Payload)-1] != 0xc0 {
				t.Errorf("got %+v", r)
			}
		})
	})
}

// TestListenLongMailbox searches more than a step may do for free.
func TestListenLongMailbox(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		s.do(func(p *Process) {
			for i := range 10 * longScan {
				must(p.Send(string(s.pid), fmt.Sprint("t", i%2), fmt.Append(nil, i)))
			}
			for range 2 * mostTicks {
				h, err := p.Listen("nothing")
				must(err)
				must(p.CloseHandle(h))
			}
			h, _ := p.Listen("t1")
			if got := drain(p, h); !hasAll(got, "[t1:1 t1:3 t1:5 ", " t1:639]") {
				t.Errorf("got %.50s", got)
			}
		})
	})
}
