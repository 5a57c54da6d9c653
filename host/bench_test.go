package host

import (
	"runtime"
	"sync"
	"testing"
)

// BenchmarkSpawnExit: a process spawns the next and ends.
func BenchmarkSpawnExit(b *testing.B) {
	n := newTestNode(b, Options{}, 1)
	defer n.Close()
	done := make(chan struct{})
	left := b.N
	var program *fake
	program = &fake{start: func(p *Process, _ []byte) (*Outcome, error) {
		if left--; left == 0 {
			close(done)
			return &Outcome{}, nil
		}
		_, err := p.Spawn(program, testHost, nil, SpawnFlags{})
		return &Outcome{}, err
	}}
	b.ReportAllocs()
	b.ResetTimer()
	_, err := n.Spawn(SpawnRequest{Program: program, Host: testHost})
	must(err)
	<-done
}

// BenchmarkSpawnMonitored: a parent spawns, and reads the EXIT.
func BenchmarkSpawnMonitored(b *testing.B) {
	n := newTestNode(b, Options{}, 1)
	defer n.Close()
	done := make(chan struct{})
	left := b.N
	child := &fake{start: func(*Process, []byte) (*Outcome, error) { return &Outcome{}, nil }}
	next := func(p *Process, h Handle) (*Outcome, error) {
		for state := ReceiveTaken; state == ReceiveTaken; {
			_, _, state, _ = p.Receive(h, 1000)
		}
		if left--; left == 0 {
			close(done)
			return &Outcome{}, nil
		}
		_, err := p.Spawn(child, testHost, nil, SpawnFlags{Monitor: true})
		return nil, err
	}
	parent := &fake{
		start: func(p *Process, _ []byte) (*Outcome, error) {
			h, _ := p.Events()
			return next(p, h)
		},
		step: next,
	}
	b.ReportAllocs()
	b.ResetTimer()
	_, err := n.Spawn(SpawnRequest{Program: parent, Host: testHost})
	must(err)
	<-done
}

// BenchmarkPingPong: one operation is one message and the step that takes it.
func BenchmarkPingPong(b *testing.B) {
	for _, c := range []struct {
		name           string
		workers, pairs int
	}{{"1 worker 1 pair", 1, 1}, {"2 workers 1 pair", 2, 1}, {"2 workers 8 pairs", 2, 8}, {"2 workers 1000 pairs", 2, 1000}} {
		b.Run(c.name, func(b *testing.B) {
			n := newTestNode(b, Options{}, c.workers)
			defer n.Close()
			var ended sync.WaitGroup
			b.ReportAllocs()
			b.ResetTimer()
			for range c.pairs {
				ended.Add(1)
				startPingPong(b, n, b.N/c.pairs/2+1, ended.Done)
			}
			ended.Wait()
		})
	}
}

func startPingPong(b *testing.B, n *Node, rounds int, done func()) {
	payload := []byte("hello, world")
	open := func(p *Process) {
		h, _ := p.Inbox()
		_, _, _, _ = p.Receive(h, 1000)
	}
	pong := &fake{
		start: func(p *Process, _ []byte) (*Outcome, error) {
			h, _ := p.Inbox()
			return nil, echo(p, h)
		},
		step: func(p *Process, h Handle) (*Outcome, error) { return nil, echo(p, h) },
	}
	to, err := n.Spawn(SpawnRequest{Program: pong, Host: testHost})
	must(err)
	ping := &fake{
		start: func(p *Process, _ []byte) (*Outcome, error) { open(p); return nil, p.Send(string(to), "ping", payload) },
		step: func(p *Process, h Handle) (*Outcome, error) {
			_, _, _, _ = p.Receive(h, 1000)
			_, _, _, _ = p.Receive(h, 1000)
			if rounds--; rounds == 0 {
				done()
				return &Outcome{}, nil
			}
			return nil, p.Send(string(to), "ping", payload)
		},
	}
	_, err = n.Spawn(SpawnRequest{Program: ping, Host: testHost})
	must(err)
}

// BenchmarkWaiting reports what a waiting process costs.
func BenchmarkWaiting(b *testing.B) {
	n := newTestNode(b, Options{MaxProcesses: 1 << 30}, 1)
	defer n.Close()
	h, err := n.hosts.find(testHost)
	must(err)
	h.maxProcesses = 1 << 30
	var started sync.WaitGroup
	started.Add(b.N)
	program := &fake{start: func(p *Process, _ []byte) (*Outcome, error) {
		h, _ := p.Inbox()
		_, _, _, _ = p.Receive(h, 1000)
		started.Done()
		return nil, nil
	}}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range b.N {
		_, err := n.Spawn(SpawnRequest{Program: program, Host: testHost})
		must(err)
	}
	started.Wait()
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(b.N), "heap-B/op")
}
