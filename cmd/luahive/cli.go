package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/alecthomas/kong"

	luawasm "github.com/luahive/luahive/lua-wasm"
)

// cli is the command line.
type cli struct {
	Run     runCmd     `cmd:"" help:"Run an application's services, one of its entries, or a script."`
	Version versionCmd `cmd:"" help:"Print the version."`

	Verbose bool `short:"v" help:"Log more."`
}

// streams are where a command writes.
type streams struct {
	stdout, stderr io.Writer
}

// run is the whole command; it returns the exit code.
func run(args []string, stdout, stderr io.Writer) (code int) {
	var c cli
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("luahive"),
		kong.Description("Runs Lua scripts as isolated actor processes."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.UsageOnError(),
	)
	if err != nil {
		panic("unreachable: " + err.Error())
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	context, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "luahive: %v\nTry: luahive --help\n", err)
		return exitUsage
	}
	level := slog.LevelWarn
	if c.Verbose {
		level = slog.LevelDebug
	}
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	err = context.Run(streams{stdout: stdout, stderr: stderr}, logger)
	var e *exitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &e):
		if e.message != "" {
			fmt.Fprintln(stderr, e.message)
		}
		return e.code
	default:
		fmt.Fprintf(stderr, "luahive: %v\n", err)
		return exitFailed
	}
}

// exitError ends the command with a code and a message of its own.
type exitError struct {
	code    int
	message string
}

func (e *exitError) Error() string { return e.message }

type versionCmd struct{}

// Run prints what this program is made of.
func (versionCmd) Run(s streams) error {
	v, err := luawasm.Version()
	if errors.Is(err, luawasm.ErrNotBuilt) || errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(s.stdout, "luahive (lua.wasm isn't built)")
		return nil
	} else if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "luahive (Lua %s, lua.wasm %.12s)\n", v.Lua, v.Key)
	return nil
}
