package abi

import (
	"errors"
	"fmt"
)

var (
	// ErrUnsendable says that a value can't leave its process. The text names
	// the path to it.
	ErrUnsendable = errors.New("abi: can't be sent")

	// ErrMalformed says that bytes aren't a payload. The text names the byte.
	ErrMalformed = errors.New("abi: malformed payload")
)

// pathError is an ErrUnsendable.
type pathError struct{ text string }

func (e *pathError) Error() string { return e.text }

func (e *pathError) Unwrap() error { return ErrUnsendable }

func unsendable(path, what string) error { return &pathError{path + ": " + what} }

func malformed(at int, format string, args ...any) error {
	return fmt.Errorf("%w at byte %d: %s", ErrMalformed, at, fmt.Sprintf(format, args...))
}
