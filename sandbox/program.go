package sandbox

import (
	"fmt"
	"sync"

	"github.com/luahive/luahive/abi"
	"github.com/luahive/luahive/host"
	"github.com/luahive/luahive/wasm"
)

// program is an entry that can run: the image that its processes start from,
// made when the first of them is spawned.
type program struct {
	app    *App
	id     string
	memory uint64 // limit in bytes, 0 = the runtime's

	chunks   []chunk
	settings *abi.Table

	once   sync.Once
	image  *wasm.Image
	buffer buffer
	err    error
}

// Entry implements host.Program.
func (p *program) Entry() string { return p.id }

// New implements host.Program.
func (p *program) New(process *host.Process) (host.Guest, error) {
	seat, err := p.app.runtime.pool.Get(p.image, p.memory)
	if err != nil {
		return nil, err
	}
	g := &guest{program: p, process: process, seat: seat}
	seat.Owner = g
	return g, nil
}

// ready makes the image, once.
func (p *program) ready() error {
	p.once.Do(func() {
		p.image, p.buffer, p.err = p.app.runtime.entryImage(p.chunks, p.settings)
		if p.err != nil {
			p.err = fmt.Errorf("%s: %w", p.id, p.err)
		}
	})
	return p.err
}
