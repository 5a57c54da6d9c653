package wasm

// ValueType is a WebAssembly number type, in the binary format's code.
type ValueType byte

// The value types that the guest ABI uses.
const (
	I32 ValueType = 0x7f
	I64 ValueType = 0x7e
)

// Import is one host function. Call finds its arguments in stack, one value a
// word, and leaves its result in the first. It may panic with a *Stop.
type Import struct {
	Module, Name    string
	Params, Results []ValueType
	Call            func(seat *Seat, stack []uint64)
}

// Engine is a compiled module, ready to be instantiated.
type Engine interface {
	// Instantiate makes an instance whose memory is the seat's slot, and runs
	// nothing but _initialize. Imports that the instance calls get the seat.
	Instantiate(seat *Seat) (Instance, error)
	// Close gives everything back. No instance may be left.
	Close() error
}

// Instance is one instance of an engine's module.
type Instance interface {
	// Call calls the export with the index that it has in the engine's list.
	// The stack carries arguments in and the result out. The error is a *Trap,
	// or what a *Stop carried.
	Call(export int, stack []uint64) error
	// Memory is the linear memory as it is now. It must not be held across a
	// call.
	Memory() []byte
	// Grow makes the memory at least size bytes large.
	Grow(size uint64) error
	// Globals are the module's mutable globals, in the order of their export
	// names.
	Globals(into []uint64) []uint64
	SetGlobals(values []uint64)
	// Fuel and SetFuel reach the global that counts units.
	Fuel() int32
	SetFuel(units int32)
	Close()
}
