package link

import (
	"bytes"
	"context"
	"testing"

	"github.com/tetratelabs/wazero"
)

// FuzzRewrite checks that no input makes the pass panic, that what it gives can
// be read, that it gives it twice, and that a valid module stays valid.
func FuzzRewrite(f *testing.F) {
	f.Add(assemble(f, sample))
	f.Add(assemble(f, program{}.with(fn{name: "f", export: true, code: "nop"})))
	for seed := range uint64(4) {
		g := &generator{Rand: newRandom(seed)}
		f.Add(assemble(f, g.program()))
	}
	f.Add([]byte(header))
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	f.Cleanup(func() { r.Close(ctx) })
	f.Fuzz(func(t *testing.T, module []byte) {
		Describe(module)
		out, report, err := Rewrite(module, Options{})
		if err != nil {
			return
		}
		if _, err := Describe(out); err != nil {
			t.Fatalf("the new module can't be read: %v", err)
		}
		again, _, err := Rewrite(module, Options{})
		if err != nil || !bytes.Equal(out, again) {
			t.Fatalf("the second time differs, or %v", err)
		}
		_ = report.String()
		before, err := r.CompileModule(ctx, module)
		if err != nil {
			return
		}
		defer before.Close(ctx)
		after, err := r.CompileModule(ctx, out)
		if err != nil {
			t.Fatalf("valid before, but then: %v", err)
		}
		after.Close(ctx)
	})
}

func (p program) with(f ...fn) program {
	p.funcs = append(p.funcs, f...)
	return p
}
