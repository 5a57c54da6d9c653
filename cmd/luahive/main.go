// Command luahive runs Lua applications whose scripts nobody needs to trust.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
