package manifest

import "errors"

// ErrNoManifest says that no file below the folder is a manifest.
var ErrNoManifest = errors.New("manifest: no *.yaml file with namespace and entries in the folder")
