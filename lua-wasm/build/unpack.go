package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// Several times what a release holds.
const (
	maxEntries  = 1000
	maxUnpacked = 32 << 20 // bytes
)

// unpack writes the files of lua-<version>/src/ of the tarball to the folder
// dir/src, and nothing else: no other folder, no link, no device, nothing
// outside, nothing twice, nothing without a bound. The checksum was checked
// before; this holds whatever the table says.
func unpack(tarball []byte, r release, dir string) error {
	compressed, err := gzip.NewReader(bytes.NewReader(tarball))
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.Mkdir("src", 0o755); err != nil {
		return err
	}

	prefix := "lua-" + r.version
	limited := &io.LimitedReader{R: compressed, N: maxUnpacked}
	entries := tar.NewReader(limited)
	for n, files := 0, 0; ; n++ {
		h, err := entries.Next()
		switch {
		case limited.N <= 0:
			return fmt.Errorf("%w: more than %d bytes in all", errHostile, maxUnpacked)
		case errors.Is(err, io.EOF):
			if files == 0 {
				return fmt.Errorf("%w: no files in %s/src", errHostile, prefix)
			}
			_, err := io.Copy(io.Discard, limited) // to gzip's own checksum
			return err
		case err != nil:
			return err
		case n == maxEntries:
			return fmt.Errorf("%w: more than %d entries", errHostile, maxEntries)
		case h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeDir:
			return fmt.Errorf("%w: %q is neither file nor folder", errHostile, h.Name)
		case path.Clean(h.Name) != strings.TrimSuffix(h.Name, "/"),
			path.Clean(h.Name) != prefix && !strings.HasPrefix(h.Name, prefix+"/"):
			return fmt.Errorf("%w: %q", errHostile, h.Name)
		}
		folder, name := path.Split(h.Name)
		if h.Typeflag == tar.TypeDir || folder != prefix+"/src/" {
			continue
		}
		if err := writeEntry(root, path.Join("src", name), entries); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
		files++
	}
}

func writeEntry(root *os.Root, name string, r io.Reader) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}
