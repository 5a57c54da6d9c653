package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// An aptSource is one place from which the machine takes packages: one URI and
// one suite.
type aptSource struct {
	uri        string
	suite      string
	components []string
	signedBy   string // path of a keyring; empty: apt's trusted keys
}

// readAptSources returns what the files below etc (normally /etc/apt) name, in
// apt's order. Files that can't be parsed in full give what they can.
func readAptSources(etc string) ([]aptSource, error) {
	names := []string{filepath.Join(etc, "sources.list")}
	for _, pattern := range []string{"*.list", "*.sources"} {
		more, err := filepath.Glob(filepath.Join(etc, "sources.list.d", pattern))
		if err != nil {
			return nil, err
		}
		names = append(names, more...)
	}
	slices.Sort(names[1:])

	var sources []aptSource
	for _, name := range names {
		data, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if filepath.Ext(name) == ".sources" {
			sources = append(sources, parseDeb822(data)...)
		} else {
			sources = append(sources, parseSourcesList(data)...)
		}
	}
	return sources, nil
}

// parseSourcesList reads the one-line format:
//
//	deb [option=value ...] uri suite component...
func parseSourcesList(data []byte) []aptSource {
	var sources []aptSource
	for line := range strings.Lines(string(data)) {
		line, _, _ = strings.Cut(line, "#")
		line = strings.ReplaceAll(strings.TrimSpace(line), "\t", " ")
		kind, rest, _ := strings.Cut(line, " ")
		if kind != "deb" && kind != "deb-src" {
			continue
		}
		var s aptSource
		rest = strings.TrimSpace(rest)
		if strings.HasPrefix(rest, "[") {
			options, after, found := strings.Cut(rest[1:], "]")
			if !found {
				continue
			}
			for _, option := range strings.Fields(options) {
				if key, value, _ := strings.Cut(option, "="); strings.EqualFold(key, "signed-by") {
					s.signedBy = keyringPath(value)
				}
			}
			rest = after
		}
		fields := strings.Fields(rest)
		if len(fields) < 2 || strings.HasPrefix(fields[0], "cdrom:") {
			continue
		}
		s.uri, s.suite, s.components = fields[0], fields[1], fields[2:]
		sources = append(sources, s)
	}
	return sources
}

// parseDeb822 reads the format of .sources files: stanzas of fields, a source
// for each pair of URI and suite.
func parseDeb822(data []byte) []aptSource {
	var sources []aptSource
	for _, stanza := range parseStanzas(data) {
		if slices.Contains([]string{"no", "false", "without", "off", "disable", "0"}, strings.ToLower(stanza["enabled"])) {
			continue
		}
		for _, uri := range strings.Fields(stanza["uris"]) {
			for _, suite := range strings.Fields(stanza["suites"]) {
				sources = append(sources, aptSource{
					uri:        uri,
					suite:      suite,
					components: strings.Fields(stanza["components"]),
					signedBy:   keyringPath(stanza["signed-by"]),
				})
			}
		}
	}
	return sources
}

// parseStanzas reads Debian control data: field names in lower case, lines of a
// field joined by newlines.
func parseStanzas(data []byte) []map[string]string {
	var stanzas []map[string]string
	var current map[string]string
	var field string
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.TrimSpace(line) == "":
			current = nil
		case line[0] == ' ' || line[0] == '\t':
			if current != nil {
				current[field] += "\n" + strings.TrimSpace(line)
			}
		default:
			name, value, found := strings.Cut(line, ":")
			if !found {
				continue
			}
			if current == nil {
				current = map[string]string{}
				stanzas = append(stanzas, current)
			}
			field = strings.ToLower(name)
			current[field] = strings.TrimSpace(value)
		}
	}
	return stanzas
}

// keyringPath returns the value of Signed-By if it is a path. (It may be a
// fingerprint or a whole key instead.)
func keyringPath(value string) string {
	if first, _, _ := strings.Cut(value, ","); filepath.IsAbs(first) && !strings.ContainsAny(first, " \n]") {
		return first
	}
	return ""
}

// debianMirror picks the mirror of Debian's main archive: the first source whose
// suite is a release of Debian itself, not its updates or another vendor's.
func debianMirror(sources []aptSource, codename string) (aptSource, error) {
	suites := []string{"oldstable", "stable", "testing", "unstable", "sid"}
	if codename != "" {
		suites = append(suites, codename)
	}
	for _, s := range sources {
		if !slices.Contains(suites, s.suite) || !slices.Contains(s.components, "main") {
			continue
		}
		uri, err := resolveMirrorFile(s.uri)
		if err != nil {
			return aptSource{}, err
		}
		s.uri = strings.TrimSuffix(uri, "/")
		return s, nil
	}
	return aptSource{}, errors.New("apt has no source for the Debian release " + codename)
}

// resolveMirrorFile turns mirror+file:path, which stands for a list of mirrors,
// into the first mirror of the list.
func resolveMirrorFile(uri string) (string, error) {
	path, found := strings.CutPrefix(uri, "mirror+file:")
	if !found {
		return uri, nil
	}
	path = filepath.Clean("/" + strings.TrimLeft(path, "/"))
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(data)) {
		line, _, _ = strings.Cut(line, "#")
		if fields := strings.Fields(line); len(fields) > 0 {
			return fields[0], nil
		}
	}
	return "", fmt.Errorf("%s names no mirror", path)
}
