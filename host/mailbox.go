package host

import (
	"bytes"
	"strings"
)

// Record is what Receive takes from a handle. The payload may be read, not
// written, until the guest's next Receive or the end of its step; then its memory
// serves another message.
type Record struct {
	From    PID    // empty: from outside, or from a timer
	Topic   string // of a message; EXIT, LINK_DOWN or CANCEL of an event; time of a timer
	Payload []byte
}

// recordHeader is what a record takes besides its texts.
const recordHeader = 12

// Size is what a record takes in the guest's memory, and what counts for
// capacities and for Options.MailboxBytes.
func (r *Record) Size() int { return recordHeader + len(r.From) + len(r.Topic) + len(r.Payload) }

// message is a record in a queue.
type message struct {
	next *message
	home *smallMessage // what it is part of, if so
	Record
}

// smallMessage keeps a short payload beside its message, and is used again: the
// heap of a node is small, the guests' memory isn't in it, so that a garbage
// collector fed with every message would be at work all the time.
type smallMessage struct {
	message
	room [smallPayload]byte
}

const smallPayload = 56 // makes 128 bytes of it

func (n *Node) newMessage(from PID, payload []byte) *message {
	size := len(payload)
	if size > smallPayload {
		return &message{Record: Record{From: from, Payload: bytes.Clone(payload)}}
	}
	s, _ := n.spare.Get().(*smallMessage)
	if s == nil {
		s = &smallMessage{}
		s.home = s
	}
	copy(s.room[:], payload)
	s.From, s.Payload = from, s.room[:size:size]
	return &s.message
}

// recycle gives back the message that Receive took last.
func (p *Process) recycle() {
	if s := p.taken; s != nil {
		p.taken = nil
		s.Record = Record{}
		p.node.spare.Put(s)
	}
}

// queue is a list of messages in order of arrival. It holds no memory when empty.
type queue struct{ head, tail *message }

func (q *queue) push(m *message) {
	if q.tail == nil {
		q.head = m
	} else {
		q.tail.next = m
	}
	q.tail = m
}

func (q *queue) pop() {
	m := q.head
	q.head = m.next
	if q.head == nil {
		q.tail = nil
	}
	m.next = nil
}

// charge counts what lies in queues.
type charge struct{ count, bytes int }

func (c *charge) add(size int) {
	c.count++
	c.bytes += size
}

func (c *charge) take(size int) {
	c.count--
	c.bytes -= size
}

// Send queues a message from outside for dest (a PID or a name): its From is
// empty. topic and payload are copied. Errors: ErrNoProcess, ErrBadTopic,
// ErrPayloadTooLarge, ErrMailboxFull.
func (n *Node) Send(dest, topic string, payload []byte) error {
	if n.closed.Load() {
		return ErrClosed
	}
	return n.send(nil, "", dest, topic, payload)
}

// Send queues a message for dest (a PID or a name), which may be the process
// itself. Messages of one process to another keep their order. topic and payload
// are copied. Errors: ErrNoProcess, ErrBadTopic, ErrPayloadTooLarge,
// ErrMailboxFull.
func (p *Process) Send(dest, topic string, payload []byte) error {
	if err := p.Killed(); err != nil {
		return err
	}
	return p.node.send(p.worker, p.pid, dest, topic, payload)
}

func (n *Node) send(w *worker, from PID, dest, topic string, payload []byte) error {
	if err := n.checkTopic(topic); err != nil {
		return err
	}
	if len(payload) > n.options.PayloadBytes {
		return tooLarge("message", len(payload), n.options.PayloadBytes)
	}
	t, err := n.find(dest)
	if err != nil {
		return err
	}
	m := n.newMessage(from, payload)

	t.mu.Lock()
	if t.fate.Load() != nil {
		t.mu.Unlock()
		return refuseValue(ErrNoProcess, dest)
	}
	o := &n.options
	size := m.Size() + len(topic)
	if t.mu.messages.count >= o.MailboxMessages || t.mu.messages.bytes+size > o.MailboxBytes {
		count, bytes := t.mu.messages.count, t.mu.messages.bytes
		t.mu.Unlock()
		return refuse(ErrMailboxFull, "%s has %d messages of %d bytes unread", t.pid, count, bytes)
	}
	t.mu.messages.add(size)
	to, listened := t.mu.topics.get(topic)
	if listened {
		m.Topic = to.topic
		to.own.push(m)
	} else {
		to = t.mu.inbox
		m.Topic = to.keepTopic(topic)
		t.mu.unclaimed.push(m)
	}
	wake := to != nil && t.readyLocked(to)
	t.mu.Unlock()
	if wake {
		t.host.enqueue(t, w)
	}
	return nil
}

// keepTopic copies a topic, unless it is that of the inbox's last message.
func (inbox *port) keepTopic(topic string) string {
	if inbox == nil {
		return strings.Clone(topic)
	}
	if inbox.topic != topic {
		inbox.topic = strings.Clone(topic)
	}
	return inbox.topic
}

func (n *Node) checkTopic(topic string) error {
	switch {
	case topic == "":
		return refuse(ErrBadTopic, "it is empty")
	case topic[0] == '@':
		return refuse(ErrBadTopic, "%s (@ is reserved)", shown(topic))
	case len(topic) > n.options.NameBytes:
		return refuse(ErrBadTopic, "%s (over %d bytes)", shown(topic), n.options.NameBytes)
	}
	return nil
}

func tooLarge(what string, size, limit int) error {
	return refuse(ErrPayloadTooLarge, "%s of %d bytes; the limit is %d", what, size, limit)
}
