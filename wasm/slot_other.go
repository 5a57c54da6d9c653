//go:build !(linux || darwin || freebsd || netbsd || openbsd)

package wasm

import "errors"

func reserve(uint64) ([]byte, error) { return nil, errors.ErrUnsupported }

func unreserve([]byte) error { return nil }

func discard(b []byte) { clear(b) }

func residentPages([]byte, []bool) bool { return false }
