package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A release is a release of Lua whose tarball is known. Nothing is unpacked that
// doesn't have its checksum.
type release struct {
	version string
	sha256  string // of lua-<version>.tar.gz, hex
}

const defaultVersion = "5.4.9"

// 5.4.7 is what Debian's stable release carries; the rest of the program must
// build and pass with it too.
var releases = []release{
	{"5.4.9", "2335b6c582a52654f94612bf10d2f4672805d05329aa6568b1d8cd9e5c6fb8e6"},
	{"5.4.7", "9fbf5e28ef86c69858f6d3d34eccc32e911c1a28b4120ff3e84aaa70cfbf1e30"},
}

func findRelease(version string) (release, error) {
	var known []string
	for _, r := range releases {
		if r.version == version {
			return r, nil
		}
		known = append(known, r.version)
	}
	return release{}, fmt.Errorf("LUA_VERSION=%s is not known; known are %s (lua-wasm/build/source.go)",
		version, strings.Join(known, ", "))
}

func (r release) file() string { return "lua-" + r.version + ".tar.gz" }

// check compares a tarball with the release. name stands in the error.
func (r release) check(name string, tarball []byte) error {
	sum := sha256.Sum256(tarball)
	got := hex.EncodeToString(sum[:])
	if got == r.sha256 {
		return nil
	}
	hint := ""
	for _, other := range releases {
		if other.sha256 == got {
			hint = fmt.Sprintf("\nThat is Lua %s: set LUA_VERSION=%[1]s to build it.", other.version)
		}
	}
	return fmt.Errorf("%w: %s\nexpected %s (Lua %s)\ngot      %s%s", errChecksum, name, r.sha256, r.version, got, hint)
}

// Lua's own site, where releases are.
const releaseSite = "https://www.lua.org/ftp/"

// maxTarball is several times the size of a release, in bytes.
const maxTarball = 8 << 20

// A sourceChain knows where a release may be had, in the order in which it is
// tried: the user's path, the cache, Lua's site, Debian's source package.
type sourceChain struct {
	release release
	path    string // LUA_TARBALL; if set nothing else is tried
	cache   string // folder of tarballs
	site    string // URL of the folder of releases
	debian  *debian
	log     *progress
}

// tarball returns the checked tarball. What came over the net is in the cache
// afterwards.
func (s sourceChain) tarball(ctx context.Context) ([]byte, error) {
	start := time.Now()
	if s.path != "" {
		data, err := s.fromPath()
		if err == nil {
			s.log.done(start, "Lua %s from LUA_TARBALL", s.release.version)
		}
		return data, err
	}

	type place struct {
		name string
		get  func(context.Context) ([]byte, error)
	}
	var failed []string
	for _, p := range []place{
		{"the cache", s.fromCache},
		{"Lua's own site", s.fromSite},
		{"Debian's source package", s.debian.tarball},
	} {
		start := time.Now()
		data, err := p.get(ctx)
		if err == nil {
			err = s.release.check(p.name, data)
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			failed = append(failed, fmt.Sprintf("  %s: %s", p.name, indent(err)))
			if !errors.Is(err, fs.ErrNotExist) {
				s.log.done(start, "Lua %s is not to be had from %s: %s", s.release.version, p.name, firstLine(err))
			}
			continue
		}
		if p.name != "the cache" {
			if err := writeFile(s.cached(), data); err != nil {
				return nil, fmt.Errorf("cache: %w", err)
			}
		}
		s.log.done(start, "Lua %s from %s", s.release.version, p.name)
		return data, nil
	}

	advice := fmt.Sprintf("Get %s elsewhere and name it: LUA_TARBALL=path make wasm", s.release.file())
	if other := slices.IndexFunc(releases, func(r release) bool { return r.version != s.release.version }); other >= 0 {
		advice += fmt.Sprintf("\nor build another release: LUA_VERSION=%s make wasm", releases[other].version)
	}
	return nil, fmt.Errorf("%w: Lua %s\n%s\n%s", errNoSource, s.release.version, strings.Join(failed, "\n"), advice)
}

func (s sourceChain) cached() string { return filepath.Join(s.cache, s.release.file()) }

func (s sourceChain) fromPath() ([]byte, error) {
	data, err := os.ReadFile(s.path)
	if err != nil {
		return nil, fmt.Errorf("LUA_TARBALL: %w", err)
	}
	if err := s.release.check("LUA_TARBALL="+s.path, data); err != nil {
		return nil, err
	}
	return data, nil
}

// fromCache deletes a cached file that isn't the release.
func (s sourceChain) fromCache(context.Context) ([]byte, error) {
	data, err := os.ReadFile(s.cached())
	if err != nil {
		return nil, err
	}
	if err := s.release.check(s.cached(), data); err != nil {
		if err := os.Remove(s.cached()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		return nil, fmt.Errorf("%w\n(deleted)", err)
	}
	return data, nil
}

func (s sourceChain) fromSite(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.site+s.release.file(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", req.URL, resp.Status)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxTarball))
	if err != nil {
		return nil, err
	}
	return data, s.release.check(req.URL.String(), data)
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

func indent(err error) string { return strings.ReplaceAll(err.Error(), "\n", "\n    ") }
