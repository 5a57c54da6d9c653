// Package host is a node: it runs guests as actor processes and gives them
// messages, monitors, links, names and time. It knows neither WebAssembly nor
// Lua. What runs is a [Guest], a state machine that is started once, stepped
// whenever something it waits for is there, and closed.
//
// # Types
//
// [Node] holds the process table, the names and the host entries. A host entry
// (AddHost) is a set of run queues with its own workers; every process runs on
// one of them. [Program] is what can be spawned. [Process] is the node seen by
// one guest. [Exit] says how a process ended.
//
// # A process's life
//
// Spawn puts a record in the table and in a run queue; nothing of the guest
// exists yet. A worker that picks the process up for the first time calls
// Program.New and Guest.Start; from then on Guest.Step, once for each handle
// that became ready. Between steps a waiting process is nothing but its record:
// no goroutine, no stack. When Start or Step returns an [Outcome] or an error,
// or when the process was killed, Guest.Close is called and the exit is told in
// this order: names released, monitors told, links told, mailbox and timers
// dropped, then Watch and OnExit.
//
// # Waiting
//
// A handle is an inbox, the events, a listener of one topic, or a timer. Receive
// on a handle with nothing in it arms it. What arrives at an armed handle
// disarms it and makes it ready, and each ready handle gets one step. A step may
// come for a handle with which the guest has nothing to do any more; it is then
// free to do nothing.
//
// # Rules of use
//
// The methods of Process may be called only by its own guest, from within New,
// Start or Step, on the goroutine that called it. Those that can refuse answer
// with the [Kill] once the process was killed, and the guest must then return it
// from Start or Step as soon as it can: nothing it does any more has an effect.
// A guest that runs for long must call Process.Tick now and then. It must not
// block in any other way: a step that blocks keeps its worker, and the one
// process it woke last, waiting with it.
//
// Strings and byte slices that a guest passes in may be views of its own memory:
// nothing of them is kept after the call (but an Outcome is). The payload of a
// Record belongs to the node, which uses its memory again after the guest's next
// Receive or the end of its step.
//
// # Concurrency
//
// Every method of Node may be called from any goroutine. Exactly as many
// processes of a host entry run at a time as it has workers; a guest is never
// run by two goroutines at once, though by different ones in turn. No lock is
// held while a guest, Watch or OnExit is called. LOCKS.md has the lock order.
//
// # What it doesn't promise
//
// Payloads are opaque: the caller has validated them. Memory of a guest is its
// own affair. A guest that neither returns nor ticks can't be stopped, and Close
// waits for it.
package host
