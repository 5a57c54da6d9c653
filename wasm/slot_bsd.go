//go:build darwin || freebsd || netbsd || openbsd

package wasm

func smallPages([]byte) {}

// discard makes the pages of b zero. MADV_DONTNEED doesn't promise that here.
func discard(b []byte) { clear(b) }

func residentPages([]byte, []bool) bool { return false }
