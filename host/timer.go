package host

import (
	"math"
	"time"

	"github.com/luahive/luahive/abi"
)

// timer belongs to a port; the process's lock guards it. A ticker isn't armed
// while its tick waits to be received: at most one tick is pending, and one that
// nobody drains costs nothing.
type timer struct {
	process  *Process
	port     *port
	clock    *time.Timer // nil before it was armed first
	period   time.Duration
	deadline int64 // by the node's clock; while armed, and of the last tick
	armed    bool
	pending  bool
	at       int64 // unix nanoseconds of the pending tick
}

const topicTime = "time"

// NewTimer fires after delay and then, if period isn't zero, once every period.
// A timer without a period is closed when its one record was received. Each
// open timer counts, stopped or not. Errors: ErrBadDelay, ErrLimit.
func (p *Process) NewTimer(delay, period time.Duration) (Handle, error) {
	if err := p.Killed(); err != nil {
		return 0, err
	}
	if delay < 0 || period < 0 {
		return 0, refuse(ErrBadDelay, "%v", min(delay, period))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if limit := p.node.options.Timers; int(p.mu.timers) >= limit {
		return 0, refuse(ErrLimit, "%d timers", limit)
	}
	p.mu.timers++
	to := p.openLocked(timerPort)
	to.timer = &timer{process: p, port: to, period: period}
	to.timer.armLocked(delay)
	return to.handle, nil
}

// ResetTimer lets a timer fire after delay from now, whether it was stopped or
// not; a tick that is pending is taken back. It reports whether the timer was
// active: armed, or with a tick that nobody received. A timer whose handle is
// closed stays closed, and the answer is false. Errors: ErrBadDelay,
// ErrBadHandle.
func (p *Process) ResetTimer(h Handle, delay time.Duration) (bool, error) {
	if delay < 0 && p.Killed() == nil {
		return false, refuse(ErrBadDelay, "%v", delay)
	}
	return p.changeTimer(h, func(t *timer) { t.armLocked(delay) })
}

// StopTimer stops a timer and takes back a tick that is pending. Its handle
// stays open, for ResetTimer, until CloseHandle. It reports whether the timer was
// active, as ResetTimer does. Errors: ErrBadHandle.
func (p *Process) StopTimer(h Handle) (bool, error) {
	return p.changeTimer(h, func(*timer) {})
}

func (p *Process) changeTimer(h Handle, then func(*timer)) (active bool, err error) {
	if err := p.Killed(); err != nil {
		return false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	of, err := p.portLocked(h)
	if err != nil || of == nil {
		return false, err
	}
	if of.kind != timerPort {
		return false, refuse(ErrBadHandle, "%d is not a timer", h)
	}
	active = of.timer.disarmLocked()
	then(of.timer)
	return active, nil
}

// armLocked needs the timer disarmed. The node counts it until it has fired or
// was stopped, so that Close waits for a callback that is under way.
func (t *timer) armLocked(delay time.Duration) {
	const farthest = math.MaxInt64 / 2 // no clock of ours overflows
	delay = min(max(delay, 0), farthest)
	n := t.process.node
	t.armed = true
	t.deadline = n.now() + int64(delay)
	n.goroutines.Add(1)
	if t.clock == nil {
		t.clock = time.AfterFunc(delay, t.fire)
	} else if t.clock.Reset(delay) {
		// A late callback of an earlier arming took this one's place in fire,
		// and the one that was due won't come now.
		n.goroutines.Done()
	}
}

// disarmLocked reports whether the timer was active.
func (t *timer) disarmLocked() bool {
	active := t.armed || t.pending
	if t.clock.Stop() {
		t.process.node.goroutines.Done()
	}
	t.armed, t.pending = false, false
	return active
}

// fire may come for an arming that was taken back, since Stop doesn't wait: then
// the timer isn't armed, or armed for later.
func (t *timer) fire() {
	p := t.process
	defer p.node.goroutines.Done()
	p.mu.Lock()
	if !t.armed || p.node.now() < t.deadline {
		p.mu.Unlock()
		return
	}
	t.armed, t.pending = false, true
	t.at = time.Now().UnixNano()
	wake := p.readyLocked(t.port)
	p.mu.Unlock()
	if wake {
		p.host.enqueue(p, nil)
	}
}

func (p *Process) receiveTimeLocked(from *port, capacity int) (r Record, size int, state ReceiveState, err error) {
	t := from.timer
	if !t.pending {
		from.armed = true
		return Record{}, 0, ReceiveEmpty, nil
	}
	r = Record{Topic: topicTime, Payload: abi.AppendInt(nil, t.at)}
	if size = r.Size(); size > capacity {
		return Record{}, size, ReceiveTooLarge, nil
	}
	t.pending = false
	if t.period == 0 {
		from.closed = true
		p.forgetLocked(from)
		return r, size, ReceiveTaken, nil
	}
	// The next tick keeps to the grid; those that were missed are left out.
	late := time.Duration(p.node.now() - t.deadline)
	next := t.period - late%t.period
	t.armLocked(next)
	return r, size, ReceiveTaken, nil
}
