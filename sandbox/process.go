package sandbox

import (
	"context"
	"time"

	"github.com/luahive/luahive/abi"
	"github.com/luahive/luahive/host"
)

// Process is a process that this program spawned.
type Process struct {
	app  *App
	pid  host.PID
	done chan struct{}
	exit Exit // valid when done is closed
}

// PID is the process's text form, {host|0x00001}. It is never used again while
// the runtime lives.
func (p *Process) PID() string { return string(p.pid) }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait waits for the process's end. The error is the context's; how the process
// ended, also when it failed, is in the Exit.
func (p *Process) Wait(ctx context.Context) (Exit, error) {
	select {
	case <-p.done:
		return p.exit, nil
	case <-ctx.Done():
		return Exit{}, ctx.Err()
	}
}

// Send sends the values to the process under a topic; a script finds that the
// message has no sender.
func (p *Process) Send(topic string, values ...any) error {
	payload, err := appendAll(values)
	if err != nil {
		return err
	}
	return p.app.runtime.node.Send(string(p.pid), topic, payload)
}

// Cancel asks the process to end: it gets a CANCEL event with the reason.
func (p *Process) Cancel(reason any) error {
	unit, err := abi.Append(nil, reason)
	if err != nil {
		return err
	}
	return p.app.runtime.node.Cancel(string(p.pid), unit)
}

// Terminate ends the process. It runs no more of its code.
func (p *Process) Terminate() error {
	return p.app.runtime.node.Terminate(string(p.pid))
}

// Exit is how a process ended.
type Exit struct {
	PID   string
	Entry string
	// Result is the first value that the method returned: nil, bool, int64,
	// float64, string, *abi.Table or *abi.Error.
	Result any
	// Err is nil when the process ended normally.
	Err *ExitError
	// Units is the work that was counted, Running the time it was running.
	Units   uint64
	Running time.Duration
}

// ExitError is why a process failed.
type ExitError struct {
	Message string
	// Kind is one of the script API's kinds, or the reason of a kill: memory,
	// cpu, terminated, time, message, internal.
	Kind string
	// Traceback is Lua's, empty when no script was running.
	Traceback string
	Details   any
}

func (e *ExitError) Error() string { return e.Message }

// exitOf decodes what the node tells. Every unit in it was checked when it left
// its guest.
func exitOf(e host.Exit) Exit {
	exit := Exit{PID: string(e.PID), Entry: e.Entry, Units: e.Units, Running: e.Running}
	if len(e.Result) > 0 {
		exit.Result, _, _ = abi.DecodeUnit(e.Result)
	}
	if e.Error == nil {
		return exit
	}
	reason, _, _ := abi.DecodeUnit(e.Error)
	switch r := reason.(type) {
	case *abi.Error:
		exit.Err = &ExitError{Message: r.Message, Kind: r.Kind, Traceback: r.Stack, Details: r.Details}
	case string:
		exit.Err = &ExitError{Message: r, Kind: abi.KindInternal}
	default:
		exit.Err = &ExitError{Message: "failed", Kind: abi.KindInternal}
	}
	return exit
}

func appendAll(values []any) ([]byte, error) { return abi.AppendPayload(nil, values...) }
