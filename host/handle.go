package host

import (
	"math"
	"strings"
)

// Handle is something a process can receive from. It means nothing to another
// process. Numbers count up from 1 and aren't used again before two thousand
// million others were.
type Handle int32

// ReceiveState says what Receive found.
type ReceiveState uint8

const (
	// ReceiveEmpty: nothing is there, the handle is armed now.
	ReceiveEmpty ReceiveState = iota
	// ReceiveTaken: the record was taken out.
	ReceiveTaken
	// ReceiveTooLarge: the record needs more than the capacity and stays.
	ReceiveTooLarge
	// ReceiveClosed: the handle is closed and nothing is left in it.
	ReceiveClosed
)

type portKind uint8

const (
	inboxPort portKind = iota
	eventsPort
	listenerPort
	timerPort
)

// port is what a handle stands for. All of it is guarded by the process's lock.
type port struct {
	handle Handle
	kind   portKind
	armed  bool // an arrival makes it ready
	listed bool // in the ready list
	closed bool // a listener that is only drained any more

	nextReady *port

	topic string // of a listener; of an inbox's last message
	own   queue  // of a listener; inbox and events read the process's queues
	timer *timer // of a timer
}

// readyList is the ports that a step is owed to, in the order in which they
// became ready. That an EXIT is stepped behind the messages its sender sent
// before comes from this order.
type readyList struct{ head, tail *port }

// readyLocked is called when something arrived at a port. It reports whether
// the caller must queue p, after unlocking.
func (p *Process) readyLocked(to *port) bool {
	if !to.armed {
		return false
	}
	to.armed = false
	if !to.listed {
		to.listed = true
		r := &p.mu.ready
		if r.tail == nil {
			r.head = to
		} else {
			r.tail.nextReady = to
		}
		r.tail = to
	}
	return p.wakeLocked()
}

// nextReadyLocked takes the next port that has something to receive. One that
// was emptied since it became ready is armed again instead: the guest may wait
// for it still.
func (p *Process) nextReadyLocked() *port {
	r := &p.mu.ready
	for to := r.head; to != nil; to = r.head {
		r.head, to.nextReady = to.nextReady, nil
		if r.head == nil {
			r.tail = nil
		}
		to.listed = false
		if p.somethingLocked(to) {
			return to
		}
		to.armed = true
	}
	return nil
}

func (p *Process) somethingLocked(to *port) bool {
	if to.closed {
		return true
	}
	if to.kind == timerPort {
		return to.timer.pending
	}
	return p.queueLocked(to).head != nil
}

func (p *Process) queueLocked(of *port) *queue {
	switch of.kind {
	case inboxPort:
		return &p.mu.unclaimed
	case eventsPort:
		return &p.mu.eventful
	default:
		return &of.own
	}
}

func (p *Process) openLocked(kind portKind) *port {
	h := p.mu.lastHandle
	for {
		if h == math.MaxInt32 {
			h, p.mu.wrapped = 0, true
		}
		h++
		if !p.mu.wrapped {
			break
		}
		if _, used := p.mu.ports.get(h); !used {
			break
		}
	}
	p.mu.lastHandle = h
	to := &port{handle: h, kind: kind}
	p.mu.ports.set(h, to)
	return to
}

// portLocked is nil, nil for a handle that was closed.
func (p *Process) portLocked(h Handle) (*port, error) {
	if to, ok := p.mu.ports.get(h); ok {
		return to, nil
	}
	if h <= 0 || h > p.mu.lastHandle && !p.mu.wrapped {
		return nil, refuse(ErrBadHandle, "%d", h)
	}
	return nil, nil
}

// Inbox is the handle for the messages of all topics that nobody listens to. It
// is the same until it is closed.
func (p *Process) Inbox() (Handle, error) { return p.only(inboxPort, &p.mu.inbox) }

// Events is the handle for EXIT, LINK_DOWN and CANCEL. It is the same until it
// is closed.
func (p *Process) Events() (Handle, error) { return p.only(eventsPort, &p.mu.events) }

