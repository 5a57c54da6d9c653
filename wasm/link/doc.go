// Package link rewrites a linked WebAssembly module, once, when lua.wasm is
// built. [Rewrite] does three things to it:
//
// Errors become returns. A throw sets the global luahive_throwing and returns;
// so does every function that it passes, because a check stands behind each
// call of a function that may throw. The one that asks whether it caught
// something takes the flag and restores the stack pointer. That nothing thrown
// can reach an exported function, and so the host, is proven.
//
// Running is counted. The global luahive_fuel goes down by one at loop heads,
// at the entries of recursive functions, where the code asks for it, and for each
// 256 bytes that are copied or filled at once. At zero a function of the module
// is called that asks the host for more.
//
// State is made visible. Memory and the mutable globals are all that an
// instance keeps between two calls: every mutable global is exported, and a
// module that keeps anything elsewhere (in a table, in dropped segments) is
// refused.
//
// The module asks by calling intrinsics, imports of the module luahive_link
// that are gone afterwards:
//
//	throw    () -> ()     sets the flag and returns from the calling function
//	caught   () -> i32    takes the flag: 1 when something was caught here
//	count    () -> ()     counts one unit; the function's loops don't count then
//	fuel     () -> i32    the units left
//	set_fuel (i32) -> ()  sets them
//
// # Rules for the module
//
// A function that uses caught is a catching function. It contains at most one
// call that may throw, and doesn't use throw itself. The flag is taken right
// behind that call, and nothing leaves the function. Compilers inline and clone:
// so the C code must keep the catching function from being inlined (noinline),
// and what it calls too (a call through a pointer that they can't see through).
// Clones are fine.
//
// The fuel function ([Options.FuelOut]) is called in the middle of anything. It
// doesn't throw, and sets fuel to something greater than zero. Fuel may be below
// zero when it is called: a big copy costs more than was left. It is called
// again then until all is paid for.
//
// Imports never throw. __stack_pointer must be exported.
//
// The order of work is: link, this pass, optimizer. An optimizer that ran before
// could inline what a catching function calls.
//
// # What is read
//
// Core WebAssembly 2.0 without SIMD, as clang and wasm-ld write it; anything
// else is an error that names function, opcode and offset. The module is parsed
// and its structure checked, but it is not validated: a module that is invalid
// before may be so afterwards. Bytes that are no module give an error, never a
// panic. Debug sections are left out, since code moves. The same input and
// options give the same bytes. All functions may be called concurrently.
package link
