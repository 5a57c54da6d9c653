package manifest

import "time"

// The kinds of entries.
const (
	KindProcess  = "process.lua"
	KindLibrary  = "library.lua"
	KindFunction = "function.lua"
	KindHost     = "process.host"
	KindService  = "process.service"
)

// Entry is what entries of all kinds have.
type Entry struct {
	// ID is namespace:name.
	ID string
	// Kind is one of the Kind constants.
	Kind string
	// Position is where the entry begins in its manifest.
	Position Position
	// Meta is for people and tools, nothing here reads it. Its values are of the
	// types that [ServiceEntry.Input] has. Default nil.
	Meta map[string]any
}

// Script is what entries with Lua code have.
type Script struct {
	// File is the script's path, slash-separated, relative to the application's
	// folder.
	File string
	// Source is what the file holds. Entries that name the same file share it:
	// it must not be changed.
	Source []byte
	// Modules are the names that require may load beside Imports, sorted. Those
	// that every process has are not in it unless they are listed.
	Modules []string
	// Imports are ids of libraries by the name that require knows them by.
	Imports map[string]string
}

// Limits are what an entry's processes may use. A 0 is the tenant's limit.
type Limits struct {
	// Memory in bytes.
	Memory uint64
}

// ProcessEntry is a process.lua entry: a process definition.
type ProcessEntry struct {
	Entry
	Script
	Limits
	// Method is the function of the module that is run. Default main.
	Method string
}

// FunctionEntry is a function.lua entry: it is called once, and what it returns
// is the answer.
type FunctionEntry struct {
	Entry
	Script
	Limits
	// Method is the function of the module that is run. Default main.
	Method string
}

// LibraryEntry is a library.lua entry: a module that other entries import.
type LibraryEntry struct {
	Entry
	Script
}

// HostEntry is a process.host entry: where processes run.
type HostEntry struct {
	Entry
	// Workers is how many processes run at a time. Default 0: GOMAXPROCS.
	Workers int
	// MaxProcesses that live in it at a time. Default 100,000.
	MaxProcesses int
	// AutoStart says that it starts with the application. Default false.
	AutoStart bool
}

// ServiceEntry is a process.service entry: a supervised process.
type ServiceEntry struct {
	Entry
	// Process is the id of the process.lua entry that it runs.
	Process string
	// Host is the id of the process.host entry that it runs on.
	Host string
	// Input are the process's arguments: nil, bool, int64, float64, string,
	// []any, and map[string]any or, if a key isn't a string, map[any]any.
	Input []any
	// AutoStart says that it starts with the application. Default false.
	AutoStart bool
	// StartTimeout is how long a start may take. Default 10 s.
	StartTimeout time.Duration
	// StopTimeout is how long it may take to end when asked. Default 10 s.
	StopTimeout time.Duration
	// Requires are the ids of services and hosts that must run before it.
	// There are no cycles.
	Requires []string
	// Restart says what happens when it fails.
	Restart Restart
}

// Restart is how a failed service is started again.
type Restart struct {
	// InitialDelay is waited before the first restart. Default 1 s.
	InitialDelay time.Duration
	// MaxDelay is the most that is waited, at least InitialDelay. Default 90 s.
	MaxDelay time.Duration
	// BackoffFactor is what each delay is longer than the one before, 1 or more.
	// Default 2.
	BackoffFactor float64
	// Jitter is the part of a delay that is left to chance, 0 to 1. Default 0.1.
	Jitter float64
	// MaxAttempts is how many restarts there are. Default 0: without end.
	MaxAttempts int
	// StableThreshold is how long it must run for the delays to begin anew.
	// Default 5 s.
	StableThreshold time.Duration
}
