package host

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/luahive/luahive/abi"
)

// fake is a program made of closures; each may be nil.
type fake struct {
	entry string
	fresh func(p *Process) error
	start func(p *Process, args []byte) (*Outcome, error)
	step  func(p *Process, h Handle) (*Outcome, error)
	close func(p *Process)
}

type fakeGuest struct {
	*fake
	p *Process
}

func (f *fake) Entry() string {
	if f.entry == "" {
		return "app:fake"
	}
	return f.entry
}

func (f *fake) New(p *Process) (Guest, error) {
	if f.fresh != nil {
		if err := f.fresh(p); err != nil {
			return nil, err
		}
	}
	return &fakeGuest{f, p}, nil
}

func (g *fakeGuest) Start(args []byte) (*Outcome, error) {
	if g.start == nil {
		return nil, nil
	}
	return g.start(g.p, args)
}

func (g *fakeGuest) Step(h Handle) (*Outcome, error) {
	if g.step == nil {
		return nil, nil
	}
	return g.step(g.p, h)
}

func (g *fakeGuest) Close() {
	if g.fake.close != nil {
		g.fake.close(g.p)
	}
}

// unit is a value for results and errors.
func unit(s string) []byte { return abi.AppendString(nil, s) }

func returns(s string) *Outcome { return &Outcome{Result: unit(s)} }

const testHost = "app:processes"

// newTestNode has one host entry.
func newTestNode(t testing.TB, o Options, workers int) *Node {
	t.Helper()
	n := New(o)
	must(n.AddHost(HostOptions{Name: testHost, Workers: workers}))
	return n
}

// must is for what a test needs in order to go on. It panics, since it is also
// used on workers, which t.Fatal would take away.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func wantIs(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want one that is %v", err, want)
	}
}

// inBubble runs f with virtual time; the bubble fails the test when a goroutine
// is left over.
func inBubble(t *testing.T, o Options, f func(t *testing.T, n *Node)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := newTestNode(t, o, 2)
		defer n.Close()
		f(t, n)
		n.Close()
		assertEmpty(t, n)
	})
}

func assertEmpty(t testing.TB, n *Node) {
	t.Helper()
	if left := n.Processes(); len(left) > 0 {
		t.Errorf("%d processes are left, the first is %+v", len(left), left[0])
	}
	if live := n.live.Load(); live != 0 {
		t.Errorf("live is %d", live)
	}
	n.names.mu.RLock()
	defer n.names.mu.RUnlock()
	if len(n.names.mu.holders) > 0 {
		t.Errorf("%d names are left", len(n.names.mu.holders))
	}
}

// puppet is a process that does in its steps what the test tells it to.
type puppet struct {
	t     *testing.T
	n     *Node
	pid   PID
	jobs  chan func(p *Process) (*Outcome, error)
	acks  chan struct{}
	exits chan Exit

	mu    sync.Mutex
	ready []Handle // steps other than for jobs
}

func newPuppet(t *testing.T, n *Node) *puppet {
	t.Helper()
	s := puppetFor(t, n)
	pid, err := n.Spawn(SpawnRequest{Program: s.program(), Host: testHost, Watch: s.watch})
	must(err)
	s.pid = pid
	synctest.Wait()
	return s
}

func puppetFor(t *testing.T, n *Node) *puppet {
	return &puppet{
		t: t, n: n, acks: make(chan struct{}, 1), exits: make(chan Exit, 1),
		jobs: make(chan func(*Process) (*Outcome, error), 1),
	}
}

func (s *puppet) watch(e Exit) { s.exits <- e }

func (s *puppet) program() Program {
	var jobs Handle
	drain := func(p *Process) (*Outcome, error) {
		for {
			_, _, state, err := p.Receive(jobs, 1000)
			if err != nil || state == ReceiveEmpty {
				return nil, err
			}
			out, err := (<-s.jobs)(p)
			s.acks <- struct{}{}
			if out != nil || err != nil {
				return out, err
			}
		}
	}
	return &fake{
		entry: "app:puppet",
		start: func(p *Process, _ []byte) (out *Outcome, err error) {
			if jobs, err = p.Listen("puppet"); err != nil {
				return nil, err
			}
			return drain(p)
		},
		step: func(p *Process, h Handle) (*Outcome, error) {
			if h == jobs {
				return drain(p)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.ready = append(s.ready, h)
			return nil, nil
		},
	}
}

// do runs f in a step and waits until everything that followed has settled.
func (s *puppet) do(f func(p *Process)) {
	s.t.Helper()
	s.finally(func(p *Process) (*Outcome, error) { f(p); return nil, p.Killed() })
}

// finally is do with what the step returns.
func (s *puppet) finally(f func(p *Process) (*Outcome, error)) {
	s.t.Helper()
	s.jobs <- f
	must(s.n.Send(string(s.pid), "puppet", nil))
	<-s.acks
	synctest.Wait()
}

func (s *puppet) ends(o *Outcome) {
	s.t.Helper()
	s.finally(func(*Process) (*Outcome, error) { return o, nil })
}

// steps says which handles were stepped since the last call.
func (s *puppet) steps() string {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	text := fmt.Sprint(s.ready)
	s.ready = nil
	return text
}

// exit is how the puppet ended; the test fails if it hasn't.
func (s *puppet) exit() Exit {
	s.t.Helper()
	synctest.Wait()
	select {
	case e := <-s.exits:
		return e
	default:
		s.t.Fatalf("%s has not ended", s.pid)
		return Exit{}
	}
}

func (s *puppet) alive() bool {
	synctest.Wait()
	_, err := s.n.find(string(s.pid))
	return err == nil
}

// drain receives all that a handle has, as topic:payload of each.
func drain(p *Process, h Handle) string {
	var out []string
	for {
		r, _, state, err := p.Receive(h, 1<<20)
		switch {
		case err != nil:
			return fmt.Sprint(out, err)
		case state == ReceiveEmpty:
			return fmt.Sprint(out)
		case state == ReceiveClosed:
			return fmt.Sprint(append(out, "closed"))
		}
		out = append(out, r.Topic+":"+string(r.Payload))
	}
}

// eventually polls: for tests with real time.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	poll := time.NewTicker(200 * time.Microsecond)
	defer poll.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("not in time: %s", what)
		case <-poll.C:
		}
	}
}

// noNewGoroutines checks at the end that there are as many as now.
func noNewGoroutines(t testing.TB) (check func()) {
	before := runtime.NumGoroutine()
	return func() {
		t.Helper()
		eventually(t, "goroutines of the node ended", func() bool { return runtime.NumGoroutine() <= before })
	}
}

func hasAll(text string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}
