package sandbox

import (
	"errors"
	"github.com/luahive/luahive/abi"
	"github.com/luahive/luahive/host"
)

// errorOf makes the error object that a script gets.
func errorOf(err error) *abi.Error {
	kind := host.Kind(err)
	switch {
	case errors.Is(err, ErrNoEntry):
		kind = abi.KindNotFound
	case errors.Is(err, ErrCompile):
		kind = abi.KindInvalid
	}
	return &abi.Error{Message: err.Error(), Kind: kind}
}
