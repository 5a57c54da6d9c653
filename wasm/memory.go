package wasm

import "fmt"

// View returns n bytes of guest memory at p. The slice is good until the next
// call into the guest: memory may grow, and the guest may write.
func (s *Seat) View(p, n uint32) ([]byte, error) {
	m := s.instance.Memory()
	end := uint64(p) + uint64(n)
	if end > uint64(len(m)) {
		return nil, fmt.Errorf("%w: %d bytes at %#x of %d", ErrOutOfBounds, n, p, len(m))
	}
	return m[p:end:end], nil
}

// Read returns a copy of n bytes of guest memory at p.
func (s *Seat) Read(p, n uint32) ([]byte, error) {
	v, err := s.View(p, n)
	if err != nil {
		return nil, err
	}
	return append([]byte(nil), v...), nil
}

// Write copies data into guest memory at p, where the guest has room for n
// bytes. More data than that is the caller's mistake.
func (s *Seat) Write(p, n uint32, data []byte) error {
	v, err := s.View(p, n)
	if err != nil {
		return err
	}
	if len(data) > len(v) {
		panic("unreachable: more data than the guest has room for")
	}
	copy(v, data)
	return nil
}
