package host

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// crowd is what the random processes of the hammer know of each other.
type crowd struct {
	pids  [64]atomic.Pointer[PID]
	hosts []string
	steps atomic.Int64
	born  atomic.Int64
	dead  atomic.Int64
}

func (c *crowd) anyone(r *rand.Rand) string {
	if r.IntN(8) == 0 {
		return fmt.Sprint("name", r.IntN(10))
	}
	if pid := c.pids[r.IntN(len(c.pids))].Load(); pid != nil {
		return string(*pid)
	}
	return "{app:processes|0x00001}"
}

// member does random things in every step. Each error it meets is either its
// kill or one that others' doings explain.
type member struct {
	crowd   *crowd
	process *Process
	random  *rand.Rand
	handles []Handle
	closed  bool
}

func (c *crowd) Entry() string { return "app:member" }

func (c *crowd) New(p *Process) (Guest, error) {
	return &member{crowd: c, process: p, random: rand.New(rand.NewPCG(p.id, 1))}, nil
}

func (m *member) Start(args []byte) (*Outcome, error) {
	c, p := m.crowd, m.process
	c.born.Add(1)
	pid := p.PID()
	c.pids[p.id%uint64(len(c.pids))].Store(&pid)
	p.SetTrapLinks(m.random.IntN(2) == 0)
	for _, open := range []func() (Handle, error){
		p.Inbox, p.Events,
		func() (Handle, error) { return p.Listen("topic1") },
		func() (Handle, error) { return p.NewTimer(time.Millisecond, time.Millisecond) },
	} {
		h, err := open()
		if err != nil {
			return nil, p.Killed()
		}
		m.handles = append(m.handles, h)
	}
	return m.act(m.random.IntN(6))
}

func (m *member) Step(Handle) (*Outcome, error) { return m.act(m.random.IntN(6)) }

func (m *member) Close() {
	if m.closed {
		panic("closed twice")
	}
	m.closed = true
	m.crowd.dead.Add(1)
}

func (m *member) act(times int) (*Outcome, error) {
	c, p, r := m.crowd, m.process, m.random
	c.steps.Add(1)
	for range times {
		var err error
		switch to := c.anyone(r); r.IntN(22) {
		case 0, 1:
			_, err = p.Spawn(c, c.hosts[r.IntN(len(c.hosts))], nil, SpawnFlags{r.IntN(2) == 0, r.IntN(2) == 0})
		case 2, 3, 4, 5, 6:
			err = p.Send(to, fmt.Sprint("topic", r.IntN(3)), make([]byte, r.IntN(100)))
		case 7:
			err = p.Link(to)
		case 8:
			err = p.Unlink(to)
		case 9:
			err = p.Monitor(to)
		case 10:
			err = p.Unmonitor(to)
		case 11:
			err = p.Cancel(to, nil)
		case 12:
			if r.IntN(4) == 0 {
				err = p.Terminate(to)
			}
		case 13:
			err = p.Register(fmt.Sprint("name", r.IntN(10)), to)
		case 14:
			_, err = p.Unregister(fmt.Sprint("name", r.IntN(10)))
		case 15:
			_, err = p.NewTimer(time.Duration(r.IntN(1000))*time.Microsecond, time.Duration(r.IntN(2))*time.Millisecond)
		case 16:
			_, err = p.ResetTimer(Handle(r.IntN(10)+1), time.Duration(r.IntN(1000))*time.Microsecond)
		case 17:
			_, err = p.StopTimer(Handle(r.IntN(10) + 1))
		case 18:
			err = p.CloseHandle(Handle(r.IntN(10) + 1))
		case 19:
			_, err = p.Listen(fmt.Sprint("topic", r.IntN(3)))
		case 20:
			for range r.IntN(20) {
				if _, err = p.Tick(1); err != nil {
					break
				}
			}
		case 21:
			switch r.IntN(12) {
			case 0:
				return returns("x"), nil
			case 1:
				return &Outcome{Error: unit("x")}, nil
			}
		}
		if killed := p.Killed(); killed != nil {
			return nil, killed
		}
		if err != nil && Kind(err) == "Internal" {
			panic(err)
		}
	}
	for h := range Handle(12) {
		for state := ReceiveTaken; state == ReceiveTaken; {
			var err error
			_, _, state, err = p.Receive(h+1, 10_000)
			if err != nil && p.Killed() != nil {
				return nil, err
			}
		}
	}
	return nil, nil
}

// TestHammer: a crowd of processes and some goroutines from outside do
// everything at random. At the end nothing may be left of any of it.
func TestHammer(t *testing.T) {
	for _, workers := range []int{1, 4} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) { hammer(t, workers) })
	}
}

func hammer(t *testing.T, workers int) {
	check := noNewGoroutines(t)
	c := &crowd{hosts: []string{testHost, "app:b"}}
	var exits atomic.Int64
	n := newTestNode(t, Options{
		Slice: 20 * time.Microsecond, MaxProcesses: 300, MailboxMessages: 50, Relations: 40,
		OnExit: func(Exit) { exits.Add(1) },
	}, workers)
	must(n.AddHost(HostOptions{Name: "app:b", Workers: workers}))
	stop := make(chan struct{})
	var outside sync.WaitGroup
	for i := range 3 {
		outside.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 2))
			for {
				select {
				case <-stop:
					return
				default:
					runtime.Gosched()
				}
				var err error
				switch to := c.anyone(r); r.IntN(6) {
				case 0, 1:
					_, err = n.Spawn(SpawnRequest{Program: c, Host: c.hosts[r.IntN(2)], Args: []byte("x")})
				case 2, 3:
					err = n.Send(to, "topic1", []byte("hello"))
				case 4:
					if r.IntN(10) == 0 {
						err = n.Terminate(to)
					}
				case 5:
					_, _ = n.Lookup(to)
					if r.IntN(20) == 0 {
						n.Processes()
					}
				}
				if err != nil && Kind(err) == "Internal" {
					t.Error(err)
				}
			}
		})
	}
	eventually(t, "many steps and births", func() bool { return c.steps.Load() > 20_000 && c.born.Load() > 1_500 })
	close(stop)
	outside.Wait()
	kept := n.table.snapshot()
	n.Close()
	assertEmpty(t, n)
	check()
	if c.born.Load() != c.dead.Load() {
		t.Errorf("%d guests made, %d closed", c.born.Load(), c.dead.Load())
	}
	if exits.Load() < c.born.Load() {
		t.Errorf("%d guests made, %d exits told", c.born.Load(), exits.Load())
	}
	for _, p := range kept {
		if p.mu.relations.len() != 0 || p.mu.ports.len() != 0 || len(p.names) != 0 || p.mu.unclaimed.head != nil {
			t.Errorf("%s keeps something", p.pid)
		}
	}
	t.Logf("%d processes, %d steps", n.ids.Load(), c.steps.Load())
}
