package wasm

import (
	"encoding/binary"
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// smallPages asks the system not to use huge pages: touching one byte of a slot
// must not cost two megabytes.
func smallPages(b []byte) { _ = unix.Madvise(b, unix.MADV_NOHUGEPAGE) }

// discard makes the pages of b zero and not resident.
func discard(b []byte) {
	if err := unix.Madvise(b, unix.MADV_DONTNEED); err != nil {
		clear(b)
	}
}

// pagemap tells for each page of this process whether it was ever touched (or
// is swapped out); nil where the system doesn't let us look.
var pagemap = sync.OnceValue(func() *os.File {
	f, err := os.Open("/proc/self/pagemap")
	if err != nil {
		return nil
	}
	return f
})

var entries = sync.Pool{New: func() any { return new([]byte) }}

// residentPages sets into[i] for each host page of b that may hold something
// but zeros, and reports whether it could tell.
func residentPages(b []byte, into []bool) bool {
	f := pagemap()
	if f == nil || len(b) == 0 {
		return false
	}
	buffer := entries.Get().(*[]byte)
	defer entries.Put(buffer)
	if n := 8 * len(into); cap(*buffer) < n {
		*buffer = make([]byte, n)
	}
	raw := (*buffer)[:8*len(into)]
	at := int64(uintptr(unsafe.Pointer(unsafe.SliceData(b))) / hostPage * 8)
	if n, err := f.ReadAt(raw, at); err != nil || n != len(raw) {
		return false
	}
	const presentOrSwapped = 3 << 62
	for i := range into {
		into[i] = binary.LittleEndian.Uint64(raw[8*i:])&presentOrSwapped != 0
	}
	return true
}
