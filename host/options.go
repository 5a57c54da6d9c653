package host

import (
	"log/slog"
	"time"
)

// Options sets a node up. The zero value is the recommended setting; zero or a
// negative number in a field means its default. No limit can be switched off.
type Options struct {
	// Logger gets what no process can be told: faults of guests that are errors
	// of this program rather than of a script. Default: nothing is logged.
	Logger *slog.Logger

	// OnExit is called after each exit, behind the process's own Watch, on a
	// worker's goroutine: it must be quick and must not wait for the node.
	// Default: none.
	OnExit func(Exit)

	// MaxProcesses that live in the node at a time, over all its host entries.
	// Default 100,000.
	MaxProcesses int

	// MaxNames registered at a time in the node. Default 10,000.
	MaxNames int

	// MailboxMessages and MailboxBytes limit what one process has not received
	// yet, over all topics. Bytes count as Record.Size. CANCEL events have a
	// second, equal budget of their own. Defaults 10,000 and 16 MiB.
	MailboxMessages int
	MailboxBytes    int

	// PayloadBytes of one message, of spawn arguments, of a result or of an
	// error. Default 1 MiB.
	PayloadBytes int

	// NameBytes of a topic or of a registered name. Default 1 KiB.
	NameBytes int

	// Listeners and Timers one process may have open. Defaults 10,000 each.
	Listeners int
	Timers    int

	// Relations is how many monitors and links one process may hold. EXIT and
	// LINK_DOWN events it hasn't read count too, since each stands for one.
	// Default 10,000.
	Relations int

	// EventBytes of EXIT and LINK_DOWN events one process may leave unread.
	// Events are never dropped, so beyond it the process is killed (memory).
	// Default 64 MiB.
	EventBytes int

	// Slice is how long a process keeps a worker while others want it.
	// Default 1 ms.
	Slice time.Duration

	// SliceUnits is the fuel that Tick hands out. Default 20,000 units.
	SliceUnits int
}

// HostOptions describes a host entry.
type HostOptions struct {
	// Name is the entry's id, such as app:processes. It is part of every PID.
	Name string

	// Workers is how many of its processes run at a time. Default GOMAXPROCS.
	Workers int

	// MaxProcesses that live in it at a time. Default 100,000.
	MaxProcesses int
}

func (o Options) filled() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	fill := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	fill(&o.MaxProcesses, 100_000)
	fill(&o.MaxNames, 10_000)
	fill(&o.MailboxMessages, 10_000)
	fill(&o.MailboxBytes, 16<<20)
	fill(&o.PayloadBytes, 1<<20)
	fill(&o.NameBytes, 1<<10)
	fill(&o.Listeners, 10_000)
	fill(&o.Timers, 10_000)
	fill(&o.Relations, 10_000)
	fill(&o.EventBytes, 64<<20)
	fill(&o.SliceUnits, 20_000)
	if o.Slice <= 0 {
		o.Slice = time.Millisecond
	}
	return o
}
