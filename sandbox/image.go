package sandbox

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/luahive/luahive/abi"
	"github.com/luahive/luahive/wasm"
)

const (
	// stackSize is lua.wasm's, which the linker put first in its memory
	// (lua-wasm/build). Between calls nothing stands on it.
	stackSize = 256 << 10

	// compileUnits bounds the work of compiling one script.
	compileUnits = 1 << 30
	compileSlice = 1 << 20
)

var (
	errMemory        = errors.New("not enough memory")
	errUnknownOption = errors.New("unknown option")
)

// chunk is a script to compile.
type chunk struct {
	id     string // of a library; empty for the entry's own
	name   string // Lua's chunk name, "@file"
	source []byte
}

// builder sits in a seat while an image is made there: no process runs yet, so
// the guest may count and complain, and nothing else.
type builder struct {
	used   uint64
	logger *slog.Logger
}

func (b *builder) imported(name string, seat *wasm.Seat, stack []uint64) {
	switch name {
	case "tick":
		b.used += compileSlice
		if b.used > compileUnits {
			panic(&wasm.Stop{Err: fmt.Errorf("%w: more than %d units of work", ErrCompile, compileUnits)})
		}
		stack[0] = compileSlice
	case "log":
		text, err := seat.Read(uint32(stack[1]), uint32(stack[2]))
		if err != nil {
			panic(wasm.Fault(name, err))
		}
		b.logger.Error("while an image was made", "text", string(text))
	case "now", "cpu":
		stack[0] = 0 // an image is the same whenever it's made
	default:
		panic(wasm.Fault(name, errors.New("called while no process runs")))
	}
}

// baseImage opens Lua's libraries and the prelude in a new instance.
func (r *Runtime) baseImage() (*wasm.Image, error) {
	seat, err := r.pool.Fresh()
	if err != nil {
		return nil, err
	}
	defer r.pool.Put(seat)
	seat.Owner = &builder{logger: r.logger}
	seat.SetFuel(compileSlice)
	version, err := callInt(seat, exportABIVersion)
	if err != nil {
		return nil, err
	}
	if version != abi.Version {
		return nil, fmt.Errorf("sandbox: lua.wasm speaks ABI version %d, this program version %d; run make wasm", version, abi.Version)
	}
	if status, err := callInt(seat, exportInit); err != nil || status != 0 {
		return nil, fmt.Errorf("sandbox: lua.wasm doesn't start (status %d): %w", status, err)
	}
	return wasm.Take(seat, stackSize), nil
}

// withBase runs f in a seat that holds the base image.
func (r *Runtime) withBase(f func(seat *wasm.Seat) error) error {
	seat, err := r.pool.Get(r.base, 0)
	if err != nil {
		return err
	}
	defer r.pool.Put(seat)
	seat.Owner = &builder{logger: r.logger}
	seat.SetFuel(compileSlice)
	return f(seat)
}

// entryImage compiles the chunks over the base image. settings is what
// prelude/50-boot.lua documents.
func (r *Runtime) entryImage(chunks []chunk, settings *abi.Table) (img *wasm.Image, b buffer, err error) {
	err = r.withBase(func(seat *wasm.Seat) error {
		for _, c := range chunks {
			if err := load(seat, c); err != nil {
				return err
			}
		}
		unit, err := abi.Append(nil, settings)
		if err != nil {
			return err
		}
		if err := loadUnits(seat, abi.LoadSettings, unit); err != nil {
			return err
		}
		if status, err := callInt(seat, exportSeal); err != nil || status != 0 {
			return fmt.Errorf("sandbox: the image can't be sealed (status %d): %w", status, err)
		}
		at, err := callInt(seat, exportReserve, bufferSize)
		if err != nil {
			return err
		}
		if at == 0 {
			return errMemory
		}
		b = buffer{at: uint32(at), size: bufferSize}
		img = wasm.Take(seat, stackSize)
		return nil
	})
	return img, b, err
}

// buffer is where a guest takes what it starts with, as long as that fits.
type buffer struct{ at, size uint32 }

// bufferSize is what every image has room for.
const bufferSize = 1024

// compile checks that a chunk compiles, and keeps nothing.
func (r *Runtime) compile(c chunk) error {
	return r.withBase(func(seat *wasm.Seat) error { return load(seat, c) })
}

func load(seat *wasm.Seat, c chunk) error {
	kind := abi.LoadMain
	var units []byte
	if c.id != "" {
		kind = abi.LoadLibrary
		units = abi.AppendString(units, c.id)
	}
	units = abi.AppendString(units, c.name)
	units = abi.AppendString(units, string(c.source))
	return loadUnits(seat, kind, units)
}

// loadUnits delivers the units and calls load. A complaint of the guest's is an
// ErrCompile with its text.
func loadUnits(seat *wasm.Seat, kind int, units []byte) error {
	if err := deliver(seat, units); err != nil {
		return err
	}
	n, err := callInt(seat, exportLoad, uint64(kind), uint64(len(units)))
	switch {
	case err != nil:
		return err
	case n < 0:
		return fmt.Errorf("%w: %w", ErrCompile, errMemory)
	case n == 0:
		return nil
	}
	p, err := callInt(seat, exportReserve, uint64(uint32(n)))
	if err != nil {
		return err
	}
	message, err := seat.Read(uint32(p), uint32(n))
	if err != nil {
		return err
	}
	return &compileError{text: string(message)}
}

// compileError is Lua's own message, "file:line: what".
type compileError struct{ text string }

func (e *compileError) Error() string { return e.text }

func (e *compileError) Unwrap() error { return ErrCompile }

func callInt(seat *wasm.Seat, export int, arguments ...uint64) (int32, error) {
	stack := make([]uint64, max(1, len(arguments)))
	copy(stack, arguments)
	err := seat.Call(export, stack)
	return int32(uint32(stack[0])), err
}
