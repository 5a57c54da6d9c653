package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/luahive/luahive/sandbox"
	"github.com/luahive/luahive/sandbox/manifest"
)

// runCmd is "luahive run".
type runCmd struct {
	What string   `arg:"" name:"dir|file.lua" help:"Folder of an application, or a Lua file."`
	Args []string `arg:"" optional:"" passthrough:"" help:"For a folder: the entry to run (ns:name) and its arguments; without them its services run. For a file: its arguments."`
}

// Run runs it.
func (c *runCmd) Run(s streams, logger *slog.Logger) error {
	info, err := os.Stat(c.What)
	if err != nil {
		return &exitError{exitUsage, "luahive: " + missing(c.What, err)}
	}
	rt, err := sandbox.New(sandbox.Options{Output: s.stdout, Logger: logger})
	if err != nil {
		return err
	}
	defer rt.Close()
	if !info.IsDir() {
		return c.runScript(rt, s)
	}
	app, err := rt.Load(os.DirFS(c.What))
	if err != nil {
		return &exitError{exitFailed, loadMessage(c.What, err)}
	}
	if len(c.Args) > 0 {
		return c.runEntry(app, s, c.Args[0], "", c.Args[1:])
	}
	return c.runServices(app, s)
}

// missing says what is there that is close to a path that isn't.
func missing(path string, err error) string {
	if !errors.Is(err, os.ErrNotExist) {
		return err.Error()
	}
	var names []string
	entries, _ := os.ReadDir(filepath.Dir(path))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	message := fmt.Sprintf("%s: no such file or folder", path)
	if close := manifest.Closest(filepath.Base(path), names); len(close) > 0 {
		message += "; did you mean " + filepath.Join(filepath.Dir(path), close[0]) + "?"
	}
	return message
}

// loadMessage lists every fault on a line of its own.
func loadMessage(dir string, err error) string {
	var faults manifest.Faults
	if !errors.As(err, &faults) {
		return "luahive: " + err.Error()
	}
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&b, "%s\n", filepath.Join(dir, f.Error()))
	}
	plural := "s"
	if len(faults) == 1 {
		plural = ""
	}
	fmt.Fprintf(&b, "luahive: %s: %d fault%s, nothing was started", dir, len(faults), plural)
	return b.String()
}

func (c *runCmd) runScript(rt *sandbox.Runtime, s streams) error {
	source, err := os.ReadFile(c.What)
	if err != nil {
		return err
	}
	if strings.HasPrefix(string(source), "#!") {
		source = append([]byte("--"), source...) // keeps the line numbers
	}
	app, err := rt.LoadScript(filepath.ToSlash(c.What), source)
	if err != nil {
		return &exitError{exitFailed, "luahive: " + err.Error()}
	}
	return c.runEntry(app, s, sandbox.ScriptEntry, sandbox.ScriptHost, c.Args)
}

// runEntry runs one process and prints its result. The first interrupt asks it
// to end, the second ends it.
func (c *runCmd) runEntry(app *sandbox.App, s streams, entry, host string, args []string) error {
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a
	}
	p, err := app.Spawn(entry, host, values...)
	if err != nil {
		return &exitError{exitFailed, "luahive: " + err.Error()}
	}
	interrupts := make(chan os.Signal, 2)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(interrupts)
	interrupted := false
	for {
		select {
		case <-p.Done():
			exit, _ := p.Wait(context.Background())
			if interrupted {
				return &exitError{code: exitKilled}
			}
			if exit.Err != nil {
				return &exitError{exitFailed, failure(exit.Err)}
			}
			if exit.Result != nil {
				fmt.Fprintln(s.stdout, render(exit.Result))
			}
			return nil
		case <-interrupts:
			if !interrupted {
				fmt.Fprintln(s.stderr, "luahive: asked to end; interrupt again to stop at once")
				_ = p.Cancel("interrupt")
			} else {
				_ = p.Terminate()
			}
			interrupted = true
		}
	}
}

// failure is the message with Lua's traceback, as the lua command prints it.
func failure(e *sandbox.ExitError) string {
	message := "luahive: " + printable(e.Message)
	if strings.Contains(e.Traceback, "\n") { // it has a frame at least
		message += "\n" + printable(e.Traceback)
	}
	return message
}

// runServices runs the services until they have ended or an interrupt comes.
// The second interrupt stops at once.
func (c *runCmd) runServices(app *sandbox.App, s streams) error {
	if !app.HasServices() {
		return &exitError{exitUsage, fmt.Sprintf(
			"luahive: %s has no service that starts by itself (kind: process.service with lifecycle: {auto_start: true})\nIts entries: %s\nRun one: luahive run %s %s",
			c.What, strings.Join(app.Entries(), " "), c.What, first(app.Entries()))}
	}
	interrupts := make(chan os.Signal, 2)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(interrupts)
	if err := app.StartServices(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- app.Wait(context.Background()) }()
	select {
	case err := <-ended:
		return err
	case <-interrupts:
	}
	fmt.Fprintln(s.stderr, "luahive: stopping; interrupt again to stop at once")
	now, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		select {
		case <-interrupts:
			stop()
		case <-now.Done():
		}
	}()
	app.Stop(now)
	<-ended
	return &exitError{code: exitKilled}
}

func first(names []string) string {
	if len(names) == 0 {
		return "ns:entry"
	}
	return names[0]
}
