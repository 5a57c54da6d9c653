package host

import "runtime"

// sliceClock belongs to the goroutine that runs the process.
type sliceClock struct {
	since int64 // from when on the running time isn't in Process.ran yet
	ends  int64 // of the slice
	ticks int   // in the slice
}

// mostTicks ends a slice however little time has gone by. At 20,000 units and
// 2 ns each it is far beyond a millisecond; but where the clock stands still
// (testing/synctest) it is what lets the neighbours run.
const mostTicks = 256

func (p *Process) beginSlice(now int64) {
	p.slice = sliceClock{since: now, ends: now + int64(p.node.options.Slice)}
}

func (p *Process) sliceOver(now int64) bool {
	return now >= p.slice.ends || p.slice.ticks >= mostTicks
}

// pauseClock adds what p ran since the clock went on.
func (p *Process) pauseClock(now int64) {
	p.ran.Store(p.ran.Load() + now - p.slice.since)
	p.slice.since = now
}

// Charge adds used units without anything else happening: for what was used
// since the last Tick when the guest is done.
func (p *Process) Charge(used uint64) { p.units.Store(p.units.Load() + used) }

// Tick is what a guest calls when its fuel is used up, in the middle of running.
// It adds the used units and returns how many to go on with. When the slice is
// over and others want the worker, it blocks until the process's next turn. The
// error is the Kill that ended the process, if any: the guest must get out of
// its code and return it from Start or Step.
func (p *Process) Tick(used uint64) (refill int, err error) {
	p.Charge(used)
	if err := p.Killed(); err != nil {
		return 0, err
	}
	p.slice.ticks++
	if now := p.node.now(); p.sliceOver(now) {
		p.pauseClock(now)
		// The guest's code may be such that Go can't pre-empt it, so this is
		// also when the rest of the program gets its turn.
		runtime.Gosched()
		p.worker.now = now
		if next := p.worker.pick(); next != nil {
			p.giveWay(next)
		}
		p.beginSlice(p.node.now())
		if err := p.Killed(); err != nil {
			return 0, err
		}
	}
	p.worker.share()
	return p.node.options.SliceUnits, nil
}

// giveWay lets next have the worker and blocks until p gets one again. Leaving
// the guest instead, with its stack, would need a guest that can do that;
// blocking needs nothing of it, and costs a goroutine only while it lasts.
func (p *Process) giveWay(next *Process) {
	if p.resume == nil {
		p.resume = make(chan *worker, 1) // whoever picks p must not wait for it
	}
	w := p.worker
	p.worker, p.blocked = nil, true
	p.mu.Lock()
	p.mu.state = runnable
	p.mu.Unlock()
	w.host.expire(p)
	// From here to the receive p belongs to whoever picks it.
	w.passTo(next)
	w = <-p.resume
	p.worker, p.blocked = w, false
	p.mu.Lock()
	p.mu.state = running
	p.mu.Unlock()
}

// passTo has next run with w on another goroutine: its own, if it has one.
func (w *worker) passTo(next *Process) {
	if next.blocked {
		next.resume <- w
		return
	}
	w.host.node.goroutines.Add(1)
	go w.host.serve(w, next)
}
