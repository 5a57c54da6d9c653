package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// progress prints one line a stage, and with verbose each command. Its methods
// may be called from several goroutines.
type progress struct {
	w       io.Writer
	verbose bool
	mu      sync.Mutex // keeps lines whole
}

func (p *progress) printf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, "lua.wasm: "+format+"\n", args...)
}

// done prints the line of a stage that began at start.
func (p *progress) done(start time.Time, format string, args ...any) {
	p.printf("%s (%.2f s)", fmt.Sprintf(format, args...), time.Since(start).Seconds())
}

// command runs a program, its messages in English, and returns what it wrote to
// standard output. If it failed the error holds all that it wrote.
func (p *progress) command(ctx context.Context, c command) ([]byte, error) {
	if p.verbose {
		p.mu.Lock()
		fmt.Fprintln(p.w, "+", c)
		p.mu.Unlock()
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Env = append(cmd.Env, c.env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.stdin, &stdout, &stderr
	// Asks first, so that a package manager can leave its state in order.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		said := strings.TrimSpace(stderr.String() + stdout.String())
		return nil, fmt.Errorf("%s: %w\n%s", c.args[0], err, said)
	}
	if c.warn && stderr.Len() > 0 {
		p.mu.Lock()
		p.w.Write(stderr.Bytes())
		p.mu.Unlock()
	}
	return stdout.Bytes(), nil
}

// A command is a program with its arguments. Zero: no input, current folder.
type command struct {
	args  []string
	dir   string
	env   []string // added to the environment
	stdin io.Reader
	warn  bool // show standard error also on success
}

func (c command) String() string {
	var words []string
	for _, arg := range append(c.env[:len(c.env):len(c.env)], c.args...) {
		if arg == "" || strings.ContainsAny(arg, " \t\n'\"\\$&|;<>()*?[]{}`~#!") {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		words = append(words, arg)
	}
	line := strings.Join(words, " ")
	if c.dir != "" {
		line = "cd " + c.dir + " && " + line
	}
	return line
}
