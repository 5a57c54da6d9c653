package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/luahive/luahive/abi"
	"github.com/luahive/luahive/host"
	"github.com/luahive/luahive/wasm"
)

// Indexes of the exports that the host calls, in exportNames.
const (
	exportABIVersion = iota
	exportInit
	exportReserve
	exportLoad
	exportSeal
	exportStep
)

var exportNames = []string{"abi_version", "init", "reserve", "load", "seal", "step"}

const fuelGlobal = "luahive_fuel"

// Every mutable global of lua.wasm; wasm/link exports them under these names.
var globalNames = []string{"__stack_pointer", fuelGlobal, "luahive_throwing"}

// call is one call of an import: the guest that makes it and its arguments, of
// which the results take the place. A guest that names memory which it doesn't
// have is ended, by a panic with a *wasm.Stop that names the import.
type call struct {
	*guest
	name  string
	stack []uint64
}

// handlers are the functions behind the imports, by name. A negative result
// tells the guest that last_error has the reason.
var handlers = map[string]func(c call){
	"tick":        call.tick,
	"log":         call.log,
	"exit":        call.exit,
	"spawn":       call.spawn,
	"send":        call.send,
	"listen":      call.listen,
	"inbox":       call.inbox,
	"events":      call.events,
	"close":       call.closeHandle,
	"receive":     call.receive,
	"timer":       call.timer,
	"timer_reset": call.timerReset,
	"timer_stop":  call.timerStop,
	"monitor":     onDest((*host.Process).Monitor),
	"unmonitor":   onDest((*host.Process).Unmonitor),
	"link":        onDest((*host.Process).Link),
	"unlink":      onDest((*host.Process).Unlink),
	"terminate":   onDest((*host.Process).Terminate),
	"cancel":      call.cancel,
	"register":    call.register,
	"lookup":      call.lookup,
	"unregister":  call.unregister,
	"set_option":  call.setOption,
	"last_error":  call.lastErrorUnit,
	"now":         call.now,
	"cpu":         call.cpu,
}

// imports are the functions that lua.wasm may import: the ABI's table, each
// with its handler.
func imports() []wasm.Import {
	var out []wasm.Import
	for _, f := range abi.Imports {
		handle := handlers[f.Name]
		if handle == nil {
			panic("unreachable: no handler for import " + f.Name)
		}
		name := f.Name
		out = append(out, wasm.Import{
			Module: abi.Module, Name: name, Params: paramTypes(f), Results: resultTypes(f),
			Call: func(seat *wasm.Seat, stack []uint64) {
				switch owner := seat.Owner.(type) {
				case *guest:
					handle(call{guest: owner, name: name, stack: stack})
				case *builder:
					owner.imported(name, seat, stack)
				default:
					panic("unreachable: an import was called in a seat that nobody holds")
				}
			},
		})
	}
	return out
}

func paramTypes(f abi.Function) []wasm.ValueType {
	var out []wasm.ValueType
	for _, p := range f.Params {
		out = append(out, wasm.ValueType(p.Type))
	}
	return out
}

func resultTypes(f abi.Function) []wasm.ValueType {
	var out []wasm.ValueType
	for _, t := range f.Results {
		out = append(out, wasm.ValueType(t))
	}
	return out
}

// fault ends the guest.
func (c call) fault(err error) { panic(wasm.Fault(c.name, err)) }

// u32 is argument i. The engine leaves the upper half of its word undefined.
func (c call) u32(i int) uint32 { return uint32(c.stack[i]) }

// view is the argument whose pointer is argument i and whose length is the
// next, in the guest's own memory.
func (c call) view(i int) []byte {
	v, err := c.seat.View(c.u32(i), c.u32(i+1))
	if err != nil {
		c.fault(err)
	}
	return v
}

// text copies a name, a topic or a PID.
func (c call) text(i int) string { return string(c.view(i)) }

// payload is a view that must hold a payload: a guest sends nothing on that
// another one would choke on. Who keeps it copies it.
func (c call) payload(i int) []byte {
	b := c.view(i)
	if _, err := abi.Check(b, abi.MaxDepth); err != nil {
		c.fault(err)
	}
	return b
}

// unit copies a payload of exactly one value.
func (c call) unit(i int) []byte {
	b := bytes.Clone(c.view(i))
	if n, err := abi.Check(b, abi.MaxDepth); err != nil {
		c.fault(err)
	} else if n != 1 {
		c.fault(fmt.Errorf("%d values instead of one", n))
	}
	return b
}

func (c call) result(v int32) { c.stack[0] = uint64(uint32(v)) }

// answer gives v to the guest, or holds the error ready for last_error. A kill
// ends the guest instead.
func (c call) answer(v int32, err error) {
	if err == nil {
		c.result(v)
		return
	}
	c.endIfKilled(err)
	c.guest.lastError = abi.AppendError(c.lastError[:0], errorOf(err))
	c.result(-1)
}

// endIfKilled ends the guest when the error is its own kill.
func (c call) endIfKilled(err error) {
	var kill *host.Kill
	if errors.As(err, &kill) {
		panic(&wasm.Stop{Err: kill})
	}
}

// put writes text into the guest's room at argument i.
func (c call) put(i int, text string, err error) {
	if err == nil && len(text) > int(c.u32(i+1)) {
		err = fmt.Errorf("a PID of %d bytes doesn't fit", len(text))
	}
	if err == nil {
		if werr := c.seat.Write(c.u32(i), c.u32(i+1), []byte(text)); werr != nil {
			c.fault(werr)
		}
	}
	c.answer(int32(len(text)), err)
}

func (c call) now() { c.stack[0] = uint64(time.Now().UnixNano()) }

func (c call) cpu() { c.stack[0] = uint64(c.process.Running()) }

func (c call) lastErrorUnit() {
	n := uint32(len(c.lastError))
	if n <= c.u32(1) {
		if err := c.seat.Write(c.u32(0), c.u32(1), c.lastError); err != nil {
			c.fault(err)
		}
	}
	c.result(int32(n))
}
