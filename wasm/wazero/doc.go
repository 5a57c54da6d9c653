// Package wazero runs guests on the wazero engine, which is pure Go: it
// compiles lua.wasm to machine code, and keeps that code on disk so that the
// next start takes milliseconds.
//
// Exceptions and context checks of the engine aren't used: an error in Lua is a
// return (wasm/link), and a guest is interrupted where it counts (the tick
// import).
package wazero
