// Package wasm holds what every engine shares: the memory that guests live in,
// the images that processes start from, and the seats that they run in.
//
// A [Slots] reserves address space once and cuts it into slots; a slot is the
// linear memory of one instance. An [Image] is the content of a memory and the
// mutable globals at one moment, of which only the pages that aren't zero are
// kept. A [Seat] is an instance in its slot. A [Pool] keeps seats that nobody
// uses; [Pool.Get] puts an image into one, after which every byte of the memory
// and every global is the image's, whoever sat there before.
//
// An engine (wasm/wazero) compiles the module once and makes instances of it.
// Nothing above this package knows which engine runs.
//
// Guest memory is read and written through [Seat.Read], [Seat.View] and
// [Seat.Write] alone. A pointer and a length from a guest are hostile: they are
// added in 64 bits and checked.
//
// A Pool and a Slots are safe for concurrent use. A Seat belongs to one
// goroutine at a time: the one that got it, until it puts it back.
package wasm
