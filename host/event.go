package host

import (
	"time"

	"github.com/luahive/luahive/abi"
)

// Topics of the records that Events gives.
const (
	topicExit     = "EXIT"
	topicLinkDown = "LINK_DOWN"
	topicCancel   = "CANCEL"
)

// Cancel delivers a CANCEL event with an empty From. See Process.Cancel.
func (n *Node) Cancel(dest string, reason []byte) error {
	if n.closed.Load() {
		return ErrClosed
	}
	return n.cancel(nil, "", dest, reason)
}

// Cancel asks dest (a PID or a name) to end, by an event; it kills nothing.
// reason is nil or one unit and is copied. Unlike EXIT and LINK_DOWN, which
// happen once for each monitor or link, it can be sent without end, and is
// refused when the receiver has a mailbox full of it. Errors: ErrNoProcess,
// ErrPayloadTooLarge, ErrMailboxFull.
func (p *Process) Cancel(dest string, reason []byte) error {
	if err := p.Killed(); err != nil {
		return err
	}
	return p.node.cancel(p.worker, p.pid, dest, reason)
}

func (n *Node) cancel(w *worker, from PID, dest string, reason []byte) error {
	if len(reason) > n.options.PayloadBytes {
		return tooLarge("reason", len(reason), n.options.PayloadBytes)
	}
	t, err := n.find(dest)
	if err != nil {
		return err
	}
	m := newEvent(from, topicCancel, eventPayload(time.Now(), reason))
	size := m.Size()

	t.mu.Lock()
	if t.fate.Load() != nil {
		t.mu.Unlock()
		return refuseValue(ErrNoProcess, dest)
	}
	if c := t.mu.cancels; c.count >= n.options.MailboxMessages || c.bytes+size > n.options.MailboxBytes {
		t.mu.Unlock()
		return refuse(ErrMailboxFull, "%s has %d CANCEL events of %d bytes unread", t.pid, c.count, c.bytes)
	}
	t.mu.cancels.add(size)
	wake := t.pushEventLocked(m)
	t.mu.Unlock()
	if wake {
		t.host.enqueue(t, w)
	}
	return nil
}

// eventPayload is the time in unix seconds and one unit for each other field;
// nil for one that is missing.
func eventPayload(at time.Time, fields ...[]byte) []byte {
	size := 9
	for _, f := range fields {
		size += max(len(f), 1)
	}
	b := abi.AppendInt(make([]byte, 0, size), at.Unix())
	for _, f := range fields {
		if len(f) == 0 {
			b = abi.AppendNil(b)
		} else {
			b = append(b, f...)
		}
	}
	return b
}

func newEvent(from PID, topic string, payload []byte) *message {
	return &message{Record: Record{From: from, Topic: topic, Payload: payload}}
}

// pushEventLocked reports whether the caller must queue t, after unlocking.
func (t *Process) pushEventLocked(m *message) bool {
	t.mu.eventful.push(m)
	return t.mu.events != nil && t.readyLocked(t.mu.events)
}

// newsLocked delivers an EXIT or LINK_DOWN. A process that lets more of them lie
// than it may is not served any further: overflow is true and it must be killed.
func (t *Process) newsLocked(m *message) (wake, overflow bool) {
	size := m.Size()
	if t.mu.news.bytes+size > t.node.options.EventBytes {
		return false, true
	}
	t.mu.news.add(size)
	return t.pushEventLocked(m), false
}
