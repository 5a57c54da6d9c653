package manifest

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	namespacePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`)
	namePattern      = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)
)

func validNamespace(s string) bool {
	return len(s) <= maxNamespace && namespacePattern.MatchString(s)
}

// validName is for entries' names and the names that imports give.
func validName(s string) bool {
	return len(s) <= maxName && namePattern.MatchString(s)
}

// harmless says whether a name, right or wrong, can stand in a message as it is.
// An entry with such a name gets its id although the name is a fault: or every
// reference to it would be one too.
func harmless(s string) bool {
	const most = 1000 // bytes in a path
	return len(s) <= most && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}
