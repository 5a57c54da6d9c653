package manifest

import (
	"fmt"
	"slices"
	"strings"
)

// declaration is an entry that was found, readable or not.
type declaration struct {
	kind string // "" if it has no known kind: reported there
	at   Position
}

// declarations are the entries that references may name.
type declarations struct {
	byID   map[string]declaration
	byName map[string][]string // ids, by what stands behind the colon
	byKind map[string][]string // ids
	ids    []string
}

func (d *declarations) add(id, name string, what declaration) {
	d.byID[id] = what
	d.byName[name] = append(d.byName[name], id)
	d.byKind[what.kind] = append(d.byKind[what.kind], id)
	d.ids = append(d.ids, id)
}

// reference is an id in an entry.
type reference struct {
	from  Entry
	key   string // that has it
	id    string
	at    Position
	kinds []string // that it may be of
}

// refer notes a reference. They are checked when every manifest was read.
func (l *loader) refer(from Entry, key, id string, n *node, kinds ...string) {
	if id != "" {
		l.references = append(l.references, reference{from, key, id, n.at, kinds})
	}
}

func (l *loader) checkReferences() {
	for _, r := range l.references {
		d, ok := l.declared.byID[r.id]
		switch {
		case !ok && !strings.Contains(r.id, ":"):
			l.faults.add(r.at, "%s: expected a full id, namespace:name, found %s%s", r.key, quoted(r.id), l.fullID(r))
		case !ok:
			l.faults.add(r.at, "%s: there is no entry %s%s%s", r.key, quoted(r.id), l.meantID(r), l.perhapsUnread())
		case d.kind != "" && !slices.Contains(r.kinds, d.kind):
			l.faults.add(r.at, "%s: expected the id of a %s, but %s is a %s", r.key, strings.Join(r.kinds, " or "), r.id, d.kind)
		}
	}
}

// fullID suggests ids for a name without namespace: in the entry's own namespace
// first.
func (l *loader) fullID(r reference) string {
	namespace, _, _ := strings.Cut(r.from.ID, ":")
	if id := namespace + ":" + r.id; l.declared.byID[id].kind != "" {
		return didYouMean([]string{id})
	}
	if same := l.sameName(r, r.id); len(same) > 0 {
		return didYouMean(same)
	}
	return l.faults.meant(namespace+":"+r.id, l.candidates(r))
}

// meantID suggests ids that are close or, if none is, the same name in another
// namespace.
func (l *loader) meantID(r reference) string {
	if meant := l.faults.meant(r.id, l.candidates(r)); meant != "" {
		return meant
	}
	_, name, _ := strings.Cut(r.id, ":")
	if same := l.sameName(r, name); len(same) > 0 {
		return didYouMean(same)
	}
	ids := l.candidates(r)
	if len(ids) == 0 {
		return fmt.Sprintf("; there is no %s at all", strings.Join(r.kinds, " or "))
	}
	return ""
}

func (l *loader) sameName(r reference, name string) []string {
	var same []string
	for _, id := range l.declared.byName[name] {
		if slices.Contains(r.kinds, l.declared.byID[id].kind) && len(same) < closestMost {
			same = append(same, id)
		}
	}
	return same
}

// candidates are the ids of the kinds that the reference may have.
func (l *loader) candidates(r reference) []string {
	if len(r.kinds) == 1 {
		return l.declared.byKind[r.kinds[0]]
	}
	var ids []string
	for _, kind := range r.kinds {
		ids = append(ids, l.declared.byKind[kind]...)
	}
	return ids
}

// perhapsUnread says that an entry may be there after all.
func (l *loader) perhapsUnread() string {
	if l.unread == "" {
		return ""
	}
	return fmt.Sprintf(" (it may be in %s, which can't be read)", l.unread)
}
