package sandbox

import (
	"io"
	"log/slog"
)

// Options sets up a runtime. The zero value is the recommended setting.
type Options struct {
	// Output gets what scripts print, a line a write. Writes come one at a
	// time. Default: what they print is dropped.
	Output io.Writer
	// Logger gets the runtime's own log and the failures of processes, with
	// attributes pid and entry. Default: slog.Default().
	Logger *slog.Logger
	// MemoryMax is the most memory in bytes that a process can have, and what
	// it has when its entry says nothing. Default 64 MiB.
	MemoryMax uint64
	// CacheDir keeps compiled code between runs. It must be a folder that only
	// this user can write. Default: a folder of luahive's in the user's cache
	// folder; "-" keeps nothing.
	CacheDir string
	// Idle is the number of instances kept for processes to come. Default 1024.
	Idle int
}
