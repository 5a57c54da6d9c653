package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
)

// Exit codes. (go run turns every failure into 1.)
const (
	exitSuccess = 0
	exitFailure = 1
	exitUsage   = 2
)

func main() {
	os.Exit(run(os.Args[1:], os.Getenv, os.Stderr))
}

func run(args []string, getenv func(string) string, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	b, err := newBuild(args, getenv, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitSuccess
	case errors.Is(err, errUsage):
		fmt.Fprintln(stderr, err)
		return exitUsage
	case err == nil:
		err = b.run(ctx)
	}
	if err != nil {
		fmt.Fprintln(stderr, "lua.wasm:", err)
		return exitFailure
	}
	return exitSuccess
}

// newBuild reads flags and environment; it changes nothing.
func newBuild(args []string, getenv func(string) string, stderr io.Writer) (*build, error) {
	b := &build{getenv: getenv}
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&b.force, "force", false, "build even if the artefact is there")
	flags.BoolVar(&b.verify, "verify", false, "build twice in different folders and compare; changes nothing")
	flags.BoolVar(&b.fetchOnly, "fetch", false, "only get Lua's source into the cache")
	flags.BoolVar(&b.names, "names", getenv("PROFILE") == "1", "keep function names, for profiles and traces")
	flags.BoolVar(&b.keep, "keep", false, "keep the work folder and print its path")
	flags.StringVar(&b.out, "out", "", "`file` to write (default lua-wasm/artefact/lua.wasm)")
	verbose := flags.Bool("v", false, "print each command")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, err
		}
		return nil, errUsage
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("%w: unexpected argument %q", errUsage, flags.Arg(0))
	}
	b.log = &progress{w: stderr, verbose: *verbose}

	version := getenv("LUA_VERSION")
	if version == "" {
		version = defaultVersion
	}
	var err error
	if b.release, err = findRelease(version); err != nil {
		return nil, err
	}
	if b.root, err = findRoot(); err != nil {
		return nil, err
	}
	if b.out == "" {
		b.out = filepath.Join(b.root, "lua-wasm", "artefact", "lua.wasm")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("no folder for the cache: %w", err)
	}
	b.cache = filepath.Join(cache, "luahive")
	b.jobs = runtime.GOMAXPROCS(0)
	return b, nil
}

// findRoot returns the repository's folder: the one with go.mod, here or above.
func findRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod in %s or above: run it inside the repository", start)
		}
	}
}
