//go:build linux || darwin || freebsd || netbsd || openbsd

package wasm

import "golang.org/x/sys/unix"

// reserve maps size bytes of address space that costs nothing until touched.
func reserve(size uint64) ([]byte, error) {
	const flags = unix.MAP_PRIVATE | unix.MAP_ANON | unix.MAP_NORESERVE
	b, err := unix.Mmap(-1, 0, int(size), unix.PROT_READ|unix.PROT_WRITE, flags)
	if err == nil {
		smallPages(b)
	}
	return b, err
}

func unreserve(b []byte) error { return unix.Munmap(b) }
