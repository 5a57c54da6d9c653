package host

import (
	"runtime"
	"sort"
	"strings"
	"sync"
)

// hosts is the host entries of a node.
type hosts struct {
	mu struct {
		sync.RWMutex
		byName map[string]*hostEntry
		closed bool
	}
}

// AddHost adds a host entry and starts its workers.
func (n *Node) AddHost(o HostOptions) error {
	if !validHostName(o.Name) {
		return refuse(ErrBadHost, "%q", shown(o.Name))
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.MaxProcesses <= 0 {
		o.MaxProcesses = 100_000
	}
	h := &hostEntry{node: n, name: o.Name, maxProcesses: o.MaxProcesses}
	for range o.Workers {
		h.workers = append(h.workers, &worker{host: h, wake: make(chan struct{}, 1)})
	}
	n.hosts.mu.Lock()
	defer n.hosts.mu.Unlock()
	if n.hosts.mu.closed || n.closed.Load() {
		return ErrClosed
	}
	if n.hosts.mu.byName[o.Name] != nil {
		return refuseValue(ErrHostExists, o.Name)
	}
	if n.hosts.mu.byName == nil {
		n.hosts.mu.byName = make(map[string]*hostEntry)
	}
	n.hosts.mu.byName[o.Name] = h
	for _, w := range h.workers {
		n.goroutines.Add(1)
		go h.serve(w, nil)
	}
	return nil
}

// Hosts is the names of the host entries, sorted.
func (n *Node) Hosts() []string {
	n.hosts.mu.RLock()
	defer n.hosts.mu.RUnlock()
	var names []string
	for name := range n.hosts.mu.byName {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (s *hosts) find(name string) (*hostEntry, error) {
	s.mu.RLock()
	h := s.mu.byName[name]
	s.mu.RUnlock()
	if h != nil {
		return h, nil
	}
	return nil, s.unknown(name)
}

// unknown says what the caller may have meant.
func (s *hosts) unknown(name string) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var near, all []string
	most := 1 + len(name)/4
	for known := range s.mu.byName {
		all = append(all, known)
		if apart := len(name) - len(known); len(name) > 100 || max(apart, -apart) > most {
			continue // scripts choose the name: no long comparison without a chance
		}
		if distance(name, known) <= most {
			near = append(near, known)
		}
	}
	hint := ""
	switch {
	case len(near) > 0:
		sort.Slice(near, func(i, j int) bool {
			a, b := distance(name, near[i]), distance(name, near[j])
			return a < b || a == b && near[i] < near[j]
		})
		hint = "; did you mean " + strings.Join(near[:min(3, len(near))], " or ") + "?"
	case len(all) > 0 && len(all) <= 5:
		sort.Strings(all)
		hint = "; there is " + strings.Join(all, ", ")
	}
	return refuse(ErrNoHost, "%s%s", shown(name), hint)
}

// distance is the number of bytes to put in, take out or change to make a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

func (s *hosts) close() (all []*hostEntry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.closed = true
	for _, h := range s.mu.byName {
		all = append(all, h)
	}
	return all
}
