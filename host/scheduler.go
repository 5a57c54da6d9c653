package host

import (
	"slices"
	"sync"
	"sync/atomic"
)

// hostEntry is the scheduler of one host entry.
//
// Each worker has a queue for the processes that its own steps woke. What is
// woken from elsewhere goes to the common queue, and what used up its slice to
// the spent queue. A worker takes from these three (see pick), and then from
// other workers' own queues. All are first in, first out.
//
// Waking a parked worker costs more than a usual step. So a step that wakes one
// process doesn't: its own worker gets to it next. It does for a second one, and
// at the first Tick, which says that the step is a long one.
type hostEntry struct {
	node         *Node
	name         string
	maxProcesses int
	workers      []*worker
	live         atomic.Int64 // processes that haven't begun their exit

	common sharedQueue
	spent  sharedQueue

	parked atomic.Int32 // length of mu.idle; written under mu, read by all
	mu     struct {
		sync.Mutex
		idle   []*worker
		closed bool
	}
}

// enqueue takes a process that the caller made runnable. w is the worker on
// which the caller runs, nil if none.
func (h *hostEntry) enqueue(p *Process, w *worker) {
	if w != nil && w.host == h {
		if w.own.push(p) > 1 {
			h.wakeOne()
		}
		return
	}
	h.common.push(p)
	h.wakeOne()
}

// expire takes a runnable process whose slice is over.
func (h *hostEntry) expire(p *Process) {
	h.spent.push(p)
	h.wakeOne()
}

// wakeOne gets one parked worker to look for work.
func (h *hostEntry) wakeOne() {
	if h.parked.Load() == 0 {
		return
	}
	h.mu.Lock()
	last := len(h.mu.idle) - 1
	if last < 0 {
		h.mu.Unlock()
		return
	}
	w := h.mu.idle[last]
	h.setIdleLocked(h.mu.idle[:last])
	h.mu.Unlock()
	w.wake <- struct{}{}
}

func (h *hostEntry) setIdleLocked(idle []*worker) {
	h.mu.idle = idle
	h.parked.Store(int32(len(idle)))
}

// park waits until there may be work again. It is false when there never will be.
func (h *hostEntry) park(w *worker) bool {
	h.mu.Lock()
	if h.mu.closed {
		h.mu.Unlock()
		return false
	}
	h.setIdleLocked(append(h.mu.idle, w))
	h.mu.Unlock()
	// Whoever queued something without seeing w in the list did so before this.
	if h.anyQueued() && h.unpark(w) {
		return true
	}
	<-w.wake
	return true
}

// unpark is false when w was taken from the list already: then a token comes.
func (h *hostEntry) unpark(w *worker) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	i := slices.Index(h.mu.idle, w)
	if i < 0 {
		return false
	}
	h.setIdleLocked(slices.Delete(h.mu.idle, i, i+1))
	return true
}

func (h *hostEntry) anyQueued() bool {
	if h.common.length.Load() > 0 || h.spent.length.Load() > 0 {
		return true
	}
	for _, w := range h.workers {
		if w.own.length.Load() > 0 {
			return true
		}
	}
	return false
}

// close ends the workers. No process is left.
func (h *hostEntry) close() {
	h.mu.Lock()
	h.mu.closed = true
	idle := h.mu.idle
	h.setIdleLocked(nil)
	h.mu.Unlock()
	for _, w := range idle {
		w.wake <- struct{}{}
	}
}
