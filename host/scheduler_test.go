package host

import (
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestWakeBetween: a message that comes between "nothing there" and the return
// of the step is not lost, whoever sends it.
func TestWakeBetween(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		s.do(func(p *Process) {
			h, _ := p.Listen("t")
			drain(p, h)
			sent := make(chan error)
			go func() { sent <- n.Send(string(s.pid), "t", nil) }()
			must(<-sent)
		})
		if got := s.steps(); got != "[2]" {
			t.Errorf("stepped %s", got)
		}
	})
}

// TestWakeRaces has pairs on different host entries send to each other as fast
// as they can: one lost wake-up, and the test hangs.
func TestWakeRaces(t *testing.T) {
	n := newTestNode(t, Options{}, 2)
	defer n.Close()
	must(n.AddHost(HostOptions{Name: "app:other", Workers: 2}))
	var exits []chan Exit
	for range 20 {
		echo, err := n.Spawn(SpawnRequest{Program: echoes(), Host: "app:other"})
		must(err)
		_, e := spawn(t, n, asks(1000), []byte(echo))
		exits = append(exits, e)
	}
	for _, e := range exits {
		if e := <-e; e.Kind != "" {
			t.Errorf("exit is %+v %s", e, e.Error)
		}
	}
}

// TestOrder: messages of one process to another keep their order, also those
// from outside, with stealing workers and several topics.
func TestOrder(t *testing.T) {
	n := newTestNode(t, Options{}, 4)
	const senders, receivers, each = 6, 5, 400
	var got atomic.Int64
	all := make(chan struct{})
	receiver := func() *fake {
		next := map[string]uint32{}
		take := func(p *Process, h Handle) error {
			for {
				r, _, state, err := p.Receive(h, 1000)
				if err != nil || state != ReceiveTaken {
					return err
				}
				key := string(r.From) + r.Topic
				if seq := binary.BigEndian.Uint32(r.Payload); seq != next[key] {
					t.Errorf("from %s: number %d, want %d", key, seq, next[key])
				}
				next[key]++
				if got.Add(1) == (senders+1)*receivers*each {
					close(all)
				}
			}
		}
		return &fake{
			start: func(p *Process, _ []byte) (*Outcome, error) {
				for _, open := range []func() (Handle, error){p.Inbox, func() (Handle, error) { return p.Listen("b") }} {
					h, err := open()
					must(err)
					must(take(p, h))
				}
				return nil, nil
			},
			step: func(p *Process, h Handle) (*Outcome, error) { return nil, take(p, h) },
		}
	}
	var to []PID
	for range receivers {
		pid, _ := spawn(t, n, receiver(), nil)
		to = append(to, pid)
	}
	topics := []string{"a", "b"}
	sendAll := func(send func(dest, topic string, payload []byte) error) {
		for i := range each {
			for _, pid := range to {
				must(send(string(pid), topics[i%2], binary.BigEndian.AppendUint32(nil, uint32(i/2))))
			}
		}
	}
	for range senders {
		spawn(t, n, &fake{start: func(p *Process, _ []byte) (*Outcome, error) {
			sendAll(func(dest, topic string, payload []byte) error {
				_, err := p.Tick(1)
				must(err)
				return p.Send(dest, topic, payload)
			})
			return returns("x"), nil
		}}, nil)
	}
	sendAll(n.Send)
	<-all
	n.Close()
	assertEmpty(t, n)
}

// TestManyProcesses starts 10,000, has all wait, wakes all, ends all.
func TestManyProcesses(t *testing.T) {
	check := noNewGoroutines(t)
	n := newTestNode(t, Options{}, 2)
	const count = 10_000
	var started, exited sync.WaitGroup
	started.Add(count)
	exited.Add(count)
	program := &fake{
		start: func(p *Process, _ []byte) (*Outcome, error) {
			h, err := p.Inbox()
			must(err)
			_, _, _, err = p.Receive(h, 100)
			started.Done()
			return nil, err
		},
		step: func(*Process, Handle) (*Outcome, error) { return returns("x"), nil },
	}
	var pids []PID
	for range count {
		pid, err := n.Spawn(SpawnRequest{Program: program, Host: testHost, Watch: func(Exit) { exited.Done() }})
		must(err)
		pids = append(pids, pid)
	}
	started.Wait()
	if got := len(n.Processes()); got != count {
		t.Errorf("%d processes", got)
	}
	for i, pid := range pids {
		if i%2 == 0 {
			must(n.Send(string(pid), "t", nil))
		} else {
			must(n.Terminate(string(pid)))
		}
	}
	exited.Wait()
	assertEmpty(t, n)
	n.Close()
	check()
}

// TestSteal: one process wakes many, and others' workers help.
func TestSteal(t *testing.T) {
	n := newTestNode(t, Options{}, 4)
	defer n.Close()
	// Each of these blocks until four run at a time, which takes four workers.
	// (A real guest must not block; here it is what the test looks at.)
	var gate sync.WaitGroup
	gate.Add(4)
	var ended sync.WaitGroup
	ended.Add(4)
	blocks := &fake{start: func(*Process, []byte) (*Outcome, error) {
		gate.Done()
		gate.Wait()
		ended.Done()
		return returns("x"), nil
	}}
	spawn(t, n, &fake{start: func(p *Process, _ []byte) (*Outcome, error) {
		for range 4 {
			_, err := p.Spawn(blocks, testHost, nil, SpawnFlags{})
			must(err)
		}
		return returns("x"), nil
	}}, nil)
	ended.Wait()
}

// TestTickShares: what a long step woke is run by another worker.
func TestTickShares(t *testing.T) {
	n := newTestNode(t, Options{Slice: time.Hour}, 2) // nothing is pre-empted
	defer n.Close()
	var ran atomic.Bool
	_, exits := spawn(t, n, &fake{start: func(p *Process, _ []byte) (*Outcome, error) {
		_, err := p.Spawn(&fake{start: func(*Process, []byte) (*Outcome, error) {
			ran.Store(true)
			return returns("x"), nil
		}}, testHost, nil, SpawnFlags{})
		must(err)
		for !ran.Load() {
			p.slice.ticks = 0
			if _, err := p.Tick(1); err != nil {
				return nil, err
			}
		}
		return returns("x"), nil
	}}, nil)
	if e := <-exits; e.Kind != "" {
		t.Errorf("exit is %+v", e)
	}
}

func TestRunQueue(t *testing.T) {
	var q sharedQueue
	if q.pop() != nil {
		t.Error("an empty queue has something")
	}
	for i := range 200 {
		q.push(&Process{id: uint64(i)})
	}
	loot := q.half()
	if loot.n != mostStolen || q.length.Load() != 200-mostStolen {
		t.Errorf("stole %d of %d", loot.n, q.length.Load())
	}
	q.append(&loot)
	q.append(&loot)
	for i := range 200 {
		p := q.pop()
		if want := uint64(i+mostStolen) % 200; p == nil || p.id != want || p.next != nil {
			t.Fatalf("number %d: %v, want %d", i, p, want)
		}
	}
	q.push(&Process{id: 7})
	if one := q.half(); one.n != 1 || q.pop() != nil {
		t.Error(fmt.Sprint("half of one is ", one.n))
	}
}
