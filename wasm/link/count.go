package link

import "slices"

// counting knows where units are counted that the module doesn't count itself.
type counting struct {
	fuelOut *function
	exempt  map[*function]bool
	// recursive has the functions that are counted at their entry.
	recursive map[*function]bool
}

func findCounting(m *module, o Options) (*counting, error) {
	c := &counting{exempt: map[*function]bool{}, recursive: map[*function]bool{}}
	i := slices.IndexFunc(m.exports, func(e export) bool { return e.kind == kindFunction && e.name == o.FuelOut })
	if i < 0 {
		return nil, fail(ErrMissing, -1, "exported function %q, to call when fuel is used up", o.FuelOut)
	}
	c.fuelOut = m.funcs[m.exports[i].index]
	if got := m.typeOf(c.fuelOut).String(); got != "() -> ()" {
		return nil, &Error{Func: c.fuelOut.name, Offset: -1, Kind: ErrFuelOut, Detail: "it is " + got + ", not () -> ()"}
	}
	if c.fuelOut.counts {
		return nil, &Error{Func: c.fuelOut.name, Offset: c.fuelOut.start, Kind: ErrFuelOut, Detail: "it counts"}
	}
	c.exempt[c.fuelOut] = true
	for _, callee := range c.fuelOut.callees {
		c.exempt[callee] = true
	}
	for _, name := range o.NoCounting {
		found := false
		for _, f := range m.funcs {
			if f.name == name && !f.imported {
				found = true
				c.exempt[f] = true
			}
		}
		if !found {
			return nil, fail(ErrMissing, -1, "function %q, which isn't to be counted", name)
		}
	}
	for _, f := range m.recursive() {
		if c.byLoop(f) {
			c.recursive[f] = true
		}
	}
	return c, nil
}

// byLoop tells whether the loops of f are counted.
func (c *counting) byLoop(f *function) bool { return !f.counts && !c.exempt[f] }

// recursive returns the functions on cycles of direct calls. (Tarjan's
// algorithm, with a stack of its own since chains of calls may be long.) Leaving
// functions that count at their entry out of the graph was tried with Lua's main
// loop: 61 functions instead of 70, and no difference to measure.
func (m *module) recursive() []*function {
	type frame struct {
		f    *function
		next int // callee to look at
	}
	const done = int(^uint(0) >> 1)
	var (
		number = map[*function]int{} // order of visits, from 1; done when its component is known
		low    = map[*function]int{}
		stack  []*function
		found  []*function
	)
	visit := func(root *function) {
		frames := []frame{{f: root}}
		for len(frames) > 0 {
			top := &frames[len(frames)-1]
			f := top.f
			if top.next == 0 && number[f] == 0 {
				number[f] = len(number) + 1
				low[f] = number[f]
				stack = append(stack, f)
			}
			if top.next < len(f.callees) {
				callee := f.callees[top.next]
				top.next++
				switch n := number[callee]; {
				case callee.imported:
				case n == 0:
					frames = append(frames, frame{f: callee})
				default: // done changes nothing
					low[f] = min(low[f], n)
				}
				continue
			}
			frames = frames[:len(frames)-1]
			if len(frames) > 0 {
				caller := frames[len(frames)-1].f
				low[caller] = min(low[caller], low[f])
			}
			if low[f] != number[f] {
				continue
			}
			at := slices.Index(stack, f)
			component := stack[at:]
			if len(component) > 1 || slices.Contains(f.callees, f) {
				found = append(found, component...)
			}
			for _, member := range component {
				number[member] = done
			}
			stack = stack[:at]
		}
	}
	for _, f := range m.funcs {
		if !f.imported && number[f] == 0 {
			visit(f)
		}
	}
	return found
}
