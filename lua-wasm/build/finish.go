package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
)

var optimizeFlags = []string{
	"--mvp-features", "--enable-bulk-memory", "--enable-sign-ext", "--enable-nontrapping-float-to-int",
	"--enable-mutable-globals", "-O3",
}

// optimize comes after the pass, so that nothing is moved under the pass's feet
// and its checks are optimised with the rest.
func (b *build) optimize(ctx context.Context, t tools, work string) ([]byte, error) {
	args := slices.Concat([]string{t.optimizer}, optimizeFlags)
	if b.names {
		args = append(args, "-g")
	}
	args = append(args, "rewritten.wasm", "-o", "optimized.wasm")
	if _, err := b.log.command(ctx, command{args: args, dir: work, warn: true}); err != nil {
		return nil, err
	}
	module, err := os.ReadFile(filepath.Join(work, "optimized.wasm"))
	if err != nil {
		return nil, err
	}
	if err := checkImports(module); err != nil {
		return nil, err
	}
	if b.names {
		return module, nil
	}
	return stripCustom(module)
}
