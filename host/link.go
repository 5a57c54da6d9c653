package host

// Link ties p and dest (a PID or a name) to each other: when one fails, the
// other is told by a LINK_DOWN event if it traps links, and killed otherwise. A
// normal exit only removes the link. Linking twice, or to oneself, does nothing.
// Errors: ErrNoProcess; ErrLimit when either of them has too many.
func (p *Process) Link(dest string) error {
	if err := p.Killed(); err != nil {
		return err
	}
	t, unlock, err := p.related(dest)
	if err != nil {
		return err
	}
	defer unlock()
	if t == p || p.bondLocked(t)&linked != 0 {
		return nil
	}
	if err := p.roomLocked(1); err != nil {
		return err
	}
	if t.roomLocked(1) != nil {
		return refuse(ErrLimit, "%s has too many monitors, links and unread events", t.pid)
	}
	p.addBondLocked(t, linked)
	t.addBondLocked(p, linked)
	return nil
}

// Unlink removes a link from both sides. It is fine when there is none, also
// when dest is dead. A LINK_DOWN that is in the mailbox already stays there.
func (p *Process) Unlink(dest string) error { return p.unbind(dest, linked, linked) }
