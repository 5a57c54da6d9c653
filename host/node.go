package host

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Node runs processes. Make one with New and end it with Close.
type Node struct {
	options Options
	epoch   time.Time // now counts from here

	ids     atomic.Uint64 // of the last process
	live    atomic.Int64  // processes that haven't begun their exit
	closed  atomic.Bool   // set once, by Close
	drained chan struct{} // has a token after live fell to zero in a closed node

	table table
	names registry
	spare sync.Pool // of *smallMessage
	hosts hosts

	// goroutines counts workers' goroutines and armed timers.
	goroutines sync.WaitGroup
}

// New makes a node without host entries.
func New(options Options) *Node {
	n := &Node{options: options.filled(), epoch: time.Now(), drained: make(chan struct{}, 1)}
	n.table.init()
	n.names.init()
	return n
}

// now is the node's monotonic clock in nanoseconds.
func (n *Node) now() int64 { return int64(time.Since(n.epoch)) }

// Close kills every process, waits until all have been told and all goroutines
// have ended. From its beginning on, spawns and calls from outside are answered
// with ErrClosed. It may be called more than once; each call waits. It must not
// be called by a guest, a Watch or an OnExit.
func (n *Node) Close() {
	n.closed.Store(true)
	// A spawn that didn't see closed has its process in the table, or will see
	// closed right after putting it there and kill it itself.
	for _, p := range n.table.snapshot() {
		p.kill(nil, killTerminated)
	}
	for n.live.Load() != 0 {
		<-n.drained
	}
	select { // for another Close that waits, too
	case n.drained <- struct{}{}:
	default:
	}
	for _, h := range n.hosts.close() {
		h.close()
	}
	n.goroutines.Wait()
}

// find is the live process of a PID or a name.
func (n *Node) find(dest string) (*Process, error) {
	if looksLikePID(dest) {
		if p := n.table.find(dest); p != nil && p.fate.Load() == nil {
			return p, nil
		}
	} else if p := n.names.find(dest); p != nil {
		return p, nil
	}
	return nil, refuseValue(ErrNoProcess, dest)
}

// Info is a line of Processes.
type Info struct {
	PID      PID
	Entry    string
	State    string // waiting, runnable, running or dead (its exit is under way)
	Messages int    // not received yet, over all topics
	Bytes    int    // of these, as Record.Size counts
	Units    uint64
	Running  time.Duration // up to its last step or pre-emption
}

// Processes is a snapshot of the table in the order of spawning. Each line is
// true for a moment, not all for the same one.
func (n *Node) Processes() []Info {
	all := n.table.snapshot()
	slices.SortFunc(all, func(a, b *Process) int { return cmp.Compare(a.id, b.id) })
	infos := make([]Info, len(all))
	for i, p := range all {
		infos[i] = Info{
			PID: p.pid, Entry: p.program.Entry(),
			Units: p.units.Load(), Running: time.Duration(p.ran.Load()),
		}
		p.mu.Lock()
		infos[i].State = p.mu.state.String()
		infos[i].Messages, infos[i].Bytes = int(p.mu.messages.count), int(p.mu.messages.bytes)
		p.mu.Unlock()
	}
	return infos
}

// Wait waits for the exit of a process that is still in the table; for one that
// may end before Wait is called, use SpawnRequest.Watch.
func (n *Node) Wait(ctx context.Context, pid PID) (Exit, error) {
	p := n.table.find(string(pid))
	if p == nil {
		if n.closed.Load() {
			return Exit{}, ErrClosed
		}
		return Exit{}, refuseValue(ErrNoProcess, string(pid))
	}
	p.mu.Lock()
	if p.mu.dropped && p.mu.exit == nil {
		p.mu.Unlock()
		return Exit{}, refuseValue(ErrNoProcess, string(pid))
	}
	if p.mu.ended == nil {
		p.mu.ended = make(chan struct{})
		if p.mu.dropped {
			close(p.mu.ended)
		}
	}
	ended := p.mu.ended
	p.mu.Unlock()
	select {
	case <-ended:
		p.mu.Lock()
		defer p.mu.Unlock()
		return *p.mu.exit, nil
	case <-ctx.Done():
		return Exit{}, ctx.Err()
	}
}
