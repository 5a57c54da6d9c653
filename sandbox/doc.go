// Package sandbox is what a Go program imports to run Lua scripts that it
// doesn't trust.
//
// A [Runtime] holds the compiled interpreter, the memory of all processes and
// the node that schedules them. An [App] is an application loaded into it: a
// folder of manifests and scripts (see [Runtime.Load]), or one script
// ([Runtime.LoadScript]). [App.Spawn] starts a process of an entry;
// [Process.Wait] waits for its end.
//
//	rt, err := sandbox.New(sandbox.Options{})
//	app, err := rt.Load(os.DirFS("shop"))
//	p, err := app.Spawn("shop.cart:main", "shop:processes", "customer 7")
//	exit, err := p.Wait(ctx)
//
// Values cross as copies: nil, booleans, integers, floats, strings, tables
// (see package abi for the Go side of them).
//
// Everything here is safe for concurrent use. Every process runs in a memory of
// its own, and ends when its method returns, fails, is terminated, or uses more
// memory than it may. What isn't limited yet: processor time and the wall clock.
package sandbox
