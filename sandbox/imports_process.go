package sandbox

import (
	"github.com/luahive/luahive/abi"
	"github.com/luahive/luahive/host"
	"github.com/luahive/luahive/wasm"
)

// tick is called when the units that were granted are used up. It blocks while
// others have their turn.
func (c call) tick() {
	if err := c.refill(); err != nil {
		panic(&wasm.Stop{Err: err})
	}
	c.result(c.granted)
}

// refill tells the node what was used and takes the next grant.
func (g *guest) refill() error {
	units, err := g.process.Tick(uint64(g.granted))
	if err != nil {
		return err
	}
	g.granted = int32(units)
	return nil
}

func (c call) exit() {
	result := c.unit(0)
	o := &host.Outcome{Result: result}
	if c.u32(3) != 0 {
		o.Error = c.unit(2)
	}
	c.guest.outcome = o
}

func (c call) spawn() {
	program, err := c.program.app.program(c.text(0))
	if err != nil {
		c.put(7, "", err)
		return
	}
	flags := c.u32(6)
	pid, err := c.process.Spawn(program, c.text(2), c.payload(4), host.SpawnFlags{
		Monitor: flags&abi.SpawnMonitor != 0,
		Link:    flags&abi.SpawnLink != 0,
	})
	c.put(7, string(pid), err)
}

// onDest makes a handler of a method that takes a PID or a name.
func onDest(method func(*host.Process, string) error) func(c call) {
	return func(c call) {
		c.answer(0, method(c.process, c.text(0)))
	}
}

func (c call) cancel() {
	c.answer(0, c.process.Cancel(c.text(0), c.payload(2)))
}

func (c call) register() {
	c.answer(0, c.process.Register(c.text(0), c.text(2)))
}

func (c call) lookup() {
	pid, err := c.process.Lookup(c.text(0))
	c.put(2, string(pid), err)
}

func (c call) unregister() {
	ok, err := c.process.Unregister(c.text(0))
	c.answer(oneIf(ok), err)
}

func (c call) setOption() {
	if c.u32(0) != abi.OptionTrapLinks {
		c.fault(errUnknownOption)
	}
	c.process.SetTrapLinks(c.u32(1) != 0)
	c.result(0)
}

func oneIf(ok bool) int32 {
	if ok {
		return 1
	}
	return 0
}
