package wasm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPlainSlot takes slots where the system has no mappings: memory that is
// allocated as it grows, and keeps what it held.
func TestPlainSlot(t *testing.T) {
	s := NewSlots(4 * wasmPage)
	s.mu.plain = true
	slot, err := s.Get()
	require.NoError(t, err)
	m := slot.Reallocate(wasmPage)
	require.Len(t, m, wasmPage)
	m[wasmPage-1] = 7
	m = slot.Reallocate(3 * wasmPage)
	require.Len(t, m, 3*wasmPage)
	require.Equal(t, byte(7), m[wasmPage-1])
	require.Equal(t, make([]byte, 2*wasmPage), m[wasmPage:], "what is new is zero")
	require.Len(t, slot.Reallocate(4*wasmPage), 4*wasmPage)
	require.Nil(t, slot.Reallocate(5*wasmPage), "no more than a slot")
	slot.Free()
	require.Zero(t, s.InUse())
	require.NoError(t, s.Close())
}

// TestMappedSlotComesBackZero wants a slot that was given back to be all zero
// for whoever gets it next.
func TestMappedSlotComesBackZero(t *testing.T) {
	s := NewSlots(2 * wasmPage)
	for range 2 * regionSlots {
		slot, err := s.Get()
		require.NoError(t, err)
		m := slot.Reallocate(2 * wasmPage)
		require.Equal(t, byte(0), m[0]|m[hostPage]|m[2*wasmPage-1])
		m[0], m[hostPage], m[2*wasmPage-1] = 1, 2, 3
		slot.Free()
		slot.Free() // a second time does nothing
	}
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	_, err := s.Get()
	require.ErrorIs(t, err, ErrClosed)
}
