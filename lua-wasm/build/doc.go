// Build makes lua.wasm, the artefact that package luawasm embeds.
//
//	go run ./lua-wasm/build [--force] [--verify] [--names] [--out file] [-v] [--keep]
//	go run ./lua-wasm/build --fetch
//
// Its stages, each in a file of its own: find or install the tools (tools.go),
// get Lua's source (source.go), unpack it (unpack.go), patch it (patch.go),
// turn the prelude into a C header (prelude.go), compile and link (compile.go),
// rewrite and optimise (finish.go), store the result (artefact.go).
//
// An artefact is named by the SHA-256 of everything that goes into it (key.go).
// One that is in place or in the cache under its key is not built again. The
// same inputs and tools give the same bytes in any folder; --verify builds twice
// and compares.
//
// Builds may run at the same time: each has a work folder of its own, and files
// appear under their final names complete or not at all.
//
// Environment:
//
//	LUA_VERSION   version of Lua, one of the table in source.go (default 5.4.9)
//	LUA_TARBALL   path of its release tarball (default: found, see source.go)
//	CLANG         clang for wasm32 (default clang-19)
//	WASM_LD       wasm-ld (default wasm-ld-19)
//	WASM_OPT      wasm-opt (default wasm-opt)
//	WASI_SYSROOT  folder with include/wasm32-wasi and lib/wasm32-wasi (default /usr)
//	PROFILE       1: as --names
package main
