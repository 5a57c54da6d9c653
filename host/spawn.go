package host

import "bytes"

// SpawnRequest asks for a process from outside.
type SpawnRequest struct {
	Program Program
	Host    string // a host entry
	Args    []byte // what Guest.Start gets; copied
	// Watch is called once, after everybody was told of the exit, on a worker's
	// goroutine: it must be quick and must not wait for the node. Default: none.
	Watch func(Exit)
}

// SpawnFlags say what ties a process to the one it spawns. Both are in place
// before the child's first step.
type SpawnFlags struct {
	Monitor bool
	Link    bool
}

// Spawn starts a process. It returns before the process runs.
func (n *Node) Spawn(r SpawnRequest) (PID, error) {
	return n.spawn(nil, r, SpawnFlags{})
}

// Spawn starts a process on the named host entry. args is copied.
func (p *Process) Spawn(program Program, host string, args []byte, flags SpawnFlags) (PID, error) {
	if err := p.Killed(); err != nil {
		return "", err
	}
	return p.node.spawn(p, SpawnRequest{Program: program, Host: host, Args: args}, flags)
}

func (n *Node) spawn(parent *Process, r SpawnRequest, flags SpawnFlags) (PID, error) {
	if r.Program == nil {
		return "", ErrNoProgram
	}
	if len(r.Args) > n.options.PayloadBytes {
		return "", tooLarge("arguments", len(r.Args), n.options.PayloadBytes)
	}
	h, err := n.hosts.find(r.Host)
	if err != nil {
		return "", err
	}
	if err := n.admit(h); err != nil {
		return "", err
	}
	id := n.ids.Add(1)
	c := &Process{
		node: n, host: h, program: r.Program, id: id, pid: makePID(h.name, id),
		args: bytes.Clone(r.Args), watch: r.Watch,
	}
	c.mu.state = runnable
	if flags != (SpawnFlags{}) {
		if err := parent.adopt(c, flags); err != nil {
			n.leave(h)
			return "", err
		}
	}
	n.table.add(c)
	var w *worker
	if parent != nil {
		w = parent.worker
	}
	h.enqueue(c, w)
	if n.closed.Load() {
		c.kill(w, killTerminated) // Close may have missed it
	}
	return c.pid, nil
}

// admit counts a process in, or refuses it.
func (n *Node) admit(h *hostEntry) error {
	if n.live.Add(1) > int64(n.options.MaxProcesses) {
		n.uncount()
		return refuse(ErrLimit, "%d processes", n.options.MaxProcesses)
	}
	if h.live.Add(1) > int64(h.maxProcesses) {
		n.leave(h)
		return refuse(ErrLimit, "%d processes on %s", h.maxProcesses, h.name)
	}
	if n.closed.Load() {
		n.leave(h)
		return ErrClosed
	}
	return nil
}

// leave is the opposite of admit.
func (n *Node) leave(h *hostEntry) {
	h.live.Add(-1)
	n.uncount()
}

func (n *Node) uncount() {
	if n.live.Add(-1) == 0 && n.closed.Load() {
		select {
		case n.drained <- struct{}{}:
		default:
		}
	}
}

// adopt ties p to a process that nobody else knows yet.
func (p *Process) adopt(child *Process, flags SpawnFlags) error {
	var mine, its bond
	if flags.Link {
		mine, its = linked, linked
	}
	if flags.Monitor {
		mine, its = mine|monitors, its|monitored
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.roomLocked(mine.weight()); err != nil {
		return err
	}
	p.addBondLocked(child, mine)
	child.addBondLocked(p, its)
	return nil
}
