// Package luawasm holds the guest: lua.wasm, a Lua interpreter with its glue,
// compiled to WebAssembly.
//
// [Module] returns it and [Version] says what it is. It is made by `make wasm`
// (the program in lua-wasm/build) and embedded when a program is compiled; a
// checkout in which it was never made compiles all the same, and gets
// [ErrNotBuilt] when it asks.
//
// The module imports nothing but the host functions of package abi. This package
// doesn't check that it fits the host that runs it: abi_version does.
//
// All functions may be called from several goroutines.
package luawasm
