package host

// worker is the right to run one process of a host entry. A goroutine holds it;
// which one, changes with every pre-emption.
type worker struct {
	host *hostEntry
	wake chan struct{} // a token for each time it is taken from the idle list

	// The holder's alone.
	now     int64  // the node's clock when it last looked
	picks   uint32 // which queue comes first
	skipped int    // picks since the last from the spent queue
	spentAt int64  // when that was

	own sharedQueue // only the holder pushes
}

// pick takes from the worker's own queue and the common one, each first in
// every second call, so that neither starves. Processes that used up a slice
// come behind these, but half of the time is theirs: with one queue for all, ten
// busy loops would let everyone else wait ten slices for each message.
func (w *worker) pick() *Process {
	w.picks++
	w.skipped++
	if w.spentDue() {
		if p := w.popSpent(); p != nil {
			return p
		}
	}
	first, second := &w.own, &w.host.common
	if w.picks%2 == 0 {
		first, second = second, first
	}
	if p := first.pop(); p != nil {
		return p
	}
	if p := second.pop(); p != nil {
		return p
	}
	return w.popSpent()
}

// mostSkipped is for a clock that stands still; see mostTicks.
const mostSkipped = 64

// spentDue counts with a slice of its own for the process picked last time.
func (w *worker) spentDue() bool {
	return w.now-w.spentAt >= 2*int64(w.host.node.options.Slice) || w.skipped >= mostSkipped
}

func (w *worker) popSpent() *Process {
	p := w.host.spent.pop()
	if p != nil {
		w.skipped, w.spentAt = 0, w.now
	}
	return p
}

// steal takes the older half of another worker's queue: the first to run, the
// rest for the thief's own queue.
func (w *worker) steal() *Process {
	for i := range w.host.workers {
		victim := w.host.workers[(int(w.picks)+i)%len(w.host.workers)]
		if victim == w {
			continue
		}
		loot := victim.own.half()
		p := loot.pop()
		if p == nil {
			continue
		}
		w.own.append(&loot)
		return p
	}
	return nil
}

// othersWait says whether some process could have the worker instead.
func (w *worker) othersWait() bool {
	return w.own.length.Load() > 0 || w.host.common.length.Load() > 0 || w.host.spent.length.Load() > 0
}

// share wakes a parked worker if there is something that this one won't get to
// soon.
func (w *worker) share() {
	if w.host.parked.Load() > 0 && w.othersWait() {
		w.host.wakeOne()
	}
}

// serve is a goroutine that holds w. It ends when the host entry does, or when
// it gives w to a goroutine that blocks in a process.
func (h *hostEntry) serve(w *worker, p *Process) {
	defer h.node.goroutines.Done()
	for {
		for p == nil {
			if p = w.pick(); p == nil {
				p = w.steal()
			}
			if p == nil {
				if !h.park(w) {
					return
				}
				w.now = h.node.now()
			}
		}
		w.share()
		if p.blocked {
			p.resume <- w
			return
		}
		w = p.turn(w)
		p = nil
	}
}

// turn runs p until it waits, has ended, or must let others run. It returns the
// worker that the goroutine holds then, which may be another one.
func (p *Process) turn(w *worker) *worker {
	p.worker = w
	now := w.now
	p.beginSlice(now)
	if !p.started {
		if out, err := p.start(); out != nil || err != nil {
			return p.end(out, err)
		}
		now = p.node.now()
	}
	for {
		// Nothing of p may be touched behind doLeave: it may run elsewhere.
		w = p.worker
		w.now = now
		h, do := p.goOn(now)
		switch do {
		case doLeave:
			return w
		case doRequeue:
			w.host.expire(p)
			return w
		case doEnd:
			return p.end(nil, nil)
		}
		if out, err := p.guest.Step(h); out != nil || err != nil {
			return p.end(out, err)
		}
		now = p.node.now()
	}
}

func (p *Process) start() (*Outcome, error) {
	p.started = true
	p.mu.Lock()
	p.mu.state = running
	p.mu.Unlock()
	if err := p.Killed(); err != nil {
		return nil, err
	}
	guest, err := p.program.New(p)
	if err != nil {
		return nil, err
	}
	p.guest = guest
	args := p.args
	p.args = nil
	return guest.Start(args)
}

func (p *Process) end(out *Outcome, err error) *worker {
	w := p.worker
	p.finish(out, err)
	p.worker = nil
	w.now = p.node.now()
	return w
}

// course is what a worker does with a process it holds.
type course uint8

const (
	doStep course = iota
	doLeave
	doRequeue
	doEnd
)

// goOn decides what comes after a step, or after p was picked from a queue. It
// is here that a process begins to wait: what arrives before is seen here, what
// arrives after queues it.
func (p *Process) goOn(now int64) (Handle, course) {
	p.recycle()
	over := p.sliceOver(now)
	if over && !p.worker.othersWait() {
		p.pauseClock(now)
		p.beginSlice(now)
		over = false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fate.Load() != nil {
		return 0, doEnd
	}
	if over && p.mu.ready.head != nil {
		p.pauseClock(now)
		p.worker = nil
		p.mu.state = runnable
		return 0, doRequeue
	}
	if ready := p.nextReadyLocked(); ready != nil {
		p.mu.state = running
		return ready.handle, doStep
	}
	p.pauseClock(now)
	p.worker = nil
	p.mu.state = waiting
	return 0, doLeave
}
