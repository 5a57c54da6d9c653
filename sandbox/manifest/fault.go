package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a file of the application. File is slash-separated and
// relative to the application's folder; Line and Column count characters from
// 1. A Column of 0 is the whole line, a Line of 0 the whole file.
type Position struct {
	File   string
	Line   int
	Column int
}

// String is file:line:column, without what is 0.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Fault is one thing that is wrong with an application.
type Fault struct {
	Position
	Message string
}

// Error is "file:line:column: message" on one line.
func (f Fault) Error() string {
	if f.Position == (Position{}) {
		return f.Message
	}
	return f.Position.String() + ": " + f.Message
}

// String is what Error gives.
func (f Fault) String() string { return f.Error() }

// Faults is everything that is wrong with an application.
type Faults []Fault

// Error has a line for each fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Sorted returns a copy in the order of files, lines and columns.
func (f Faults) Sorted() Faults {
	sorted := slices.Clone(f)
	slices.SortStableFunc(sorted, func(a, b Fault) int {
		return cmp.Or(
			strings.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Message, b.Message))
	})
	return sorted
}

// faults collects what Load finds.
type faults struct {
	list     Faults
	dropped  int
	compared int // names, see maxCompared
}

func (f *faults) add(at Position, format string, args ...any) {
	if len(f.list) >= maxFaults {
		f.dropped++
		return
	}
	f.list = append(f.list, Fault{Position: at, Message: fmt.Sprintf(format, args...)})
}

// sorted is nil when nothing was found, so that the result can be returned as an
// error.
func (f *faults) sorted() error {
	if len(f.list) == 0 {
		return nil
	}
	sorted := f.list.Sorted()
	if f.dropped > 0 {
		sorted = append(sorted, Fault{Message: fmt.Sprintf("%d more faults are not listed", f.dropped)})
	}
	return sorted
}

// meant is "; did you mean x?" or nothing.
func (f *faults) meant(name string, candidates []string) string {
	return didYouMean(f.closest(name, candidates))
}

func (f *faults) closest(name string, candidates []string) []string {
	if f.compared += len(candidates); f.compared > maxCompared {
		return nil
	}
	return Closest(name, candidates)
}

func didYouMean(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(names, " or ") + "?"
}

// quoted shows text from a manifest: on one line, cut, with everything escaped
// that could disturb a terminal.
func quoted(s string) string {
	const most = 80
	if len(s) > most {
		return fmt.Sprintf("%q...", strings.ToValidUTF8(s[:most], ""))
	}
	return fmt.Sprintf("%q", s)
}
