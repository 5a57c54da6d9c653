package sandbox

import (
	crand "crypto/rand"
	"math/rand/v2"
	"sync"

	"github.com/luahive/luahive/abi"
)

// seeds makes fresh seeds for processes, from a generator that the system
// seeded. A script that learns its own seed learns nobody else's.
type seeds struct {
	mu struct {
		sync.Mutex
		random *rand.ChaCha8
	}
}

func newSeeds() *seeds {
	var key [32]byte
	_, _ = crand.Read(key[:]) // never fails: see its documentation
	s := &seeds{}
	s.mu.random = rand.NewChaCha8(key)
	return s
}

func (s *seeds) next() string {
	var b [abi.SeedSize]byte
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = s.mu.random.Read(b[:])
	return string(b[:])
}
