package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/luahive/luahive/wasm/link"
)

// rewrite runs the link-time pass on what the linker made: it makes errors
// returns, and counts loops.
func (b *build) rewrite(work string) error {
	module, err := os.ReadFile(filepath.Join(work, "linked.wasm"))
	if err != nil {
		return err
	}
	module, report, err := link.Rewrite(module, link.Options{})
	if err != nil {
		return fmt.Errorf("link-time pass: %w", err)
	}
	if b.log.verbose {
		b.log.printf("link-time pass: %s", report)
	}
	return os.WriteFile(filepath.Join(work, "rewritten.wasm"), module, 0o644)
}
