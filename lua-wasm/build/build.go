package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// A build is one run of the program.
type build struct {
	getenv    func(string) string
	root      string // of the repository
	cache     string // tarballs and artefacts; may be shared by builds
	out       string // file to write
	release   release
	force     bool
	verify    bool
	fetchOnly bool
	names     bool
	keep      bool
	jobs      int // compilers at a time
	log       *progress

	inputs inputs // filled by run
}

func (b *build) run(ctx context.Context) error {
	start := time.Now()
	source := b.sources()
	if b.fetchOnly {
		_, err := source.tarball(ctx)
		return err
	}
	if source.path != "" { // refused even if it isn't needed
		if _, err := source.fromPath(); err != nil {
			return err
		}
	}
	var err error
	if b.inputs, err = findInputs(b.root); err != nil {
		return err
	}
	t, err := b.tools(ctx)
	if err != nil {
		return err
	}
	key, err := b.key(t)
	if err != nil {
		return err
	}
	if b.verify {
		return b.compareTwo(ctx, t, source)
	}

	cached := filepath.Join(b.cache, "wasm", key+".wasm")
	if !b.force {
		if a, ok := readArtefact(b.out); ok && a.key == key {
			b.log.printf("up to date (%s)", a)
			return nil
		}
		if a, ok := readArtefact(cached); ok && a.key == key {
			b.log.printf("taken from the cache (%s)", a)
			return a.write(b.out)
		}
	}

	tarball, err := source.tarball(ctx)
	if err != nil {
		return err
	}
	module, err := b.make(ctx, t, tarball)
	if err != nil {
		return err
	}
	a := artefact{lua: b.release.version, key: key, module: module}
	if err := errors.Join(a.write(cached), pruneCache(filepath.Dir(cached))); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := a.write(b.out); err != nil {
		return err
	}
	b.log.done(start, "built (%s)", a)
	return nil
}

func (b *build) sources() sourceChain {
	return sourceChain{
		release: b.release,
		path:    b.getenv("LUA_TARBALL"),
		cache:   filepath.Join(b.cache, "src"),
		site:    releaseSite,
		debian:  &debian{release: b.release, etc: "/etc", run: b.log.command},
		log:     b.log,
	}
}

// make goes through the stages from the tarball to the module, in a work folder
// of its own.
func (b *build) make(ctx context.Context, t tools, tarball []byte) ([]byte, error) {
	work, err := os.MkdirTemp("", "luahive-wasm-")
	if err != nil {
		return nil, err
	}
	if b.keep {
		b.log.printf("work folder: %s", work)
	} else {
		defer os.RemoveAll(work)
	}

	start := time.Now()
	source := filepath.Join(work, "lua")
	if err := os.Mkdir(source, 0o755); err != nil {
		return nil, err
	}
	if err := unpack(tarball, b.release, source); err != nil {
		return nil, err
	}
	if err := b.applyPatches(ctx, t.patch, b.inputs.patches, source); err != nil {
		return nil, err
	}
	b.log.done(start, "unpacked, %d patches applied", len(b.inputs.patches))

	start = time.Now()
	glue, err := b.copyGlue(work)
	if err != nil {
		return nil, err
	}
	objects, err := b.compile(ctx, t, work, glue)
	if err != nil {
		return nil, err
	}
	b.log.done(start, "%d C files compiled, with %d files of Lua as data", len(objects), len(b.inputs.prelude))

	start = time.Now()
	if err := b.link(ctx, t, work, objects); err != nil {
		return nil, err
	}
	b.log.done(start, "linked")

	start = time.Now()
	if err := b.rewrite(work); err != nil {
		return nil, err
	}
	b.log.done(start, "rewritten")

	start = time.Now()
	module, err := b.optimize(ctx, t, work)
	if err != nil {
		return nil, err
	}
	b.log.done(start, "optimised")
	return module, nil
}

// compareTwo builds twice and compares.
func (b *build) compareTwo(ctx context.Context, t tools, source sourceChain) error {
	tarball, err := source.tarball(ctx)
	if err != nil {
		return err
	}
	first, err := b.make(ctx, t, tarball)
	if err != nil {
		return err
	}
	second, err := b.make(ctx, t, tarball)
	if err != nil {
		return err
	}
	x, y := artefact{module: first}, artefact{module: second}
	if !bytes.Equal(first, second) {
		return fmt.Errorf("two builds differ: %s and %s (--keep keeps both)", x.sum(), y.sum())
	}
	b.log.printf("two builds are the same: %s", x.sum())
	return nil
}
