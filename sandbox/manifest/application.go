package manifest

import "slices"

// Application is what the manifests of a folder say. The lists are in the order
// of the files' names and of the entries in them. The zero value is an
// application without entries.
type Application struct {
	Processes []*ProcessEntry
	Libraries []*LibraryEntry
	Functions []*FunctionEntry
	Hosts     []*HostEntry
	Services  []*ServiceEntry

	byID map[string]any // one of the pointers above
	kind map[string]string
	ids  []string // sorted, when loaded
}

func newApplication() *Application {
	return &Application{byID: map[string]any{}, kind: map[string]string{}}
}

// IDs are the ids of all entries, sorted.
func (a *Application) IDs() []string { return slices.Clone(a.ids) }

// Kind is the kind of an entry, or "" if there is no such id.
func (a *Application) Kind(id string) string { return a.kind[id] }

// Process is the entry of this id, or nil if there is none of its kind.
func (a *Application) Process(id string) *ProcessEntry { return lookup[ProcessEntry](a, id) }

// Library is the entry of this id, or nil if there is none of its kind.
func (a *Application) Library(id string) *LibraryEntry { return lookup[LibraryEntry](a, id) }

// Function is the entry of this id, or nil if there is none of its kind.
func (a *Application) Function(id string) *FunctionEntry { return lookup[FunctionEntry](a, id) }

// Host is the entry of this id, or nil if there is none of its kind.
func (a *Application) Host(id string) *HostEntry { return lookup[HostEntry](a, id) }

// Service is the entry of this id, or nil if there is none of its kind.
func (a *Application) Service(id string) *ServiceEntry { return lookup[ServiceEntry](a, id) }

func lookup[T any](a *Application, id string) *T {
	entry, _ := a.byID[id].(*T)
	return entry
}
