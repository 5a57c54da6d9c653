package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// makeTarball writes the entries; those without a type are files with their own
// name as content.
func makeTarball(t *testing.T, entries ...tar.Header) []byte {
	t.Helper()
	var data bytes.Buffer
	z := gzip.NewWriter(&data)
	w := tar.NewWriter(z)
	for _, h := range entries {
		content := ""
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
			content = h.Name
		}
		if h.Size == 0 {
			h.Size = int64(len(content))
		} else {
			content = strings.Repeat("x", int(h.Size))
		}
		h.Mode = 0o644
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func TestUnpack(t *testing.T) {
	tarball := makeTarball(t,
		tar.Header{Name: "lua-5.4.9/", Typeflag: tar.TypeDir},
		tar.Header{Name: "lua-5.4.9/src/", Typeflag: tar.TypeDir},
		tar.Header{Name: "lua-5.4.9/src/lapi.c"},
		tar.Header{Name: "lua-5.4.9/src/deeper/file.c"},
		tar.Header{Name: "lua-5.4.9/doc/manual.html"},
	)
	dir := t.TempDir()
	if err := unpack(tarball, release{version: "5.4.9"}, dir); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "src/lapi.c")); err != nil || string(data) != "lua-5.4.9/src/lapi.c" {
		t.Errorf("lapi.c: %q, %v", data, err)
	}
	var found []string
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if len(found) != 1 {
		t.Errorf("unpacked %q, want lapi.c alone", found)
	}
}

func TestUnpackHostile(t *testing.T) {
	const src = "lua-5.4.9/src/"
	var many []tar.Header
	for i := range maxEntries + 1 {
		many = append(many, tar.Header{Name: fmt.Sprint("lua-5.4.9/doc/", i)})
	}
	for name, entries := range map[string][]tar.Header{
		"absolute":        {{Name: "/etc/passwd"}},
		"parent":          {{Name: src + "../../../out.c"}},
		"parent within":   {{Name: src + "../src/lapi.c"}},
		"only dots":       {{Name: src + ".."}},
		"other root":      {{Name: "lua-5.4.8/src/lapi.c"}},
		"prefix only":     {{Name: "lua-5.4.90/src/lapi.c"}},
		"double slash":    {{Name: src + "/lapi.c"}},
		"symbolic link":   {{Name: src + "lapi.c", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}},
		"hard link":       {{Name: src + "lapi.c", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"}},
		"device":          {{Name: src + "lapi.c", Typeflag: tar.TypeChar}},
		"link as folder":  {{Name: "lua-5.4.9/src", Typeflag: tar.TypeSymlink, Linkname: "/tmp"}, {Name: src + "lapi.c"}},
		"many":            many,
		"large":           {{Name: src + "lapi.c", Size: maxUnpacked}},
		"large, not used": {{Name: "lua-5.4.9/doc/x", Size: maxUnpacked}},
		"empty":           {},
	} {
		t.Run(name, func(t *testing.T) {
			err := unpack(makeTarball(t, entries...), release{version: "5.4.9"}, t.TempDir())
			if err == nil {
				t.Error("it was taken")
			} else if name != "large" && !errors.Is(err, errHostile) {
				t.Errorf("err = %v, want errHostile", err)
			}
		})
	}

	t.Run("twice", func(t *testing.T) {
		twice := makeTarball(t, tar.Header{Name: src + "lapi.c"}, tar.Header{Name: src + "lapi.c"})
		if err := unpack(twice, release{version: "5.4.9"}, t.TempDir()); !errors.Is(err, os.ErrExist) {
			t.Errorf("err = %v, want that it exists", err)
		}
	})
	t.Run("cut", func(t *testing.T) {
		whole := makeTarball(t, tar.Header{Name: src + "lapi.c"})
		for n := range whole {
			if err := unpack(whole[:n], release{version: "5.4.9"}, t.TempDir()); err == nil {
				t.Fatalf("the first %d of %d bytes were taken", n, len(whole))
			}
		}
	})
}
