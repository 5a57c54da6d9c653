package host

// Monitor asks for an EXIT event when dest (a PID or a name) ends, whatever the
// reason. Errors: ErrNoProcess, ErrAlreadyMonitoring, ErrLimit. A process may
// monitor itself; nobody is left to be told.
func (p *Process) Monitor(dest string) error {
	if err := p.Killed(); err != nil {
		return err
	}
	t, unlock, err := p.related(dest)
	if err != nil {
		return err
	}
	defer unlock()
	if p.bondLocked(t)&monitors != 0 {
		return refuseValue(ErrAlreadyMonitoring, dest)
	}
	if err := p.roomLocked(1); err != nil {
		return err
	}
	p.addBondLocked(t, monitors)
	t.addBondLocked(p, monitored)
	return nil
}

// Unmonitor takes Monitor back. It is fine when there is nothing to take back,
// also when dest is dead. An EXIT that is in the mailbox already stays there.
func (p *Process) Unmonitor(dest string) error { return p.unbind(dest, monitors, monitored) }

// unbind takes bits away from both sides.
func (p *Process) unbind(dest string, mine, its bond) error {
	if err := p.Killed(); err != nil {
		return err
	}
	t, unlock, err := p.related(dest)
	if err != nil {
		// A process that is dead to all others may not have told p yet: then
		// that is what must not happen any more.
		if t = p.node.findDying(dest); t == nil {
			return p.Killed()
		}
		unlock = lockPair(p, t)
	}
	defer unlock()
	p.removeBondLocked(t, mine)
	t.removeBondLocked(p, its)
	return nil
}

// findDying also finds a process whose exit hasn't been told to everyone.
func (n *Node) findDying(dest string) *Process {
	if looksLikePID(dest) {
		return n.table.find(dest)
	}
	return nil
}
