package sandbox

import (
	"fmt"

	"github.com/luahive/luahive/abi"
	"github.com/luahive/luahive/host"
	"github.com/luahive/luahive/wasm"
)

// guest is a process's program: a seat that holds the process's memory. It is
// what the node steps, and what the imports find as the owner of the seat.
type guest struct {
	program *program
	process *host.Process
	seat    *wasm.Seat

	granted   int32         // units given at the last refill
	outcome   *host.Outcome // set by the exit import
	lastError []byte        // unit of the last refusal, for last_error
	stack     [2]uint64     // for calls of exports
}

// Start implements host.Guest.
func (g *guest) Start(args []byte) (*host.Outcome, error) {
	buf := make([]byte, 0, 128+len(args))
	buf = abi.AppendString(buf, string(g.process.PID()))
	buf = abi.AppendString(buf, g.program.app.runtime.seeds.next())
	buf = append(buf, args...)
	if len(buf) <= int(g.program.buffer.size) {
		if err := g.seat.Write(g.program.buffer.at, g.program.buffer.size, buf); err != nil {
			return nil, err
		}
	} else if err := deliver(g.seat, buf); err != nil {
		return nil, err
	}
	if err := g.refill(); err != nil {
		return nil, err
	}
	g.seat.SetFuel(g.granted)
	return g.step(0, len(buf))
}

// Step implements host.Guest.
func (g *guest) Step(ready host.Handle) (*host.Outcome, error) { return g.step(ready, 0) }

// Close implements host.Guest.
func (g *guest) Close() {
	g.program.app.runtime.pool.Put(g.seat)
	g.seat = nil
}

// step runs the process until it waits; size is that of what it starts with.
func (g *guest) step(ready host.Handle, size int) (*host.Outcome, error) {
	g.stack = [2]uint64{uint64(uint32(ready)), uint64(size)}
	err := g.seat.Call(exportStep, g.stack[:])
	if err != nil || g.outcome != nil {
		g.process.Charge(uint64(g.granted - g.seat.Fuel()))
	}
	if err != nil {
		return nil, err
	}
	switch int32(g.stack[0]) {
	case abi.Waits:
		return nil, nil
	case abi.Done:
		if g.outcome == nil {
			return nil, &wasm.Trap{Reason: "the guest ended without an outcome"}
		}
		return g.outcome, nil
	default:
		return nil, &wasm.Trap{Reason: fmt.Sprintf("the guest returned status %d", int32(g.stack[0]))}
	}
}

// deliver puts data where the guest looks for it.
func deliver(seat *wasm.Seat, data []byte) error {
	stack := []uint64{uint64(len(data))}
	if err := seat.Call(exportReserve, stack); err != nil {
		return err
	}
	p := uint32(stack[0])
	if p == 0 {
		return errMemory
	}
	return seat.Write(p, uint32(len(data)), data)
}