func (p *Process) only(kind portKind, open **port) (Handle, error) {
	if err := p.Killed(); err != nil {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if *open == nil {
		*open = p.openLocked(kind)
	}
	return (*open).handle, nil
}

// Listen is the handle for the messages of one topic, the same until it is
// closed. Those that wait in the mailbox already are moved to it, in order.
// Errors: ErrBadTopic, ErrLimit.
func (p *Process) Listen(topic string) (Handle, error) {
	if err := p.Killed(); err != nil {
		return 0, err
	}
	if err := p.node.checkTopic(topic); err != nil {
		return 0, err
	}
	h, moved, err := p.listen(topic)
	if moved > longScan {
		if _, err := p.Tick(0); err != nil {
			return 0, err
		}
	}
	return h, err
}

// longScan is how many messages Listen may look at without asking whether the
// slice is over: it costs the guest nothing to listen and close in a loop while
// a full mailbox is searched.
const longScan = 64

func (p *Process) listen(topic string) (h Handle, scanned int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if to, ok := p.mu.topics.get(topic); ok {
		return to.handle, 0, nil
	}
	if limit := p.node.options.Listeners; int(p.mu.listeners) >= limit {
		return 0, 0, refuse(ErrLimit, "%d listeners", limit)
	}
	to := p.openLocked(listenerPort)
	to.topic = strings.Clone(topic)
	p.mu.topics.set(to.topic, to)
	p.mu.listeners++

	var rest queue
	for m := p.mu.unclaimed.head; m != nil; scanned++ {
		next := m.next
		m.next = nil
		if m.Topic == topic {
			to.own.push(m)
		} else {
			rest.push(m)
		}
		m = next
	}
	p.mu.unclaimed = rest
	return to.handle, scanned, nil
}

// Receive takes the next record of a handle. When there is none it arms the
// handle: the next arrival makes it ready and has the guest stepped. size is the
// record's Size when there is one; when it is over capacity the record isn't
// taken and the handle isn't armed. Errors: ErrBadHandle.
func (p *Process) Receive(h Handle, capacity int) (r Record, size int, state ReceiveState, err error) {
	if err := p.Killed(); err != nil {
		return Record{}, 0, ReceiveEmpty, err
	}
	p.recycle()
	p.mu.Lock()
	defer p.mu.Unlock()
	from, err := p.portLocked(h)
	if err != nil {
		return Record{}, 0, ReceiveEmpty, err
	}
	if from == nil {
		return Record{}, 0, ReceiveClosed, nil
	}
	if from.kind == timerPort {
		return p.receiveTimeLocked(from, capacity)
	}
	q := p.queueLocked(from)
	m := q.head
	if m == nil {
		// A closed listener is gone once it is empty, so this one is open.
		from.armed = true
		return Record{}, 0, ReceiveEmpty, nil
	}
	if size = m.Size(); size > capacity {
		return Record{}, size, ReceiveTooLarge, nil
	}
	q.pop()
	switch {
	case from.kind != eventsPort:
		p.mu.messages.take(size)
	case m.Topic == topicCancel:
		p.mu.cancels.take(size)
	default:
		p.mu.news.take(size)
	}
	if from.closed && q.head == nil {
		p.forgetLocked(from)
	}
	p.taken = m.home
	return m.Record, size, ReceiveTaken, nil
}

// CloseHandle closes a handle; a second time does nothing. What a listener holds
// can still be received, later messages of its topic wait in the mailbox again.
// The inbox and the events give up only their handle: what they hold stays and
// is found by the next Inbox, Listen or Events. A timer is stopped. A guest that
// waits for the handle is stepped for it. Errors: ErrBadHandle.
func (p *Process) CloseHandle(h Handle) error {
	if err := p.Killed(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	of, err := p.portLocked(h)
	if err != nil || of == nil || of.closed {
		return err
	}
	of.closed = true
	switch of.kind {
	case inboxPort:
		p.mu.inbox = nil
	case eventsPort:
		p.mu.events = nil
	case listenerPort:
		p.mu.topics.remove(of.topic)
	case timerPort:
		of.timer.disarmLocked()
	}
	p.readyLocked(of)
	if of.own.head == nil {
		p.forgetLocked(of)
	}
	return nil
}

// forgetLocked gives a closed handle up. It may be in the ready list still.
func (p *Process) forgetLocked(of *port) {
	p.mu.ports.remove(of.handle)
	switch of.kind {
	case listenerPort:
		p.mu.listeners--
	case timerPort:
		p.mu.timers--
	}
}
