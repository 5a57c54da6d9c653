package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const debianRecords = `Package: lua5.4
Version: 5.4.9-2
Checksums-Sha256:
 aa 2051 lua5.4_5.4.9-2.dsc
 bb 373429 lua5.4_5.4.9.orig.tar.gz
Directory: pool/main/l/lua5.4

Package: lua5.4
Version: 5.4.7-1
Directory: pool/main/l/lua5.4
Checksums-Sha256:
 cc 374097 lua5.4_5.4.7.orig.tar.gz
`

// fakeDebian returns a machine whose apt is played by apt.
func fakeDebian(t *testing.T, version string, apt func(args []string) ([]byte, error)) *debian {
	t.Helper()
	etc := t.TempDir()
	for name, text := range map[string]string{
		"os-release":       "NAME=\"Debian\"\nVERSION_CODENAME=bookworm\nID=debian\n",
		"apt/sources.list": "deb [signed-by=/keys/d.gpg] http://mirror.invalid/debian bookworm main\n",
	} {
		if err := writeFile(filepath.Join(etc, name), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return &debian{
		release: release{version: version, sha256: "1234"},
		etc:     etc,
		run:     func(_ context.Context, c command) ([]byte, error) { return apt(c.args) },
	}
}

func TestDebianTarball(t *testing.T) {
	var lists, work string
	d := fakeDebian(t, "5.4.7", func(args []string) ([]byte, error) {
		conf := args[slices.Index(args, "-c")+1]
		work = filepath.Dir(conf)
		switch {
		case args[0] == "apt-get":
			list, err := os.ReadFile(filepath.Join(work, "sources.list"))
			lists = string(list)
			return nil, errors.Join(err, errors.New("one suite is not there"))
		case args[0] == "apt-cache":
			return []byte(debianRecords), nil
		}
		want := []string{"download-file", "http://mirror.invalid/debian/pool/main/l/lua5.4/lua5.4_5.4.7.orig.tar.gz",
			filepath.Join(work, "lua-5.4.7.tar.gz"), "SHA256:1234"}
		if args[0] != aptHelper || !slices.Equal(args[3:], want) {
			t.Errorf("command %q", args)
		}
		return nil, os.WriteFile(args[5], []byte("lua"), 0o644)
	})
	data, err := d.tarball(t.Context())
	if err != nil || string(data) != "lua" {
		t.Fatalf("tarball = %q, %v", data, err)
	}
	const want = "deb-src [signed-by=/keys/d.gpg] http://mirror.invalid/debian sid main\n" +
		"deb-src [signed-by=/keys/d.gpg] http://mirror.invalid/debian trixie main\n"
	if lists != want {
		t.Errorf("sources.list:\n%swant:\n%s", lists, want)
	}
	if _, err := os.Stat(work); err == nil {
		t.Errorf("%s is still there", work)
	}
}

func TestDebianWithoutTheVersion(t *testing.T) {
	offline := errors.New("offline")
	d := fakeDebian(t, "5.4.8", func(args []string) ([]byte, error) {
		if args[0] == "apt-get" {
			return nil, offline
		}
		return []byte(debianRecords), nil
	})
	_, err := d.tarball(t.Context())
	if !errors.Is(err, offline) || !strings.Contains(err.Error(), "lua5.4_5.4.9.orig.tar.gz") {
		t.Errorf("err = %v; want the update's error and what there is", err)
	}
}

func TestNoDebian(t *testing.T) {
	d := fakeDebian(t, "5.4.9", func(args []string) ([]byte, error) {
		t.Errorf("ran %q", args)
		return nil, nil
	})
	if err := os.WriteFile(filepath.Join(d.etc, "os-release"), []byte("ID=alpine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := d.tarball(t.Context()); err == nil || !strings.Contains(err.Error(), "alpine") {
		t.Errorf("err = %v", err)
	}
}
