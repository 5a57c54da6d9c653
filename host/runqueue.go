package host

import (
	"sync"
	"sync/atomic"
)

// runQueue is a list of runnable processes, which costs no memory of its own.
type runQueue struct {
	head, tail *Process
	n          int32
}

func (q *runQueue) push(p *Process) {
	if q.tail == nil {
		q.head = p
	} else {
		q.tail.next = p
	}
	q.tail = p
	q.n++
}

func (q *runQueue) pop() *Process {
	p := q.head
	if p == nil {
		return nil
	}
	q.head, p.next = p.next, nil
	if q.head == nil {
		q.tail = nil
	}
	q.n--
	return p
}

// sharedQueue is a run queue with a lock of its own.
type sharedQueue struct {
	length atomic.Int32 // of mu.list; written under mu, read by all
	mu     struct {
		sync.Mutex
		list runQueue
	}
}

// push returns the length.
func (q *sharedQueue) push(p *Process) int32 {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.mu.list.push(p)
	q.length.Store(q.mu.list.n)
	return q.mu.list.n
}

func (q *sharedQueue) pop() *Process {
	if q.length.Load() == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	p := q.mu.list.pop()
	q.length.Store(q.mu.list.n)
	return p
}

// mostStolen bounds how long a thief holds its victim's lock.
const mostStolen = 64

// half takes the older half out.
func (q *sharedQueue) half() (loot runQueue) {
	if q.length.Load() == 0 {
		return loot
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for range min((q.mu.list.n+1)/2, mostStolen) {
		loot.push(q.mu.list.pop())
	}
	q.length.Store(q.mu.list.n)
	return loot
}

// append empties other into q.
func (q *sharedQueue) append(other *runQueue) {
	if other.head == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for p := other.pop(); p != nil; p = other.pop() {
		q.mu.list.push(p)
	}
	q.length.Store(q.mu.list.n)
}
