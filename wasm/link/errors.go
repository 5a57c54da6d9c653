package link

import (
	"errors"
	"fmt"
)

var (
	// ErrMalformed says that the bytes are no WebAssembly module.
	ErrMalformed = errors.New("malformed module")

	// ErrUnsupported says that the module uses what this package doesn't know.
	ErrUnsupported = errors.New("not supported")

	// ErrIntrinsic says that an import of luahive_link is unknown, has another
	// signature, or is used otherwise than by a call.
	ErrIntrinsic = errors.New("bad use of an intrinsic")

	// ErrCatch says that a catching function has more than one call that may
	// throw.
	ErrCatch = errors.New("bad catching function")

	// ErrUnprotected says that something thrown could reach the host.
	ErrUnprotected = errors.New("may throw into the host")

	// ErrFuelOut says that the fuel function may throw or counts.
	ErrFuelOut = errors.New("bad fuel function")

	// ErrHiddenState says that an instance would keep state that isn't in its
	// memory or its exported globals.
	ErrHiddenState = errors.New("state that the host can't restore")

	// ErrMissing says that the module lacks an export that is needed, or a
	// function that the options name.
	ErrMissing = errors.New("missing")

	// ErrExists says that an export that the pass adds is there already: the
	// module was rewritten before.
	ErrExists = errors.New("already there")
)

// Error is an error at a place in a module. Unwrap gives one of the sentinels.
type Error struct {
	Func   string // the function's name; empty outside of functions
	Offset int    // in the module that was given, in bytes; -1 if there is none
	Kind   error
	Detail string
}

func (e *Error) Error() string {
	where := ""
	if e.Func != "" {
		where += " in " + e.Func
	}
	if e.Offset >= 0 {
		where += fmt.Sprintf(" at offset %#x", e.Offset)
	}
	return fmt.Sprintf("link: %v%s: %s", e.Kind, where, e.Detail)
}

func (e *Error) Unwrap() error { return e.Kind }

// fail makes an error outside of functions. offset is -1 where none fits.
func fail(kind error, offset int, format string, args ...any) *Error {
	return &Error{Offset: offset, Kind: kind, Detail: fmt.Sprintf(format, args...)}
}
