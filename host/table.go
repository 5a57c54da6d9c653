package host

import "sync"

// table finds processes by PID. It is cut into shards by number, since every
// spawn, exit and message goes through it.
type table struct{ shards [64]tableShard }

type tableShard struct {
	mu struct {
		sync.RWMutex
		processes map[uint64]*Process
	}
	_ [64]byte // two shards' locks don't share a cache line
}

func (t *table) init() {
	for i := range t.shards {
		t.shards[i].mu.processes = make(map[uint64]*Process)
	}
}

func (t *table) shard(id uint64) *tableShard { return &t.shards[id%uint64(len(t.shards))] }

func (t *table) add(p *Process) {
	s := t.shard(p.id)
	s.mu.Lock()
	s.mu.processes[p.id] = p
	s.mu.Unlock()
}

func (t *table) remove(p *Process) {
	s := t.shard(p.id)
	s.mu.Lock()
	delete(s.mu.processes, p.id)
	s.mu.Unlock()
}

// find is nil unless pid is, to the letter, that of a process in the table.
func (t *table) find(pid string) *Process {
	id, ok := pidNumber(pid)
	if !ok {
		return nil
	}
	s := t.shard(id)
	s.mu.RLock()
	p := s.mu.processes[id]
	s.mu.RUnlock()
	if p == nil || string(p.pid) != pid {
		return nil
	}
	return p
}

func (t *table) snapshot() []*Process {
	var all []*Process
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.RLock()
		for _, p := range s.mu.processes {
			all = append(all, p)
		}
		s.mu.RUnlock()
	}
	return all
}
