package sandbox

import "errors"

var (
	// ErrClosed says that the runtime was closed.
	ErrClosed = errors.New("sandbox: the runtime is closed")

	// ErrNoEntry says that the application has no such entry, or one of another
	// kind.
	ErrNoEntry = errors.New("entry not found")

	// ErrCompile says that a script doesn't compile. The text names file and
	// line.
	ErrCompile = errors.New("compile error")
)
