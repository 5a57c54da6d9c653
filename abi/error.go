package abi

// Kinds of errors that scripts see.
const (
	KindNotFound         = "NotFound"
	KindAlreadyExists    = "AlreadyExists"
	KindInvalid          = "Invalid"
	KindPermissionDenied = "PermissionDenied"
	KindUnavailable      = "Unavailable"
	KindInternal         = "Internal"
	KindCanceled         = "Canceled"
	KindConflict         = "Conflict"
	KindTimeout          = "Timeout"
	KindRateLimited      = "RateLimited"
	KindLimitExceeded    = "LimitExceeded"
)

// Error is an error object of the script API.
type Error struct {
	Message   string
	Kind      string // one of the kinds, or the reason of a kill
	Retryable bool
	Details   any    // any value, usually nil
	Stack     string // Lua's traceback, or empty
}

// Error is the message.
func (e *Error) Error() string { return e.Message }
