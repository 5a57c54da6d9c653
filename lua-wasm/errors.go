package luawasm

import "errors"

// ErrNotBuilt is the error of a program compiled without the artefact.
var ErrNotBuilt = errors.New("luawasm: lua.wasm is not built: run make wasm")
