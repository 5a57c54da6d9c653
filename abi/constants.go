package abi

// What the load export can be asked to take.
const (
	LoadMain = iota
	LoadLibrary
	LoadSettings
)

// Levels of the log import.
const (
	LogPrint = iota
	LogDebug
	LogInfo
	LogWarn
	LogError
)

// Flags of the spawn import.
const (
	SpawnMonitor = 1
	SpawnLink    = 2
)

// OptionTrapLinks is an option of the set_option import.
const OptionTrapLinks = 1

// What step returns.
const (
	Waits = iota
	Done
)

const (
	// Closed is what receive returns for a handle that is closed and drained.
	Closed = -2
	// RecordHeader is how many bytes stand before a record's texts.
	RecordHeader = 12
	// SeedSize is how many bytes of seeds a process gets: 8 for the hashes of
	// strings, 32 for math.random.
	SeedSize = 40
)
