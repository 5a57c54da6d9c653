package manifest

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"
)

// text is a YAML file's content made ready for the scanner: without a byte order
// mark, lines ended by \n only.
func text(file string, data []byte) (string, *syntaxError) {
	s := strings.TrimPrefix(string(data), "\uFEFF")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	line, column, empty, less := 1, 1, 0, 0
	at := func() Position { return Position{file, line, column} }
	for i, r := range s {
		if r != '<' {
			less = 0
		} else if less++; less > maxLess {
			return "", refused(at(), "more than %d '<' in a row", maxLess)
		}
		switch {
		case r == '\n':
			if empty++; empty > maxEmptyLines+1 { // the first ends a line with text
				return "", refused(at(), "more than %d empty lines in a row", maxEmptyLines)
			}
			line, column = line+1, 0
		case r == ' ':
		case r == '\t':
			return "", refused(at(), "a tab character; a manifest is indented and aligned with spaces")
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			return "", invalid(at(), "not UTF-8 text: byte 0x%02x", s[i])
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0:
			return "", invalid(at(), "a control character, %U, that YAML doesn't allow", r)
		default:
			empty = 0
		}
		column++
	}
	return s, nil
}

// entriesKey finds the key entries where a manifest has it: at the beginning of a
// line, or of a file in flow style.
var entriesKey = regexp.MustCompile(`(?m)^["']?entries["']? *:|\A\s*\{[^\n]*["']?entries["']? *:`)

// claimsEntries says whether a file that can't be read seems to be a manifest.
func claimsEntries(data []byte) bool {
	return entriesKey.Match(bytes.TrimPrefix(data, []byte("\uFEFF")))
}
