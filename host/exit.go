package host

import (
	"errors"
	"time"

	"github.com/luahive/luahive/abi"
)

// Exit says how a process ended.
type Exit struct {
	PID     PID
	Entry   string
	Result  []byte        // one unit; nil when it failed without one
	Error   []byte        // one unit; nil for a normal exit
	Kind    string        // empty for a normal exit, otherwise one of the Kind constants or a guest fault's kind
	At      time.Time     // when others were told
	Units   uint64        // fuel used
	Running time.Duration // time on a worker
}

// finish is the exit of p. The worker that runs p calls it, once: when the guest
// is done or at fault, or instead of a step when p was killed. The order is part
// of the contract; see the package comment.
func (p *Process) finish(out *Outcome, fault error) {
	exit := p.settle(out, fault)
	if p.guest != nil {
		p.guest.Close()
		p.guest = nil
	}
	p.recycle()
	n := p.node
	p.pauseClock(n.now())
	n.leave(p.host) // a watcher may spawn in its place

	n.names.releaseAll(p)
	p.mu.Lock()
	p.mu.state = dead
	relations := p.mu.relations
	p.mu.relations = smallMap[*Process, bond]{}
	p.mu.Unlock()
	// The fate is set, so nobody gives p another relation.
	if relations.len() > 0 {
		exit.At = time.Now()
		p.tellMonitors(&relations, &exit)
		p.tellLinks(&relations, &exit)
	}
	p.drop(&exit)
	n.table.remove(p)

	if p.watch != nil || n.options.OnExit != nil {
		p.complete(&exit)
		if p.watch != nil {
			p.watch(exit)
		}
		if n.options.OnExit != nil {
			n.options.OnExit(exit)
		}
	}
}

// settle decides how p ended. What came first wins: a process that was killed
// before its last step returned was killed.
func (p *Process) settle(out *Outcome, fault error) Exit {
	kill, _ := fault.(*Kill)
	if kill == nil && out != nil && fault == nil {
		kill = p.oversized(out)
	}
	if kill == nil {
		kill = ended
	}
	if !p.fate.CompareAndSwap(nil, kill) {
		kill = p.fate.Load()
	}
	exit := Exit{PID: p.pid}
	switch {
	case kill != ended:
		exit.Kind, exit.Error = kill.Kind, abi.AppendError(nil, kill.ExitError())
	case fault != nil:
		e := p.explain(fault)
		exit.Kind, exit.Error = e.Kind, abi.AppendError(nil, e)
	case len(out.Error) > 0:
		exit.Kind, exit.Result, exit.Error = KindError, out.Result, out.Error
	default:
		exit.Result = out.Result
	}
	return exit
}

// oversized is the kill for an outcome that can't be told to others.
func (p *Process) oversized(out *Outcome) *Kill {
	limit := p.node.options.PayloadBytes
	switch {
	case len(out.Result) > limit:
		return &Kill{KindMessage, tooLarge("result", len(out.Result), limit).Error()}
	case len(out.Error) > limit:
		return &Kill{KindMessage, tooLarge("error", len(out.Error), limit).Error()}
	}
	return nil
}

// explain makes the error of a guest's fault. The texts of errors that aren't
// meant for a script go to the log.
func (p *Process) explain(fault error) *abi.Error {
	var e interface{ ExitError() *abi.Error }
	if errors.As(fault, &e) {
		told := *e.ExitError()
		if told.Kind == "" {
			told.Kind = KindInternal // an empty Exit.Kind says that nothing went wrong
		}
		return &told
	}
	p.node.options.Logger.Error("guest failed", "pid", string(p.pid), "entry", p.program.Entry(), "error", fault)
	return &abi.Error{Kind: KindInternal, Message: "internal error: " + fault.Error()}
}

// tellMonitors delivers EXIT to every process that monitors p at this moment.
func (p *Process) tellMonitors(relations *smallMap[*Process, bond], exit *Exit) {
	var payload []byte // all share one
	for t, b := range relations.all() {
		if b&monitored == 0 || t == p {
			continue
		}
		if payload == nil {
			payload = eventPayload(exit.At, exit.Result, exit.Error)
		}
		m := newEvent(p.pid, topicExit, payload)
		t.mu.Lock()
		if t.removeBondLocked(p, monitors) == 0 { // it took the monitor back, or died
			t.mu.Unlock()
			continue
		}
		wake, overflow := t.newsLocked(m)
		t.mu.Unlock()
		p.told(t, wake, overflow)
	}
}

// tellLinks delivers LINK_DOWN to every process linked to p at this moment, or
// kills it. It also takes p out of the relations of processes that it monitors.
func (p *Process) tellLinks(relations *smallMap[*Process, bond], exit *Exit) {
	var payload []byte
	for t, b := range relations.all() {
		if b&^monitored == 0 || t == p {
			continue
		}
		if b&linked != 0 && exit.Error != nil && payload == nil {
			payload = eventPayload(exit.At, exit.Error)
		}
		t.mu.Lock()
		had := t.removeBondLocked(p, linked|monitored)
		if had&linked == 0 || exit.Error == nil {
			t.mu.Unlock()
			continue
		}
		if !t.mu.trapLinks {
			t.mu.Unlock()
			t.kill(p.worker, killLinkDown)
			continue
		}
		wake, overflow := t.newsLocked(newEvent(p.pid, topicLinkDown, payload))
		t.mu.Unlock()
		p.told(t, wake, overflow)
	}
}

// told does what newsLocked asked for.
func (p *Process) told(t *Process, wake, overflow bool) {
	if wake {
		t.host.enqueue(t, p.worker)
	}
	if overflow {
		t.kill(p.worker, &Kill{KindMemory, "too many bytes of events unread"})
	}
}

// drop gives back all that the node holds for p.
func (p *Process) drop(exit *Exit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := &p.mu
	for _, of := range m.ports.all() {
		if of.timer != nil {
			of.timer.disarmLocked()
		}
	}
	if m.lastHandle != 0 {
		m.ports, m.topics = smallMap[Handle, *port]{}, smallMap[string, *port]{}
		m.inbox, m.events, m.ready = nil, nil, readyList{}
	}
	if m.unclaimed.head != nil || m.eventful.head != nil {
		m.unclaimed, m.eventful = queue{}, queue{}
	}
	m.messages, m.news, m.cancels = charge{}, charge{}, charge{}
	m.dropped = true
	if m.ended != nil {
		p.complete(exit)
		kept := *exit
		m.exit = &kept
		close(m.ended)
	}
}

// complete fills in what only those outside look at.
func (p *Process) complete(exit *Exit) {
	exit.Entry = p.program.Entry()
	exit.Units, exit.Running = p.units.Load(), time.Duration(p.ran.Load())
	if exit.At.IsZero() {
		exit.At = time.Now()
	}
}
