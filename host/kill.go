package host

import "github.com/luahive/luahive/abi"

// Kinds of failure that aren't a script's own error. They are what Exit.Kind
// and a Kill's Kind hold.
const (
	KindMemory     = "memory"
	KindCPU        = "cpu"
	KindTerminated = "terminated"
	KindTime       = "time"
	KindMessage    = "message"
	KindInternal   = "internal"
	KindLinkDown   = "LinkDown"
	// KindError is the Exit.Kind of a process that failed by its own account:
	// its Outcome had an error. What kind that has is known only to the guest.
	KindError = "error"
)

// Kill is why a process was ended from outside its own code. A guest that finds
// a limit of its own broken returns one from Start or Step.
type Kill struct {
	Kind    string // one of the Kind constants
	Message string // what the error of the exit says
}

func (k *Kill) Error() string { return k.Message }

// ExitError is the error that monitors and links are told.
func (k *Kill) ExitError() *abi.Error { return &abi.Error{Message: k.Message, Kind: k.Kind} }

var (
	killTerminated = &Kill{KindTerminated, "process terminated"}
	killLinkDown   = &Kill{KindLinkDown, "linked process failed"}

	// ended stands in a process's fate when its own code ended it.
	ended = &Kill{}
)

// kill marks t as dead and sees to it that a worker finishes it. Only the
// first reason counts: it reports whether this was it.
func (t *Process) kill(w *worker, reason *Kill) bool {
	if !t.fate.CompareAndSwap(nil, reason) {
		return false
	}
	t.mu.Lock()
	wake := t.wakeLocked()
	t.mu.Unlock()
	if wake {
		t.host.enqueue(t, w)
	}
	return true
}

// Terminate kills dest (a PID or a name) with "process terminated". It runs no
// more of its code. To all others it is dead when Terminate returns; monitors
// and links are told as soon as a worker gets to it.
func (n *Node) Terminate(dest string) error { return n.Kill(dest, killTerminated) }

// Kill ends dest (a PID or a name) for a reason of the caller's, such as its
// time being over; nil is that of Terminate. Otherwise it is like Terminate.
func (n *Node) Kill(dest string, reason *Kill) error {
	if n.closed.Load() {
		return ErrClosed
	}
	if reason == nil {
		reason = killTerminated
	}
	return n.killDest(nil, dest, reason)
}

func (n *Node) killDest(w *worker, dest string, reason *Kill) error {
	t, err := n.find(dest)
	if err != nil {
		return err
	}
	if !t.kill(w, reason) {
		return refuseValue(ErrNoProcess, dest)
	}
	return nil
}

// Terminate kills dest (a PID or a name), which may be the process itself: then
// the kill is the answer.
func (p *Process) Terminate(dest string) error {
	if err := p.Killed(); err != nil {
		return err
	}
	if err := p.node.killDest(p.worker, dest, killTerminated); err != nil {
		return err
	}
	return p.Killed()
}

// Killed is nil while the process lives, and otherwise the Kill that its guest
// must return from Start or Step.
func (p *Process) Killed() error {
	// Only the guest's own step can make the fate "ended", so it is never seen here.
	if k := p.fate.Load(); k != nil {
		return k
	}
	return nil
}
