package host

// bond is what one process has with another, seen from one side. Both sides
// change together, under both locks.
type bond uint8

const (
	linked    bond = 1 << iota // the same on both sides
	monitors                   // this one is told of the other's exit
	monitored                  // the other way round
)

// weight is how much of Options.Relations a bond takes.
func (b bond) weight() int {
	n := 0
	if b&linked != 0 {
		n++
	}
	if b&monitors != 0 {
		n++
	}
	return n
}

func (p *Process) bondLocked(other *Process) bond {
	b, _ := p.mu.relations.get(other)
	return b
}

// addBondLocked adds bits that aren't there yet.
func (p *Process) addBondLocked(other *Process, b bond) {
	p.mu.relations.set(other, p.bondLocked(other)|b)
	p.mu.watching += int32(b.weight())
}

// removeBondLocked takes bits away and returns those that were there.
func (p *Process) removeBondLocked(other *Process, b bond) bond {
	old := p.bondLocked(other)
	if old&b == 0 {
		return 0
	}
	if left := old &^ b; left != 0 {
		p.mu.relations.set(other, left)
	} else {
		p.mu.relations.remove(other)
	}
	p.mu.watching -= int32((old & b).weight())
	return old & b
}

// roomLocked refuses n more monitors or links. What was told and not read yet
// counts as well: otherwise a process could pile up events for ever by spawning
// children that it monitors.
func (p *Process) roomLocked(n int) error {
	if limit := p.node.options.Relations; int(p.mu.watching)+int(p.mu.news.count)+n > limit {
		return refuse(ErrLimit, "%d monitors, links and unread events", limit)
	}
	return nil
}

// lockPair locks two processes in the order of LOCKS.md.
func lockPair(a, b *Process) (unlock func()) {
	if a == b {
		a.mu.Lock()
		return a.mu.Unlock
	}
	if a.id > b.id {
		a, b = b, a
	}
	a.mu.Lock()
	b.mu.Lock()
	return func() {
		b.mu.Unlock()
		a.mu.Unlock()
	}
}

// related finds dest for p, with both locked and dest alive. Names are looked up
// without a lock, hence the second look.
func (p *Process) related(dest string) (t *Process, unlock func(), err error) {
	t, err = p.node.find(dest)
	if err != nil {
		return nil, nil, err
	}
	unlock = lockPair(p, t)
	if t.fate.Load() != nil {
		unlock()
		if err := p.Killed(); err != nil {
			return nil, nil, err
		}
		return nil, nil, refuseValue(ErrNoProcess, dest)
	}
	return t, unlock, nil
}
