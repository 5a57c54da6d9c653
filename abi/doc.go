// Package abi is the contract between a guest (lua.wasm) and its host: the
// functions that cross the boundary, and the encoding of everything that crosses.
//
// [Imports] and [Exports] are the functions, with what each parameter means, who
// owns the memory behind it, and what is refused. ABI.md beside this file and
// the C header lua-wasm/glue/abi.h are made from them.
//
// Values cross as units: one Lua value in MessagePack, with extension types for
// tables that are shared or contain themselves and for error objects. A payload
// is zero or more units, one behind the other. [Check] says whether bytes from a
// guest are a payload; [Decode] and [Append] are Go's side of the encoding, the
// C side is lua-wasm/glue (codec.h). Both run package
// abi/vectors.
//
// Everything here is safe for concurrent use but for the values themselves.
package abi
