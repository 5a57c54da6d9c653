package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testRelease returns a release whose tarball is data.
func testRelease(data string) release {
	sum := sha256.Sum256([]byte(data))
	return release{version: "5.4.9", sha256: hex.EncodeToString(sum[:])}
}

// testChain returns a chain for a release with the tarball "lua", whose cache is
// empty, whose site answers with site and whose machine is no Debian.
func testChain(t *testing.T, site string) sourceChain {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ftp/lua-5.4.9.tar.gz" || site == "" {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, site)
	}))
	t.Cleanup(server.Close)
	r := testRelease("lua")
	return sourceChain{
		release: r,
		cache:   t.TempDir(),
		site:    server.URL + "/ftp/",
		debian:  &debian{release: r, etc: t.TempDir()},
		log:     &progress{w: io.Discard},
	}
}

func TestTarballFromCache(t *testing.T) {
	s := testChain(t, "")
	if err := os.WriteFile(s.cached(), []byte("lua"), 0o644); err != nil {
		t.Fatal(err)
	}
	if data, err := s.tarball(t.Context()); err != nil || string(data) != "lua" {
		t.Fatalf("tarball = %q, %v", data, err)
	}
}

func TestTarballFromSiteIsCached(t *testing.T) {
	s := testChain(t, "lua")
	if data, err := s.tarball(t.Context()); err != nil || string(data) != "lua" {
		t.Fatalf("tarball = %q, %v", data, err)
	}
	if data, err := os.ReadFile(s.cached()); err != nil || string(data) != "lua" {
		t.Fatalf("cache has %q, %v", data, err)
	}
}

func TestDamagedCacheIsDeleted(t *testing.T) {
	s := testChain(t, "lua")
	var log strings.Builder
	s.log.w = &log
	if err := os.WriteFile(s.cached(), []byte("something else"), 0o644); err != nil {
		t.Fatal(err)
	}
	if data, err := s.tarball(t.Context()); err != nil || string(data) != "lua" {
		t.Fatalf("tarball = %q, %v", data, err)
	}
	if data, err := os.ReadFile(s.cached()); err != nil || string(data) != "lua" {
		t.Errorf("cache has %q, %v", data, err)
	}
	if !strings.Contains(log.String(), errChecksum.Error()) {
		t.Errorf("nothing said of the damaged file:\n%s", &log)
	}
}

func TestTarballOfUser(t *testing.T) {
	s := testChain(t, "lua")
	s.path = filepath.Join(t.TempDir(), "mine.tar.gz")
	if _, err := s.tarball(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if err := os.WriteFile(s.path, []byte("not lua"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := s.tarball(t.Context())
	if !errors.Is(err, errChecksum) {
		t.Fatalf("wrong file: %v, want errChecksum", err)
	}
	for _, want := range []string{s.path, "expected " + s.release.sha256, "got      " + testRelease("not lua").sha256} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
	if err := os.WriteFile(s.path, []byte("lua"), 0o644); err != nil {
		t.Fatal(err)
	}
	if data, err := s.tarball(t.Context()); err != nil || string(data) != "lua" {
		t.Errorf("right file: %q, %v", data, err)
	}
}

func TestNoSource(t *testing.T) {
	for _, site := range []string{"", "a page that asks to log in"} {
		s := testChain(t, site)
		_, err := s.tarball(t.Context())
		if !errors.Is(err, errNoSource) {
			t.Fatalf("err = %v, want errNoSource", err)
		}
		for _, want := range []string{"the cache:", "Lua's own site:", "Debian's source package:", "LUA_TARBALL=", "LUA_VERSION=5.4.7"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("the error lacks %q:\n%v", want, err)
			}
		}
		if _, err := os.Stat(s.cached()); err == nil {
			t.Error("a wrong file was put in the cache")
		}
	}
}

func TestTarballCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := testChain(t, "lua").tarball(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want context.Canceled", err)
	}
}

func TestUnknownRelease(t *testing.T) {
	if _, err := findRelease("5.4.6"); err == nil || !strings.Contains(err.Error(), releases[0].version) {
		t.Errorf("findRelease: %v, want what is known", err)
	}
}
