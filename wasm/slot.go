package wasm

import (
	"sync"
)

const (
	// hostPage is the granularity in which slots are cleared and images kept.
	hostPage = 4096
	// wasmPage is WebAssembly's.
	wasmPage = 65536

	// regionSlots are reserved at once. A reservation costs address space only.
	regionSlots = 1024

	// keepResident is how much of a slot that nobody uses stays in memory; the
	// rest is given back to the system.
	keepResident = 1 << 20
)

// Slots reserves address space for guest memories and cuts it into slots of one
// size. All slots lie in few mappings, since a system allows only so many, and
// a memory that grows never moves.
//
// Where the system has no such mapping, or refuses one, a slot is plain memory
// that is allocated as it grows.
type Slots struct {
	size uint64

	mu struct {
		sync.Mutex
		regions [][]byte
		free    []*Slot
		inUse   int
		plain   bool // reserving failed
		closed  bool
	}
}

// NewSlots makes slots of size bytes each, the most that a guest's memory can
// ever have; size is rounded up to a whole WebAssembly page.
func NewSlots(size uint64) *Slots {
	size = (size + wasmPage - 1) / wasmPage * wasmPage
	return &Slots{size: size}
}

// Size is the size of each slot in bytes.
func (s *Slots) Size() uint64 { return s.size }

// InUse is the number of slots that were taken and not given back.
func (s *Slots) InUse() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.inUse
}

// Get takes a slot. All its bytes are zero and none is resident.
func (s *Slots) Get() (*Slot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.closed {
		return nil, ErrClosed
	}
	if len(s.mu.free) == 0 && !s.mu.plain {
		s.reserveLocked()
	}
	s.mu.inUse++
	if n := len(s.mu.free); n > 0 {
		slot := s.mu.free[n-1]
		s.mu.free[n-1] = nil
		s.mu.free = s.mu.free[:n-1]
		return slot, nil
	}
	return &Slot{owner: s, limit: s.size}, nil
}

// reserveLocked adds a region of free slots, a smaller one where the system
// refuses, and turns to plain memory when it refuses even one slot.
func (s *Slots) reserveLocked() {
	for n := uint64(regionSlots); n > 0; n /= 8 {
		region, err := reserve(n * s.size)
		if err != nil {
			continue
		}
		s.mu.regions = append(s.mu.regions, region)
		for i := n; i > 0; i-- {
			at := (i - 1) * s.size
			s.mu.free = append(s.mu.free,
				&Slot{owner: s, mapped: region[at : at+s.size : at+s.size], limit: s.size})
		}
		return
	}
	s.mu.plain = true
}

// Close gives the reservation back. Every slot must have been given back.
func (s *Slots) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.closed {
		return nil
	}
	if s.mu.inUse > 0 {
		panic("unreachable: slots closed while instances use them")
	}
	s.mu.closed = true
	var first error
	for _, region := range s.mu.regions {
		if err := unreserve(region); err != nil && first == nil {
			first = err
		}
	}
	s.mu.regions, s.mu.free = nil, nil
	return first
}

// Slot is the linear memory of one instance. It satisfies the memory hooks of
// engines that let their embedder allocate.
type Slot struct {
	owner  *Slots
	mapped []byte // nil: plain memory
	plain  []byte
	used   uint64 // bytes that the guest has now
	limit  uint64 // bytes beyond which the guest may not grow

	resident []bool // scratch of reset, kept from use to use
}

// Reallocate gives the guest size bytes. It returns nil beyond the limit, which
// makes the guest's memory.grow fail.
func (s *Slot) Reallocate(size uint64) []byte {
	if size > s.limit || size > s.owner.size {
		return nil
	}
	s.used = size
	if s.mapped != nil {
		return s.mapped[:size]
	}
	if size > uint64(cap(s.plain)) {
		grown := make([]byte, size, min(max(size, 2*uint64(cap(s.plain))), s.owner.size))
		copy(grown, s.plain)
		s.plain = grown
	}
	s.plain = s.plain[:size]
	return s.plain
}

// Free gives the slot back. The instance that used it must be gone.
func (s *Slot) Free() {
	if s.owner == nil {
		return
	}
	owner := s.owner
	if s.mapped != nil && s.used > 0 {
		discard(s.mapped[:s.used])
	}
	owner.mu.Lock()
	defer owner.mu.Unlock()
	owner.mu.inUse--
	if s.mapped != nil {
		owner.mu.free = append(owner.mu.free, &Slot{owner: owner, mapped: s.mapped, limit: owner.size})
	}
	s.owner, s.mapped, s.plain = nil, nil, nil
}

// memory is what the guest has now.
func (s *Slot) memory() []byte {
	if s.mapped != nil {
		return s.mapped[:s.used]
	}
	return s.plain[:s.used]
}

// trim gives back to the system what an idle slot holds above keepResident.
func (s *Slot) trim() {
	if s.mapped != nil && s.used > keepResident {
		discard(s.mapped[keepResident:s.used])
	}
}
