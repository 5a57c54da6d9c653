package main

import (
	"fmt"
	"os/exec"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/luahive/luahive/sandbox"
)

const fibN = 30

// fib measures plain Lua code beside gopher-lua and, where it is installed, the
// lua5.4 command.
func fib(_ *sandbox.Runtime, app *sandbox.App) error {
	native, _ := exec.LookPath("lua5.4")
	var ours, gopher, natives []time.Duration
	for range rounds {
		d, err := timed(app, "bench:fib", "bench:one", fibN)
		if err != nil {
			return err
		}
		ours = append(ours, d)
		if d, err = gopherFib(); err != nil {
			return err
		}
		gopher = append(gopher, d)
		if native != "" {
			if d, err = nativeFib(native); err != nil {
				return err
			}
			natives = append(natives, d)
		}
	}
	us := median(ours)
	fmt.Printf("fib(%d)                        %12s\n", fibN, us.Round(time.Millisecond))
	fmt.Printf("  gopher-lua                   %12s   %6.2fx ours\n", median(gopher).Round(time.Millisecond), ratio(median(gopher), us))
	if native == "" {
		fmt.Println("  lua5.4                       not installed")
		return nil
	}
	fmt.Printf("  lua5.4                       %12s   %6.2fx ours\n", median(natives).Round(time.Millisecond), ratio(median(natives), us))
	return nil
}

const fibSource = `
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
`

func gopherFib() (time.Duration, error) {
	l := lua.NewState()
	defer l.Close()
	begun := time.Now()
	err := l.DoString(fibSource + fmt.Sprintf("fib(%d)", fibN))
	return time.Since(begun), err
}

// nativeFib lets the command time itself, so that its start doesn't count.
func nativeFib(command string) (time.Duration, error) {
	out, err := exec.Command(command, "-e", fibSource+
		fmt.Sprintf("local t = os.clock() fib(%d) io.write(os.clock() - t)", fibN)).Output()
	if err != nil {
		return 0, err
	}
	var seconds float64
	if _, err := fmt.Sscan(string(out), &seconds); err != nil {
		return 0, err
	}
	return time.Duration(seconds * float64(time.Second)), nil
}
