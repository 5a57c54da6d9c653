package manifest

import (
	"fmt"
	"slices"
	"strings"
)

// checkCycles reports libraries that import themselves and services that require
// themselves, over others or directly.
func (l *loader) checkCycles() {
	imports, requires := newGraph(), newGraph()
	for _, r := range l.references {
		kind := l.app.Kind(r.from.ID)
		switch {
		case r.key == "imports" && kind == KindLibrary && l.app.Library(r.id) != nil:
			imports.add(r)
		case r.key == "requires" && kind == KindService && l.app.Service(r.id) != nil:
			requires.add(r)
		}
	}
	for _, r := range imports.cycles() {
		l.faults.add(r.at, "libraries import each other in a cycle: %s", r.path)
	}
	for _, r := range requires.cycles() {
		l.faults.add(r.at, "services require each other in a cycle: %s", r.path)
	}
}

// graph is the references of one kind between entries.
type graph struct {
	from  map[string][]reference
	order []string // of from's keys, so that the same files give the same faults
}

func newGraph() *graph { return &graph{from: map[string][]reference{}} }

func (g *graph) add(r reference) {
	if g.from[r.from.ID] == nil {
		g.order = append(g.order, r.from.ID)
	}
	g.from[r.from.ID] = append(g.from[r.from.ID], r)
}

type cycle struct {
	at   Position // of the reference from its first entry
	path string
}

// cycles finds at least one cycle wherever there are any, and no entry begins
// two. Listing all could take for ever: their number grows with the power of the
// number of references.
func (g *graph) cycles() []cycle {
	var found []cycle
	var stack []reference         // that lead from one open entry to the next
	open := map[string]int{}      // entries on the way here, with their place on it
	done := map[string]bool{}     // entries whose references were followed
	reported := map[string]bool{} // entries that are in a cycle that was found
	var visit func(id string, depth int)
	visit = func(id string, depth int) {
		open[id] = depth
		for _, r := range g.from[id] {
			if done[r.id] {
				continue
			}
			stack = append(stack, r)
			if begin, ok := open[r.id]; !ok {
				visit(r.id, depth+1)
			} else if !reported[r.id] {
				way := stack[begin:]
				for _, step := range way {
					reported[step.id] = true
				}
				found = append(found, cycle{way[0].at, wayOf(way)})
			}
			stack = stack[:len(stack)-1]
		}
		delete(open, id)
		done[id] = true
	}
	for _, id := range g.order {
		if !done[id] {
			visit(id, 0)
		}
	}
	return found
}

// wayOf is "a -> b -> a", cut in the middle if it is long.
func wayOf(way []reference) string {
	const most = 12
	ids := make([]string, 0, len(way)+1)
	for _, step := range way {
		ids = append(ids, step.from.ID)
	}
	ids = append(ids, way[len(way)-1].id)
	if len(ids) > most {
		left := fmt.Sprintf("(%d more)", len(ids)-most)
		ids = slices.Concat(ids[:most/2], []string{left}, ids[len(ids)-most/2:])
	}
	return strings.Join(ids, " -> ")
}
