package wasm_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/luahive/luahive/wasm"
)

// fakeEngine makes instances that are nothing but memory and one global.
type fakeEngine struct {
	initial uint64
	made    int
	open    int
}

type fakeInstance struct {
	engine *fakeEngine
	seat   *wasm.Seat
	memory []byte
	global uint64
}

func (e *fakeEngine) Instantiate(seat *wasm.Seat) (wasm.Instance, error) {
	e.made++
	e.open++
	return &fakeInstance{engine: e, seat: seat, memory: seat.Slot().Reallocate(e.initial)}, nil
}

func (e *fakeEngine) Close() error { return nil }

// Call is the guest: export 0 grows the memory to stack[0] bytes and fills all
// of it; export 1 fills it as it is.
func (i *fakeInstance) Call(export int, stack []uint64) error {
	if export == 0 {
		if m := i.seat.Slot().Reallocate(stack[0]); m != nil {
			i.memory = m
		} else {
			return wasm.ErrNoMemory
		}
	}
	for k := range i.memory {
		i.memory[k] = 0xaa
	}
	i.global = 0xbb
	return nil
}

func (i *fakeInstance) Memory() []byte                 { return i.memory }
func (i *fakeInstance) Globals(into []uint64) []uint64 { return append(into, i.global) }
func (i *fakeInstance) SetGlobals(values []uint64)     { i.global = values[0] }
func (i *fakeInstance) Fuel() int32                    { return 0 }
func (i *fakeInstance) SetFuel(int32)                  {}
func (i *fakeInstance) Close()                         { i.engine.open-- }
func (i *fakeInstance) Grow(size uint64) error {
	i.memory = i.seat.Slot().Reallocate(size)
	return nil
}

const page = 65536

// newImage makes an image of two pages, of which one byte in the middle and the
// last one are set.
func newImage(t *testing.T, p *wasm.Pool) *wasm.Image {
	t.Helper()
	seat, err := p.Fresh()
	require.NoError(t, err)
	require.NoError(t, seat.Write(70_000, 1, []byte{7}))
	require.NoError(t, seat.Write(2*page-1, 1, []byte{9}))
	require.NoError(t, seat.Write(100, 4, []byte("left")))
	img := wasm.Take(seat, 4096)
	p.Put(seat)
	require.Equal(t, 2, img.Pages())
	return img
}

func wantImage(t *testing.T, seat *wasm.Seat) {
	t.Helper()
	size := uint32(seat.MemorySize())
	got, err := seat.Read(0, size)
	require.NoError(t, err)
	want := make([]byte, size)
	want[70_000], want[2*page-1] = 7, 9
	require.True(t, bytes.Equal(want, got), "the memory holds something but the image")
}

// TestSeatIsReset fills memories with what a former guest might leave, and
// wants every byte and global to be the image's afterwards.
func TestSeatIsReset(t *testing.T) {
	engine := &fakeEngine{initial: 2 * page}
	p := wasm.NewPool(engine, wasm.PoolOptions{MemoryMax: 64 * page, Idle: 4})
	img := newImage(t, p)
	for _, grown := range []uint64{0, 3 * page, 40 * page} {
		seat, err := p.Get(img, 0)
		require.NoError(t, err)
		wantImage(t, seat)
		if grown == 0 {
			require.NoError(t, seat.Call(1, nil))
		} else {
			require.NoError(t, seat.Call(0, []uint64{grown}))
		}
		p.Put(seat)
		again, err := p.Get(img, 0)
		require.NoError(t, err)
		require.Same(t, seat, again, "the idle seat serves again")
		wantImage(t, again)
		p.Put(again)
	}
	require.Equal(t, 1, engine.made)
	require.NoError(t, p.Close())
	require.Zero(t, engine.open)
	require.Zero(t, p.Slots())
}

// TestSlotIsReset gives a slot back and takes it again for another instance.
func TestSlotIsReset(t *testing.T) {
	engine := &fakeEngine{initial: 2 * page}
	p := wasm.NewPool(engine, wasm.PoolOptions{MemoryMax: 8 * page, Idle: -1})
	img := newImage(t, p)
	for range 3 {
		seat, err := p.Get(img, 0)
		require.NoError(t, err)
		wantImage(t, seat)
		require.NoError(t, seat.Call(0, []uint64{8 * page}))
		p.Put(seat)
	}
	require.Zero(t, p.Slots())
	require.Equal(t, 4, engine.made)
	require.NoError(t, p.Close())
}

func TestLimit(t *testing.T) {
	engine := &fakeEngine{initial: 2 * page}
	p := wasm.NewPool(engine, wasm.PoolOptions{MemoryMax: 16 * page})
	img := newImage(t, p)

	seat, err := p.Get(img, 4*page)
	require.NoError(t, err)
	require.NoError(t, seat.Call(0, []uint64{4 * page}))
	require.ErrorIs(t, seat.Call(0, []uint64{5 * page}), wasm.ErrNoMemory)
	p.Put(seat)

	small, err := p.Get(img, 3*page)
	require.NoError(t, err)
	require.NotSame(t, seat, small, "a memory that had grown would give more than the limit")
	p.Put(small)

	_, err = p.Get(img, page)
	require.ErrorIs(t, err, wasm.ErrNoMemory)

	all, err := p.Get(img, 1<<40)
	require.NoError(t, err)
	require.ErrorIs(t, all.Call(0, []uint64{17 * page}), wasm.ErrNoMemory, "no more than a slot")
	p.Put(all)
	require.NoError(t, p.Close())
	_, err = p.Get(img, 0)
	require.ErrorIs(t, err, wasm.ErrClosed)
}

func TestBounds(t *testing.T) {
	p := wasm.NewPool(&fakeEngine{initial: 2 * page}, wasm.PoolOptions{})
	seat, err := p.Fresh()
	require.NoError(t, err)
	for _, c := range []struct {
		p, n uint32
		ok   bool
	}{
		{0, 0, true},
		{0, 2 * page, true},
		{2 * page, 0, true},
		{2*page - 1, 1, true},
		{0, 2*page + 1, false},
		{2*page - 1, 2, false},
		{2*page + 1, 0, false},
		{0xffffffff, 1, false},
		{0xffffffff, 0xffffffff, false},
		{1, 0xffffffff, false},
	} {
		_, err := seat.View(c.p, c.n)
		if c.ok {
			require.NoError(t, err, "%d bytes at %d", c.n, c.p)
		} else {
			require.ErrorIs(t, err, wasm.ErrOutOfBounds, "%d bytes at %d", c.n, c.p)
		}
	}
	p.Put(seat)
	require.NoError(t, p.Close())
}
