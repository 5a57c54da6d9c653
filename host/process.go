package host

import (
	"sync"
	"sync/atomic"
	"time"
)

// Program is something that can be spawned, such as a manifest entry.
type Program interface {
	// Entry is the id that Process.Entry and Exit.Entry show.
	Entry() string
	// New gives p its seat. It is called on a worker right before the first
	// step, not at spawn. An error is the process's failure.
	New(p *Process) (Guest, error)
}

// Guest is the code of one process, a state machine. The node calls one method
// at a time; which goroutine calls changes.
//
// Start and Step return nil, nil when the guest waits for its handles, an
// outcome when it is done, and an error for a fault or a kill. A *Kill ends the
// process as it is, an error with an ExitError method by what that returns, and
// any other with kind "internal".
type Guest interface {
	// Start runs the guest from its beginning. args is the guest's to keep.
	Start(args []byte) (*Outcome, error)
	// Step goes on because ready has something, or because it was closed.
	Step(ready Handle) (*Outcome, error)
	// Close gives everything back. It is called exactly once for each guest,
	// never while another method runs, before anybody is told of the exit.
	Close()
}

// Outcome is how a guest says that it is done. The node keeps the slices: they
// must not be views of memory that Close gives back.
type Outcome struct {
	Result []byte // one unit; nil counts as a nil
	Error  []byte // one unit when the process failed by its own account; nil for a normal exit
}

// Process is the node as one guest sees it. See the package's rules of use for
// who may call its methods, and when.
type Process struct {
	node    *Node
	host    *hostEntry
	program Program
	pid     PID
	id      uint64

	// fate is why the process is dead, nil while it lives. It is set once, by
	// whoever ends the process first, and never taken back; everyone reads it.
	fate atomic.Pointer[Kill]

	// named tells the exit that there may be names to release. It is set under
	// the registry's lock before fate is read there; the exit sets fate before it
	// reads named. So either the name isn't given or the exit sees it.
	named atomic.Bool
	names map[string]struct{} // guarded by the registry's lock

	// units and ran are written only by the goroutine that runs the process and
	// read by everyone: fuel used, and nanoseconds on a worker.
	units atomic.Uint64
	ran   atomic.Int64

	// The goroutine that runs the process has these to itself. They pass from
	// one to the next through mu, a run queue and resume.
	guest   Guest
	args    []byte
	watch   func(Exit)
	worker  *worker      // the seat on which it runs; nil while it waits
	resume  chan *worker // made at the first pre-emption; how a blocked goroutine gets a seat
	slice   sliceClock
	started bool
	blocked bool          // in giveWay
	taken   *smallMessage // by the last Receive of this step

	next *Process // in a run queue; guarded by that queue's lock

	mu struct {
		sync.Mutex
		state      state
		trapLinks  bool
		dropped    bool   // everything below was given back
		wrapped    bool   // handles came to their end once
		lastHandle Handle // the last one given out
		watching   int32  // own monitors + links

		relations smallMap[*Process, bond]

		ports     smallMap[Handle, *port]
		topics    smallMap[string, *port] // open listeners
		inbox     *port
		events    *port
		ready     readyList
		listeners int32
		timers    int32

		unclaimed queue
		eventful  queue  // EXIT, LINK_DOWN and CANCEL, in order of arrival
		messages  charge // unclaimed and in listeners
		news      charge // EXIT and LINK_DOWN
		cancels   charge // CANCEL

		ended chan struct{} // made by the first Wait, closed by the exit
		exit  *Exit         // set before ended is closed
	}
}

// state is where a process is with respect to the run queues. It changes only
// under mu, together with the list of ready handles: that a wake-up is never
// lost, and that a process is never queued twice, is then nothing but reading
// both in one critical section. An atomic state machine beside the lock was
// considered; each of its transitions needs the lock anyway for the handles.
type state uint8

const (
	waiting  state = iota // in no queue; what makes it ready must queue it
	runnable              // in exactly one queue, or about to be put there by whoever made it so
	running               // on a worker, which looks at the ready list before it leaves
	dead                  // its exit is under way
)

func (s state) String() string {
	return [...]string{"waiting", "runnable", "running", "dead"}[s]
}

// wakeLocked reports whether the caller must put p in a run queue, after
// unlocking.
func (p *Process) wakeLocked() bool {
	if p.mu.state != waiting {
		return false
	}
	p.mu.state = runnable
	return true
}

// PID is the process's own.
func (p *Process) PID() PID { return p.pid }

// Entry is the id of its program.
func (p *Process) Entry() string { return p.program.Entry() }

// Running is how long the process has been on a worker, by the clock.
func (p *Process) Running() time.Duration {
	return time.Duration(p.ran.Load() + p.node.now() - p.slice.since)
}

// SetTrapLinks says whether the failure of a linked process is an event (true)
// or kills this one (false, as at the start).
func (p *Process) SetTrapLinks(trap bool) {
	p.mu.Lock()
	p.mu.trapLinks = trap
	p.mu.Unlock()
}

// TrapLinks is what SetTrapLinks set.
func (p *Process) TrapLinks() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mu.trapLinks
}
