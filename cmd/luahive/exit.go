package main

// Exit codes of the command.
const (
	exitOK     = 0
	exitFailed = 1 // a process failed, or an application can't be loaded
	exitUsage  = 2 // the command line is wrong
	exitKilled = 130
)
