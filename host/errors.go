package host

import (
	"errors"
	"fmt"
	"strings"
)

// sentinel is an error that callers test for with errors.Is. Unlike elsewhere,
// its text has no package prefix: scripts read it.
type sentinel struct{ kind, text string }

func (s *sentinel) Error() string { return s.text }

// What the node refuses. The text of an error that wraps one of these goes on
// with the value that was refused.
var (
	// ErrClosed: the node was closed.
	ErrClosed error = &sentinel{"Unavailable", "the runtime is closed"}
	// ErrNoProcess: no live process has this PID or name.
	ErrNoProcess error = &sentinel{"NotFound", "no such process"}
	// ErrNoName: no live process holds this name.
	ErrNoName error = &sentinel{"NotFound", "no such name"}
	// ErrNoHost: there is no host entry of this name.
	ErrNoHost error = &sentinel{"NotFound", "host not found"}
	// ErrHostExists: a host entry of this name was added before.
	ErrHostExists error = &sentinel{"AlreadyExists", "host exists already"}
	// ErrNameTaken: another live process holds this name.
	ErrNameTaken error = &sentinel{"AlreadyExists", "name is taken"}
	// ErrNotHolder: only the process that holds a name may release it.
	ErrNotHolder error = &sentinel{"PermissionDenied", "name is held by another process"}
	// ErrAlreadyMonitoring: a process is monitored once by each watcher.
	ErrAlreadyMonitoring error = &sentinel{"AlreadyExists", "already monitoring"}
	// ErrBadPID: the text is not a PID.
	ErrBadPID error = &sentinel{"Invalid", "not a PID"}
	// ErrBadHost: the name can't be a host entry's.
	ErrBadHost error = &sentinel{"Invalid", "bad host name"}
	// ErrBadName: the name is empty, too long or looks like a PID.
	ErrBadName error = &sentinel{"Invalid", "bad name"}
	// ErrBadTopic: the topic is empty, too long or starts with "@".
	ErrBadTopic error = &sentinel{"Invalid", "bad topic"}
	// ErrBadHandle: the process never had this handle, or it is of another kind.
	ErrBadHandle error = &sentinel{"Invalid", "bad handle"}
	// ErrBadDelay: a delay or period is negative.
	ErrBadDelay error = &sentinel{"Invalid", "negative duration"}
	// ErrNoProgram: a spawn without a program.
	ErrNoProgram error = &sentinel{"Invalid", "nothing to spawn"}
	// ErrMailboxFull: the receiver has too many messages or bytes unread.
	ErrMailboxFull error = &sentinel{"LimitExceeded", "mailbox full"}
	// ErrPayloadTooLarge: one payload is over the limit.
	ErrPayloadTooLarge error = &sentinel{"LimitExceeded", "payload too large"}
	// ErrLimit: the process, the host entry or the node has too many of something.
	ErrLimit error = &sentinel{"LimitExceeded", "limit reached"}
)

// refusal is a sentinel with the value it is about.
type refusal struct {
	of   error
	text string
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.of }

func refuse(of error, format string, args ...any) error {
	return &refusal{of: of, text: of.Error() + ": " + fmt.Sprintf(format, args...)}
}

// refuseValue names the value as it is. Scripts choose the value, so it is cut,
// and copied: it may be a view of a guest's memory.
func refuseValue(of error, value string) error {
	return &refusal{of: of, text: of.Error() + ": " + shown(value)}
}

func shown(value string) string {
	const most = 200
	if len(value) > most {
		return strings.ToValidUTF8(value[:most], "") + "..."
	}
	return strings.Clone(value)
}

// Kind says which error kind of the script API an error of this package is:
// NotFound, AlreadyExists, Invalid, PermissionDenied, Unavailable or
// LimitExceeded; for a Kill its own kind, for anything else Internal.
func Kind(err error) string {
	var s *sentinel
	if errors.As(err, &s) {
		return s.kind
	}
	var k *Kill
	if errors.As(err, &k) {
		return k.Kind
	}
	return "Internal"
}
