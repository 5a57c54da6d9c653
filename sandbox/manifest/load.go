package manifest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
)

// Load reads the manifests below the folder, and the scripts they name.
//
// When something is wrong with them it returns [Faults], and with them the
// application as far as it could be read. Other errors are [ErrNoManifest], and
// a folder that can't be read; the application is nil then.
func Load(fsys fs.FS, o Options) (*Application, error) {
	l := &loader{
		fsys: fsys, options: o, app: newApplication(),
		modules: slices.Concat(Standard(), o.Modules),
		declared: declarations{
			byID: map[string]declaration{}, byName: map[string][]string{}, byKind: map[string][]string{},
		},
		sources: map[string]*source{}, folders: map[string][]string{},
	}
	files, err := l.find()
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		l.read(file)
	}
	l.checkReferences()
	l.checkCycles()
	if err := l.faults.sorted(); err != nil {
		l.app.finish()
		return l.app, err
	}
	if l.manifests == 0 {
		return nil, ErrNoManifest
	}
	l.app.finish()
	return l.app, nil
}

type loader struct {
	fsys    fs.FS
	options Options
	app     *Application
	faults  faults
	modules []string // that exist

	manifests int
	total     int // bytes of YAML files
	entries   int
	unread    string // a manifest that can't be read: what it declares isn't known

	declared   declarations
	references []reference

	sources     map[string]*source // by path
	sourceTotal int
	folders     map[string][]string // names in folders, for what is missing
}

// find lists the YAML files, in the order of their names.
func (l *loader) find() ([]string, error) {
	var files []string
	walked := 0
	err := fs.WalkDir(l.fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			if name == "." {
				return fmt.Errorf("manifest: %w", err)
			}
			l.faults.add(place(name), "%s can't be read: %v", quoted(name), reason(err))
			return fs.SkipDir
		}
		if walked++; walked > maxWalked {
			l.faults.add(Position{File: "."}, "more than %d files in the application", maxWalked)
			return fs.SkipAll
		}
		if !isYAML(name) {
			return nil
		}
		if !harmless(name) {
			l.faults.add(place(name), "the name of the file %s is too long or has characters that can't be printed", quoted(name))
			return nil
		}
		switch d.Type() {
		case 0:
			files = append(files, name)
		case fs.ModeSymlink:
			real, err := l.resolve(name)
			switch {
			case err != nil:
				l.faults.add(Position{File: name}, "can't be read: it %v", reason(err))
			case !isYAML(real):
				files = append(files, name)
			}
			// A link to another YAML file of the application: that one is read.
		}
		return nil
	})
	return files, err
}

// place is the file of this name or, if the name can't stand in a message, the
// folder.
func place(name string) Position {
	if harmless(name) {
		return Position{File: name}
	}
	return Position{File: "."}
}

// reason is an error without the path, which the message has already.
func reason(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

func isYAML(name string) bool {
	ext := path.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

var errTooLarge = errors.New("too large")

// content reads a file of at most this size. What it returns beside errTooLarge
// is the file's beginning.
func (l *loader) content(name string, most int) ([]byte, error) {
	f, err := l.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	data, err := io.ReadAll(io.LimitReader(f, int64(most)+1))
	if err != nil {
		return nil, err
	}
	if len(data) > most {
		return data[:most], errTooLarge
	}
	return data, nil
}

// read reads a YAML file, and its entries if it is a manifest.
func (l *loader) read(file string) {
	at := Position{File: file}
	data, err := l.content(file, maxManifestSize)
	switch {
	case errors.Is(err, errTooLarge):
		if claimsEntries(data) {
			l.faults.add(at, "the manifest is larger than %s", formatSize(maxManifestSize))
			l.unread = file
		}
		return
	case err != nil:
		l.faults.add(at, "can't be read: %v", reason(err))
		l.unread = file
		return
	}
	if l.total > maxManifestTotal {
		return // reported
	}
	if l.total += len(data); l.total > maxManifestTotal {
		l.faults.add(at, "the application's YAML files are larger than %s together; the rest is not read", formatSize(maxManifestTotal))
		l.unread = file
		return
	}
	// Duplicate keys in a file that turns out to be no manifest are of no
	// interest, so they are kept apart until then.
	var found faults
	root, syntax := parseText(file, data, &found)
	if syntax != nil {
		if syntax.refusal && !claimsEntries(data) {
			return
		}
		l.faults.add(syntax.Position, "%s", syntax.Message)
		l.unread = file
		return
	}
	if root == nil || root.is != isMapping || !l.isManifest(root) {
		return
	}
	for _, f := range found.list {
		l.faults.add(f.Position, "%s", f.Message)
	}
	l.faults.dropped += found.dropped
	l.manifests++
	l.manifest(root)
}

func parseText(file string, data []byte, found *faults) (*node, *syntaxError) {
	s, err := text(file, data)
	if err != nil {
		return nil, err
	}
	return parse(file, s, found)
}

// isManifest says whether the file is meant for us. A slip in the key entries is
// reported, when there is a namespace.
func (l *loader) isManifest(root *node) bool {
	namespace := false
	for _, f := range root.fields {
		switch f.key.text {
		case "entries":
			return true
		case "namespace":
			namespace = true
		}
	}
	if namespace {
		for _, f := range root.fields {
			if f.key.text != "namespace" && len(Closest(f.key.text, []string{"entries"})) > 0 {
				l.faults.add(f.key.at, "unknown key %s in a manifest; did you mean entries?", quoted(f.key.text))
			}
		}
	}
	return false
}

// manifest reads a manifest's entries.
func (l *loader) manifest(root *node) {
	o := l.faults.object(root, "a manifest", "version", "namespace", "entries")
	o.require("namespace")
	l.version(o)
	namespace := o.string("namespace", "dotted names such as app.orders")
	if namespace != "" && !validNamespace(namespace) {
		l.faults.add(o.get("namespace").at,
			"namespace: expected names of letters, digits and _ with dots between them, %d bytes at most, found %s",
			maxNamespace, quoted(namespace))
		if !harmless(namespace) {
			namespace = ""
		}
	}
	for _, n := range o.list("entries", "a list of entries") {
		if l.entries++; l.entries > maxEntries {
			if l.entries == maxEntries+1 {
				l.faults.add(n.at, "more than %d entries in the application; the rest is not read", maxEntries)
			}
			return
		}
		l.entry(namespace, n)
	}
}

func (l *loader) version(o *object) {
	n := o.get("version")
	if n == nil {
		return
	}
	if n.is == isList || n.is == isMapping || n.text != "1.0" && n.text != "1" {
		o.wrong("version", `"1.0"`)
	}
}

// meta accepts any mapping.
func (l *loader) meta(o *object) map[string]any {
	n := o.get("meta")
	if n == nil {
		return nil
	}
	if n.is != isMapping {
		o.wrong("meta", "a mapping")
		return nil
	}
	meta := make(map[string]any, len(n.fields))
	for _, f := range n.fields {
		meta[f.key.text] = l.faults.value(f.value)
	}
	return meta
}
