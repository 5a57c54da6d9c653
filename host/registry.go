package host

import (
	"strings"
	"sync"
)

// registry is the names of a node. A name belongs to its holder until that
// releases it or dies; from the moment of its death on the name counts as free,
// even before the exit has come to it.
type registry struct {
	mu struct {
		sync.RWMutex
		holders map[string]*Process
	}
}

func (r *registry) init() { r.mu.holders = make(map[string]*Process) }

// find is the live holder, or nil.
func (r *registry) find(name string) *Process {
	r.mu.RLock()
	t := r.mu.holders[name]
	r.mu.RUnlock()
	if t == nil || t.fate.Load() != nil {
		return nil
	}
	return t
}

// Lookup is the PID of the process that holds the name.
func (n *Node) Lookup(name string) (PID, error) {
	if n.closed.Load() {
		return "", ErrClosed
	}
	return n.lookup(name)
}

// Lookup is the PID of the process that holds the name.
func (p *Process) Lookup(name string) (PID, error) {
	if err := p.Killed(); err != nil {
		return "", err
	}
	return p.node.lookup(name)
}

func (n *Node) lookup(name string) (PID, error) {
	if t := n.names.find(name); t != nil {
		return t.pid, nil
	}
	return "", refuseValue(ErrNoName, name)
}

// Register gives a name to the process dest (a PID or another name of it; the
// empty string is p itself). A process may have many names. Giving one that it
// has already is fine; one that another live process has is ErrNameTaken.
func (p *Process) Register(name, dest string) error {
	if err := p.Killed(); err != nil {
		return err
	}
	t := p
	if dest != "" {
		var err error
		if t, err = p.node.find(dest); err != nil {
			return err
		}
	}
	n := p.node
	if name == "" || len(name) > n.options.NameBytes || looksLikePID(name) {
		return refuse(ErrBadName, "%q (1 to %d bytes, not starting with {)", shown(name), n.options.NameBytes)
	}
	r := &n.names
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.mu.holders[name]
	if old == t {
		return nil
	}
	if old != nil && old.fate.Load() == nil {
		return refuse(ErrNameTaken, "%s is %s", shown(name), old.pid)
	}
	if old == nil && len(r.mu.holders) >= n.options.MaxNames {
		return refuse(ErrLimit, "%d names", n.options.MaxNames)
	}
	t.named.Store(true)
	if t.fate.Load() != nil {
		if t == p {
			return p.Killed()
		}
		return refuseValue(ErrNoProcess, dest)
	}
	name = strings.Clone(name)
	r.mu.holders[name] = t
	if t.names == nil {
		t.names = make(map[string]struct{})
	}
	t.names[name] = struct{}{}
	return nil
}

// Unregister releases a name. It is false when nobody has it, and ErrNotHolder
// when another process has it.
func (p *Process) Unregister(name string) (bool, error) {
	if err := p.Killed(); err != nil {
		return false, err
	}
	r := &p.node.names
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.mu.holders[name]
	if t == nil || t.fate.Load() != nil {
		return false, nil
	}
	if t != p {
		return false, refuse(ErrNotHolder, "%s is %s", shown(name), t.pid)
	}
	delete(r.mu.holders, name)
	delete(p.names, name)
	return true, nil
}

// releaseAll is the part of the exit that concerns names. A name of p that
// another process took over since p died is left alone.
func (r *registry) releaseAll(p *Process) {
	if !p.named.Load() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for name := range p.names {
		if r.mu.holders[name] == p {
			delete(r.mu.holders, name)
		}
	}
	p.names = nil
}
