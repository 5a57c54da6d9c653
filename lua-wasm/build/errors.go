package main

import "errors"

var (
	// errUsage: the command line is wrong.
	errUsage = errors.New("build: usage")
	// errChecksum: a file isn't the one that the table of releases names.
	errChecksum = errors.New("wrong checksum")
	// errNoSource: no source has the wanted release of Lua.
	errNoSource = errors.New("the source of Lua can't be had")
	// errHostile: a tarball holds what no release of Lua holds.
	errHostile = errors.New("refused tarball entry")
	// errMissingTools: tools are missing and can't be installed from here.
	errMissingTools = errors.New("tools are missing")
	// errModule: the linked module isn't what the host takes.
	errModule = errors.New("bad module")
)
