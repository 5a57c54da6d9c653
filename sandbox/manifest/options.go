package manifest

// Options sets what manifests may ask for. The zero value is the recommended
// setting.
type Options struct {
	// Modules are the names that an entry's modules may list beside those that
	// every process has (see [Standard]). Default none.
	Modules []string
	// MaxMemory is the most that an entry's memory limit may be, in bytes.
	// Default 0: any size.
	MaxMemory uint64
}

// Standard are the modules that every process has, sorted.
func Standard() []string {
	return []string{"channel", "coroutine", "errors", "math", "os", "process", "string", "table", "time", "utf8"}
}
