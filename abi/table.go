package abi

// Version is the number of this contract. A guest of another version isn't run.
const Version = 1

// Module is the name that a guest imports host functions from.
const Module = "luahive"

// Type is a WebAssembly number type, in the binary format's code.
type Type byte

// The types of the contract.
const (
	I32 Type = 0x7f
	I64 Type = 0x7e
)

func (t Type) String() string {
	if t == I64 {
		return "i64"
	}
	return "i32"
}

// Function is one function that crosses the boundary. Pointers are offsets in
// the guest's memory; the host copies what it keeps before it returns, and
// keeps no pointer. Who is pointed to always belongs to the guest.
type Function struct {
	Name    string
	Params  []Param
	Results []Type
	// Doc says what it does, what the result is, and what is refused.
	Doc string
	// Blocks is set when the host may hold the call back, for a turn of others.
	Blocks bool
}

// Param is one parameter. In a C header, a parameter whose Room is set is memory
// that the host writes to.
type Param struct {
	Name string
	Type Type
	// Pointer is set for an offset; the parameter behind it is its length.
	Pointer, Room bool
}

func i32(name string) Param { return Param{Name: name, Type: I32} }
func i64(name string) Param { return Param{Name: name, Type: I64} }

// in is memory that the host reads, room is memory that it writes.
func in(name string) []Param {
	return []Param{{Name: name, Type: I32, Pointer: true}, i32(name + "_size")}
}

func room(name string) []Param {
	return []Param{{Name: name, Type: I32, Pointer: true, Room: true}, i32(name + "_size")}
}

