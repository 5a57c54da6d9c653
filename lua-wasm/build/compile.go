package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// luaFiles are the files of Lua that are compiled. Left out are linit (the glue
// opens the libraries), what reaches files and the system (liolib, loadlib) and
// the two programs.
var luaFiles = []string{
	"lapi", "lcode", "lctype", "ldebug", "ldo", "ldump", "lfunc", "lgc", "llex", "lmem", "lobject", "lopcodes",
	"lparser", "lstate", "lstring", "ltable", "ltm", "lundump", "lvm", "lzio",
	"lauxlib", "lbaselib", "lcorolib", "ldblib", "lmathlib", "lstrlib", "ltablib", "lutf8lib", "loslib",
}

// compileFlags are the same for each file. What the processor can do is said in
// full, so that it doesn't depend on clang's idea of a generic one; only
// wasi-libc's headers and clang's own are seen, none of the machine's. The two
// definitions open headers of which Lua needs only a type and a macro.
var compileFlags = []string{
	"--target=wasm32-wasi", "-mcpu=mvp", "-mbulk-memory", "-msign-ext", "-mnontrapping-fptoint", "-mmutable-globals",
	"-std=gnu11", "-O3", "-flto", "-fvisibility=hidden", "-nostdlibinc",
	"-D_WASI_EMULATED_SIGNAL", "-D_WASI_EMULATED_PROCESS_CLOCKS",
	"-Ilua-wasm/glue", "-Ilua/src", "-Igenerated", "-include", "lua-wasm/glue/config.h",
}

// glueWarnings are on for our own C; Lua's is taken as it is, patched out
// functions and all.
var glueWarnings = []string{"-Wall", "-Wextra"}

// linkFlags put the stack below the data, so that running over it traps. The
// stack's size was found with a recursive gsub, which overran 192 KB. The names
// stay for the pass that follows.
var linkFlags = []string{
	"--no-entry", "--stack-first", "-z", "stack-size=262144", "--gc-sections", "--lto-O3", "-O3", "--fatal-warnings",
	"--export=_initialize", "--export=__stack_pointer",
}

// The work folder of a build, in which all commands run with relative paths:
// nothing in the result depends on where it is.
//
//	lua/src/         Lua's source, patched
//	lua-wasm/glue/   copy of the glue, so that messages name files as in the repository
//	generated/       prelude_data.h and headers that wasi-libc lacks
//	objects/
//	*.wasm           the module after each stage

// setjmpHeader stands in for the setjmp.h that wasi-libc doesn't have. Lua
// includes it, but with LUAI_THROW and LUAI_TRY set uses nothing of it.
const setjmpHeader = "/* empty: see LUAI_THROW in lua-wasm/glue/config.h */\n"

// copyGlue fills lua-wasm/glue and generated, and returns the C files of the
// glue.
func (b *build) copyGlue(work string) ([]string, error) {
	var sources []string
	for _, dir := range []string{"lua-wasm/glue", "generated", "objects"} {
		if err := os.MkdirAll(filepath.Join(work, dir), 0o755); err != nil {
			return nil, err
		}
	}
	for _, name := range b.inputs.glue {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		copied := path.Join("lua-wasm/glue", filepath.Base(name))
		if err := os.WriteFile(filepath.Join(work, copied), data, 0o644); err != nil {
			return nil, err
		}
		if path.Ext(copied) == ".c" {
			sources = append(sources, copied)
		}
	}
	prelude, err := preludeHeader(b.inputs.prelude)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(work, "generated/prelude_data.h"), prelude, 0o644); err != nil {
		return nil, err
	}
	return sources, os.WriteFile(filepath.Join(work, "generated/setjmp.h"), []byte(setjmpHeader), 0o644)
}

// compile compiles Lua and the glue and returns the objects. It goes on after an
// error, to show all of them.
func (b *build) compile(ctx context.Context, t tools, work string, glue []string) ([]string, error) {
	type unit struct {
		source, object string
		flags          []string
	}
	var units []unit
	for _, name := range luaFiles {
		units = append(units, unit{"lua/src/" + name + ".c", "objects/lua-" + name + ".o", nil})
	}
	for _, source := range glue {
		name := strings.TrimSuffix(path.Base(source), ".c")
		units = append(units, unit{source, "objects/glue-" + name + ".o", glueWarnings})
	}

	objects := make([]string, len(units))
	errs := make([]error, len(units))
	var wg sync.WaitGroup
	slots := make(chan struct{}, b.jobs)
	for i, u := range units {
		objects[i] = u.object
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			args := slices.Concat([]string{t.clang}, compileFlags, u.flags,
				[]string{"-isystem", t.headers, "-c", u.source, "-o", u.object})
			_, errs[i] = b.log.command(ctx, command{args: args, dir: work, warn: true})
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var failed []string
	for i, err := range errs {
		if err != nil {
			failed = append(failed, fmt.Sprintf("%s: %v", units[i].source, err))
		}
	}
	if len(failed) > 0 {
		return nil, fmt.Errorf("%d of %d C files failed\n%s", len(failed), len(units), strings.Join(failed, "\n"))
	}
	return objects, nil
}

// link calls the linker itself: clang's driver would run wasm-opt by its own
// choice, which inlines what the pass must find and drops names.
func (b *build) link(ctx context.Context, t tools, work string, objects []string) error {
	args := slices.Concat([]string{t.linker}, linkFlags, objects, []string{t.libc, t.builtins, "-o", "linked.wasm"})
	_, err := b.log.command(ctx, command{args: args, dir: work, warn: true})
	return err
}
