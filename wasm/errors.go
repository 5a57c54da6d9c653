package wasm

import (
	"errors"
	"fmt"
)

var (
	// ErrNoMemory says that no slot could be had for one more instance.
	ErrNoMemory = errors.New("wasm: no memory for another instance")

	// ErrClosed says that the pool or the slots were closed.
	ErrClosed = errors.New("wasm: closed")

	// ErrOutOfBounds says that a guest named memory that it doesn't have.
	ErrOutOfBounds = errors.New("wasm: pointer out of bounds")
)

// Trap is a guest that ended itself: an unreachable instruction, an access out
// of bounds, a stack overflow, or a fault that an import found.
type Trap struct {
	Reason string
	// Stack is the engine's account of the guest's frames, for logs.
	Stack string
}

func (t *Trap) Error() string { return "wasm: " + t.Reason }

// Stop ends the running call of a guest from inside an import, below anything
// that the guest could catch: the import panics with it, and [Seat.Call]
// returns Err.
type Stop struct{ Err error }

func (s *Stop) Error() string { return s.Err.Error() }

// Fault is a Stop for a guest that broke the contract in the import named.
func Fault(name string, err error) *Stop {
	return &Stop{Err: &Trap{Reason: fmt.Sprintf("%s: %v", name, err)}}
}