func params(groups ...[]Param) []Param {
	var all []Param
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

func one(p Param) []Param { return []Param{p} }

var (
	returnsI32 = []Type{I32}
	returnsI64 = []Type{I64}
)

const onDest = " dest is a PID or a registered name. Returns 0."

// Imports are the functions that the host offers, and all that a guest can do to
// the world. Where a result below zero is possible, -1 is a refusal whose error
// object last_error gives.
var Imports = []Function{
	{Name: "tick", Results: returnsI32, Blocks: true,
		Doc: "The units of the slice are used up. Returns the units of the next; doesn't return when the process was ended. Called in the middle of anything, with Lua in any state."},
	{Name: "log", Params: params(one(i32("level")), in("text")),
		Doc: "A line of output (level 0, from print) or of the log (1 debug, 2 info, 3 warning, 4 error). Cut at 8 KiB; control characters are escaped."},
	{Name: "exit", Params: params(in("result"), in("error")),
		Doc: "The outcome, told once and just before step returns 1. result is one unit; error is one unit (an error object or a string), or nothing for a normal exit."},
	{Name: "spawn", Params: params(in("entry"), in("host"), in("arguments"), one(i32("flags")), room("pid")), Results: returnsI32,
		Doc: "Starts a process of the entry on the host entry with a payload as arguments. flags: 1 monitor, 2 link. Writes the PID and returns its length."},
	{Name: "send", Params: params(in("dest"), in("topic"), in("payload")), Results: returnsI32,
		Doc: "Queues a message." + onDest + " Refuses: no such process, bad topic, payload too large, mailbox full."},
	{Name: "listen", Params: params(in("topic")), Results: returnsI32,
		Doc: "Returns the handle of the topic's listener, the same one for the same topic."},
	{Name: "inbox", Results: returnsI32, Doc: "Returns the handle of the messages that no listener takes."},
	{Name: "events", Results: returnsI32, Doc: "Returns the handle of EXIT, LINK_DOWN and CANCEL events."},
	{Name: "close", Params: one(i32("handle")), Results: returnsI32,
		Doc: "Closes a handle; what it holds can still be received. Returns 0."},
	{Name: "receive", Params: params(one(i32("handle")), room("record")), Results: returnsI32,
		Doc: "Takes the next record. Returns 0 when there is none: the handle is armed then, and the next arrival gets the process a step. " +
			"Returns -2 when the handle is closed and drained. A record that is larger than the room stays, and its size is returned. " +
			"Otherwise the size of what was written, 12 or more: the lengths of sender, topic and payload (4 bytes each, little endian), then those. " +
			"The topic of an event is EXIT (payload: time in Unix seconds, result, error or nil), LINK_DOWN (time, error) or CANCEL (time, reason or nil), " +
			"its sender the process that it is about; that of a timer is \"time\" (payload: Unix nanoseconds)."},
	{Name: "timer", Params: []Param{i64("delay"), i64("period")}, Results: returnsI32,
		Doc: "Starts a timer, in nanoseconds; period 0 fires once, after which its handle is closed. Returns its handle."},
	{Name: "timer_reset", Params: []Param{i32("handle"), i64("delay")}, Results: returnsI32,
		Doc: "Makes a timer fire after the delay from now. Returns 1 when it was active, else 0."},
	{Name: "timer_stop", Params: one(i32("handle")), Results: returnsI32,
		Doc: "Stops a timer. Returns 1 when it was active, else 0."},
	{Name: "monitor", Params: in("dest"), Results: returnsI32,
		Doc: "Asks for an EXIT event." + onDest + " Refuses: no such process, already monitoring."},
	{Name: "unmonitor", Params: in("dest"), Results: returnsI32, Doc: "Takes that back." + onDest},
	{Name: "link", Params: in("dest"), Results: returnsI32,
		Doc: "Links both ways." + onDest + " Refuses: no such process."},
	{Name: "unlink", Params: in("dest"), Results: returnsI32, Doc: "Takes that back, both ways." + onDest},
	{Name: "terminate", Params: in("dest"), Results: returnsI32,
		Doc: "Kills." + onDest + " Doesn't return when dest is the process itself."},
	{Name: "cancel", Params: params(in("dest"), in("reason")), Results: returnsI32,
		Doc: "Delivers a CANCEL event with a payload of no or one unit." + onDest},
	{Name: "register", Params: params(in("name"), in("dest")), Results: returnsI32,
		Doc: "Gives a name to a process, itself when dest is empty. Returns 0. Refuses: name taken, bad name, no such process."},
	{Name: "lookup", Params: params(in("name"), room("pid")), Results: returnsI32,
		Doc: "Writes the PID that a name stands for and returns its length."},
	{Name: "unregister", Params: in("name"), Results: returnsI32,
		Doc: "Releases a name. Returns 1, or 0 when nobody has it. Refuses: held by another."},
	{Name: "set_option", Params: []Param{i32("option"), i32("value")}, Results: returnsI32,
		Doc: "Sets an option: 1 trap_links. Returns 0."},
	{Name: "last_error", Params: room("unit"), Results: returnsI32,
		Doc: "Writes the error object of the last refusal, one unit, and returns its length; writes nothing when that is more than the room."},
	{Name: "now", Results: returnsI64, Doc: "Unix time in nanoseconds."},
	{Name: "cpu", Results: returnsI64, Doc: "How long this process has been running, in nanoseconds."},
}

// Exports are the functions that a guest offers, besides its memory, _initialize
// and the mutable globals that wasm/link names. An image is made by init, load
// for each chunk, and seal; a process runs by step.
var Exports = []Function{
	{Name: "abi_version", Results: returnsI32, Doc: "The Version that the guest was made for."},
	{Name: "init", Results: returnsI32, Doc: "Opens Lua's libraries. Returns 0, or a Lua status."},
	{Name: "reserve", Params: one(i32("size")), Results: returnsI32,
		Doc: "Returns where the host may write that many bytes for the next call of load or step; 0 when there is no memory."},
	{Name: "load", Params: []Param{i32("kind"), i32("size")}, Results: returnsI32,
		Doc: "Takes the payload in the reserved bytes. kind 0, the entry's script: chunk name, source. 1, a library's: entry id, chunk name, source. " +
			"2, the settings: one table. Returns 0, or the length of an error text that stands in the reserved bytes, or -1."},
	{Name: "seal", Results: returnsI32, Doc: "Collects garbage and prepares the memory for its image. Returns 0, or a Lua status."},
	{Name: "step", Params: []Param{i32("handle"), i32("size")}, Results: returnsI32,
		Doc: "Runs until all coroutines wait (0) or the process has ended (1, after exit). A size above 0 begins the process, with the payload in the reserved bytes: " +
			"PID, 40 bytes of seeds, then the arguments. After that size is 0, and handle is one that was armed and is ready."},
}
