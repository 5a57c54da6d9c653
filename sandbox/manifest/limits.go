package manifest

// What one application may ask Load to do. A person's application stays far
// below; the numbers are there so that nobody's can hold up the loading program.
const (
	maxEntries       = 10_000
	maxHosts         = 100 // each has a set of goroutines
	maxWalked        = 100_000
	maxManifestSize  = 1 << 20
	maxManifestTotal = 16 << 20 // all YAML files together
	maxSourceSize    = 1 << 20
	maxSourceTotal   = 64 << 20 // all scripts together
	maxDepth         = 32       // nesting in a manifest
	maxFaults        = 1000     // reported; the others are counted

	maxName      = 100 // bytes in an entry's name or an alias
	maxNamespace = 200
	maxWorkers   = 1024
	maxProcesses = 1<<31 - 1
	maxAttempts  = 1<<31 - 1
	maxFactor    = 1000 // of back-off

	// The scanner's work grows with the square of the length of such runs (and of
	// quoted text with tabs, which text refuses).
	maxEmptyLines = 100
	maxLess       = 100 // '<'

	// Names compared to find those that are close: an edit distance costs about
	// a microsecond, and a manifest can have thousands of wrong references.
	maxCompared = 200_000
)
