package wasm

import (
	"fmt"
	"sync"
)

// Seat is an instance in its slot. See the package comment for its rules.
type Seat struct {
	// Owner is whoever runs in the seat, for the imports. The pool clears it.
	Owner any

	slot     *Slot
	instance Instance
}

// Slot is the seat's memory, for engines.
func (s *Seat) Slot() *Slot { return s.slot }

// Call calls an export of the guest; see [Instance.Call].
func (s *Seat) Call(export int, stack []uint64) error {
	return s.instance.Call(export, stack)
}

// Fuel is the number of units that are left before the guest calls tick.
func (s *Seat) Fuel() int32 { return s.instance.Fuel() }

// SetFuel sets it.
func (s *Seat) SetFuel(units int32) { s.instance.SetFuel(units) }

// MemorySize is the size of the guest's memory in bytes.
func (s *Seat) MemorySize() uint64 { return s.slot.used }

// PoolOptions sets up a pool. The zero value is the recommended setting.
type PoolOptions struct {
	// MemoryMax is the most memory that any guest can have, in bytes.
	// Default 64 MiB.
	MemoryMax uint64
	// Idle is how many seats are kept that nobody uses. Default 1024.
	Idle int
}

// Pool hands out seats. It is safe for concurrent use.
type Pool struct {
	engine Engine
	slots  *Slots
	idle   int

	mu struct {
		sync.Mutex
		seats  []*Seat
		inUse  int
		closed bool
	}
}

// NewPool makes an empty pool of the engine's instances. The pool owns the
// engine from then on.
func NewPool(engine Engine, o PoolOptions) *Pool {
	if o.MemoryMax == 0 {
		o.MemoryMax = 64 << 20
	}
	if o.Idle == 0 { // negative: none
		o.Idle = 1024
	}
	return &Pool{engine: engine, slots: NewSlots(o.MemoryMax), idle: o.Idle}
}

// MemoryMax is the most memory that a guest can have, in bytes.
func (p *Pool) MemoryMax() uint64 { return p.slots.Size() }

// InUse counts the seats that were got and not put back.
func (p *Pool) InUse() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mu.inUse
}

// Slots counts the slots that instances hold, idle ones too.
func (p *Pool) Slots() int { return p.slots.InUse() }

// Get returns a seat that holds the image. Its memory can't grow above limit
// bytes; 0 means the pool's maximum.
func (p *Pool) Get(img *Image, limit uint64) (*Seat, error) {
	if limit == 0 || limit > p.slots.Size() {
		limit = p.slots.Size()
	}
	if img.size > limit {
		return nil, fmt.Errorf("%w: the script's image takes %d bytes of %d", ErrNoMemory, img.size, limit)
	}
	seat, err := p.take(img.size, limit)
	if err != nil {
		return nil, err
	}
	if seat == nil {
		if seat, err = p.instantiate(img.size); err != nil {
			p.release()
			return nil, err
		}
	}
	seat.slot.limit = limit
	img.put(seat.slot)
	seat.instance.SetGlobals(img.globals)
	return seat, nil
}

// Fresh returns a seat with a new instance, to build an image in.
func (p *Pool) Fresh() (*Seat, error) {
	p.mu.Lock()
	closed := p.mu.closed
	if !closed {
		p.mu.inUse++
	}
	p.mu.Unlock()
	if closed {
		return nil, ErrClosed
	}
	seat, err := p.instantiate(0)
	if err != nil {
		p.release()
	}
	return seat, err
}

// take finds an idle seat whose memory is neither smaller than the image nor
// larger than the limit: a memory can't shrink, and one that had grown before
// must not give its next guest more than its due. nil: there is none.
func (p *Pool) take(size, limit uint64) (*Seat, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mu.closed {
		return nil, ErrClosed
	}
	p.mu.inUse++
	const tries = 8
	n := len(p.mu.seats)
	for i := n - 1; i >= 0 && i >= n-tries; i-- {
		seat := p.mu.seats[i]
		if seat.slot.used < size || seat.slot.used > limit {
			continue
		}
		p.mu.seats[i] = p.mu.seats[n-1]
		p.mu.seats[n-1] = nil
		p.mu.seats = p.mu.seats[:n-1]
		return seat, nil
	}
	return nil, nil
}

func (p *Pool) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.inUse--
}

// instantiate makes a seat with at least size bytes of memory.
func (p *Pool) instantiate(size uint64) (*Seat, error) {
	slot, err := p.slots.Get()
	if err != nil {
		return nil, err
	}
	seat := &Seat{slot: slot}
	if seat.instance, err = p.engine.Instantiate(seat); err != nil {
		slot.Free()
		return nil, err
	}
	if slot.used < size {
		if err := seat.instance.Grow(size); err != nil {
			seat.close()
			return nil, err
		}
	}
	return seat, nil
}

func (s *Seat) close() {
	s.instance.Close()
	s.slot.Free()
}

// Put gives a seat back. Whoever sat there must not use it any more.
func (p *Pool) Put(seat *Seat) {
	seat.Owner = nil
	seat.slot.trim()
	p.mu.Lock()
	p.mu.inUse--
	keep := !p.mu.closed && len(p.mu.seats) < p.idle
	if keep {
		p.mu.seats = append(p.mu.seats, seat)
	}
	p.mu.Unlock()
	if !keep {
		seat.close()
	}
}

// Close closes the idle seats, the engine and the slots. Every seat must have
// been put back.
func (p *Pool) Close() error {
	p.mu.Lock()
	if p.mu.closed {
		p.mu.Unlock()
		return nil
	}
	p.mu.closed = true
	seats := p.mu.seats
	p.mu.seats = nil
	inUse := p.mu.inUse
	p.mu.Unlock()
	if inUse > 0 {
		panic("unreachable: pool closed while seats are in use")
	}
	for _, seat := range seats {
		seat.close()
	}
	err := p.engine.Close()
	if e := p.slots.Close(); err == nil {
		err = e
	}
	return err
}
