package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

var patchName = regexp.MustCompile(`^(\d{4})-[a-z0-9-]+\.patch$`)

// listPatches returns the patches of a folder in the order of their numbers.
func listPatches(dir string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.patch"))
	if err != nil {
		return nil, err
	}
	last := ""
	for _, name := range names {
		number := patchName.FindStringSubmatch(filepath.Base(name))
		if number == nil {
			return nil, fmt.Errorf("%s: a patch is named NNNN-what-it-does.patch", name)
		}
		if number[1] == last {
			return nil, fmt.Errorf("%s: two patches have the number %s", name, last)
		}
		last = number[1]
	}
	return names, nil
}

// applyPatches changes the source below dir. A patch must fit exactly; only its
// line numbers may be off, since releases differ.
func (b *build) applyPatches(ctx context.Context, patch string, patches []string, dir string) error {
	for _, name := range patches {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		_, err = b.log.command(ctx, command{
			args:  []string{patch, "-p1", "--fuzz=0", "--batch", "--forward", "--no-backup-if-mismatch"},
			dir:   dir,
			stdin: bytes.NewReader(data),
		})
		if err != nil {
			return fmt.Errorf("%s does not apply to Lua %s: %w", filepath.Base(name), b.release.version, err)
		}
	}
	return nil
}
