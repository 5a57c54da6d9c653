package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// tools is what a build needs besides Go.
type tools struct {
	clang, linker, optimizer, patch string // programs

	headers  string // wasi-libc's
	libc     string // wasi-libc's libc.a
	builtins string // compiler-rt's, for wasm32

	versions []string // of the programs, for the key
}

// A requirement is something to find, and the Debian package that has it.
type requirement struct {
	name       string
	pkg        string
	override   string // environment variable that names it
	candidates []string
	into       func(*tools) *string
}

// requirements returns all but the builtins, which only clang knows where to
// find.
func requirements(getenv func(string) string) []requirement {
	sysroot := getenv("WASI_SYSROOT")
	if sysroot == "" {
		sysroot = "/usr"
	}
	return []requirement{
		{"clang 19", "clang-19", "CLANG", []string{"clang-19", "/usr/lib/llvm-19/bin/clang"},
			func(t *tools) *string { return &t.clang }},
		{"wasm-ld 19", "lld-19", "WASM_LD", []string{"wasm-ld-19", "/usr/lib/llvm-19/bin/wasm-ld"},
			func(t *tools) *string { return &t.linker }},
		{"wasm-opt", "binaryen", "WASM_OPT", []string{"wasm-opt"},
			func(t *tools) *string { return &t.optimizer }},
		{"patch", "patch", "", []string{"patch"},
			func(t *tools) *string { return &t.patch }},
		{"wasi-libc's headers", "wasi-libc", "", []string{filepath.Join(sysroot, "include/wasm32-wasi/stdio.h")},
			func(t *tools) *string { return &t.headers }},
		{"wasi-libc", "wasi-libc", "", []string{filepath.Join(sysroot, "lib/wasm32-wasi/libc.a")},
			func(t *tools) *string { return &t.libc }},
	}
}

const builtinsPackage = "libclang-rt-19-dev-wasm32"

// A missingTool is a requirement that wasn't found.
type missingTool struct{ name, pkg string }

// find looks for everything. What is missing is no error, but a wrong override
// is.
func (b *build) find(ctx context.Context) (tools, []missingTool, error) {
	var t tools
	var missing []missingTool
	for _, r := range requirements(b.getenv) {
		path, err := lookup(r, b.getenv)
		if err != nil {
			return tools{}, nil, err
		}
		if path == "" {
			missing = append(missing, missingTool{r.name, r.pkg})
		}
		*r.into(&t) = path
	}
	t.headers = filepath.Dir(t.headers)

	if t.clang == "" {
		return t, append(missing, missingTool{"compiler-rt for wasm32", builtinsPackage}), nil
	}
	out, err := b.log.command(ctx, command{args: []string{t.clang, "--print-resource-dir"}})
	if err != nil {
		return tools{}, nil, err
	}
	resources := strings.TrimSpace(string(out))
	t.builtins, _ = lookup(requirement{candidates: []string{
		filepath.Join(resources, "lib/wasi/libclang_rt.builtins-wasm32.a"),
		filepath.Join(resources, "lib/wasm32-unknown-wasi/libclang_rt.builtins.a"),
	}}, b.getenv)
	if t.builtins == "" {
		missing = append(missing, missingTool{"compiler-rt for wasm32", builtinsPackage})
	}
	if len(missing) > 0 {
		return t, missing, nil
	}
	for _, program := range []string{t.clang, t.linker, t.optimizer} {
		out, err := b.log.command(ctx, command{args: []string{program, "--version"}})
		if err != nil {
			return tools{}, nil, err
		}
		version, _, _ := strings.Cut(string(out), "\n")
		t.versions = append(t.versions, version)
	}
	return t, nil, nil
}

// lookup returns the requirement's path, or none if it isn't there.
func lookup(r requirement, getenv func(string) string) (string, error) {
	if r.override != "" {
		if name := getenv(r.override); name != "" {
			path, err := exec.LookPath(name)
			if err != nil {
				return "", fmt.Errorf("%s: %w", r.override, err)
			}
			return path, nil
		}
	}
	for _, name := range r.candidates {
		if filepath.IsAbs(name) {
			if _, err := os.Stat(name); err == nil {
				return name, nil
			}
		} else if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", nil
}

// tools finds everything, and installs what is missing where it may.
func (b *build) tools(ctx context.Context) (tools, error) {
	t, missing, err := b.find(ctx)
	if err != nil || len(missing) == 0 {
		return t, err
	}
	if err := b.install(ctx, missing); err != nil {
		return tools{}, err
	}
	t, missing, err = b.find(ctx)
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("%w, though just installed: %s", errMissingTools, names(missing))
	}
	return t, err
}

// install installs Debian packages, as root or with a sudo that asks nothing.
func (b *build) install(ctx context.Context, missing []missingTool) error {
	packages := packagesOf(missing)
	install := append([]string{"apt-get", "install", "-y", "--no-install-recommends"}, packages...)
	refusal := fmt.Errorf("%w: %s\nOn Debian: sudo apt-get update && sudo %s",
		errMissingTools, names(missing), strings.Join(install, " "))

	if _, err := exec.LookPath("apt-get"); err != nil {
		return refusal
	}
	var sudo []string
	if os.Geteuid() != 0 {
		sudo = []string{"sudo", "-n"}
		if _, err := b.log.command(ctx, command{args: []string{"sudo", "-n", "true"}}); err != nil {
			return refusal
		}
	}
	b.log.printf("installing %s", strings.Join(packages, " "))
	start := time.Now()
	env := []string{"DEBIAN_FRONTEND=noninteractive"}
	// A source of packages that doesn't answer need not be the one we want.
	_, updateErr := b.log.command(ctx, command{args: append(sudo, "apt-get", "update"), env: env})
	if _, err := b.log.command(ctx, command{args: append(sudo, install...), env: env}); err != nil {
		return fmt.Errorf("%w\n%w", refusal, errors.Join(updateErr, err))
	}
	b.log.done(start, "tools installed")
	return nil
}

// packagesOf returns the packages to install, each once.
func packagesOf(missing []missingTool) []string {
	var packages []string
	seen := map[string]bool{}
	for _, m := range missing {
		if !seen[m.pkg] {
			seen[m.pkg] = true
			packages = append(packages, m.pkg)
		}
	}
	return packages
}

func names(missing []missingTool) string {
	var all []string
	for _, m := range missing {
		all = append(all, m.name)
	}
	return strings.Join(all, ", ")
}
