package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
)

// scheme is how an entry names a file.
const scheme = "file://"

// source is a script that was read, or why it wasn't.
type source struct {
	data []byte
	err  error
}

// source reads the script that an entry in this place names.
func (l *loader) source(uri string, at Position) (file string, data []byte) {
	if uri == "" {
		return "", nil // reported
	}
	relative, ok := strings.CutPrefix(uri, scheme)
	if !ok || relative == "" {
		l.faults.add(at, "source: expected file:// and a path, such as file://main.lua, found %s", quoted(uri))
		return "", nil
	}
	file, err := inside(path.Dir(at.File), relative)
	if err != nil {
		l.faults.add(at, "source: %s %v", quoted(uri), err)
		return "", nil
	}
	s := l.sources[file]
	if s == nil {
		s = &source{}
		s.data, s.err = l.readScript(file)
		l.sources[file] = s
	}
	switch {
	case errors.Is(s.err, fs.ErrNotExist):
		l.faults.add(at, "source: there is no file %s%s", quoted(file), l.meantFile(file, at.File))
	case s.err != nil:
		l.faults.add(at, "source: %s %v", quoted(file), reason(s.err))
	}
	return file, s.data
}

var (
	errOutside = errors.New("is outside the application's folder")
	errTooFar  = errors.New("leads through too many symbolic links")
)

// inside joins a folder of the application with a path from a manifest.
func inside(folder, relative string) (string, error) {
	switch {
	case strings.ContainsFunc(relative, unicode.IsControl):
		return "", errors.New("has a control character")
	case strings.Contains(relative, `\`):
		return "", errors.New(`has a \; folders are separated by /`)
	case path.IsAbs(relative):
		return "", errors.New("is absolute; it must be relative to the manifest, and inside the application's folder")
	}
	file := path.Join(folder, relative)
	if file == ".." || strings.HasPrefix(file, "../") {
		return "", errOutside
	}
	return file, nil
}

func (l *loader) readScript(file string) ([]byte, error) {
	real, err := l.resolve(file)
	if err != nil {
		return nil, err
	}
	info, err := fs.Stat(l.fsys, real)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("is a folder, not a file")
	case !info.Mode().IsRegular():
		return nil, errors.New("is not a regular file")
	}
	if l.sourceTotal > maxSourceTotal {
		return nil, fmt.Errorf("is not read: the application's scripts are larger than %s together", formatSize(maxSourceTotal))
	}
	data, err := l.content(real, maxSourceSize)
	if errors.Is(err, errTooLarge) {
		return nil, fmt.Errorf("is larger than %s", formatSize(maxSourceSize))
	}
	if err != nil {
		return nil, fmt.Errorf("can't be read: %w", reason(err))
	}
	l.sourceTotal += len(data)
	return data, nil
}

// resolve follows the symbolic links in a path and makes sure that none leads
// out of the folder.
func (l *loader) resolve(name string) (string, error) {
	const most = 40 // links
	links := 0
	done, rest := ".", name
	for rest != "" {
		part, after, _ := strings.Cut(rest, "/")
		next := path.Join(done, part)
		if next == ".." || strings.HasPrefix(next, "../") {
			return "", errOutside
		}
		info, err := fs.Lstat(l.fsys, next)
		if err != nil {
			return "", err
		}
		rest = after
		if info.Mode()&fs.ModeSymlink == 0 {
			done = next
			continue
		}
		if links++; links > most {
			return "", errTooFar
		}
		target, err := fs.ReadLink(l.fsys, next)
		if err != nil {
			return "", err
		}
		if path.IsAbs(target) {
			return "", errOutside
		}
		rest = strings.TrimSuffix(strings.Trim(target, "/")+"/"+after, "/")
	}
	return done, nil
}

// meantFile suggests the file of this name beside the manifest or, if there is
// none, files of a similar name. Suggestions are as an entry would write them.
func (l *loader) meantFile(file, manifest string) string {
	folder, home, name := path.Dir(file), path.Dir(manifest), path.Base(file)
	if folder != home && slices.Contains(l.names(home), name) {
		return didYouMean([]string{scheme + name})
	}
	var meant []string
	for _, near := range l.faults.closest(name, l.names(folder)) {
		// One of the very name is a link to nowhere.
		if relative, ok := below(home, path.Join(folder, near)); ok && near != name {
			meant = append(meant, scheme+relative)
		}
	}
	if len(meant) == 0 && folder != home {
		for _, near := range l.faults.closest(name, l.names(home)) {
			meant = append(meant, scheme+near)
		}
	}
	return didYouMean(meant)
}

// below is the path of a file from a folder that it lies in.
func below(folder, file string) (string, bool) {
	if folder == "." {
		return file, true
	}
	return strings.CutPrefix(file, folder+"/")
}

// names are the files in a folder.
func (l *loader) names(folder string) []string {
	if names, ok := l.folders[folder]; ok {
		return names
	}
	var names []string
	if _, err := l.resolve(folder); err == nil {
		entries, _ := fs.ReadDir(l.fsys, folder)
		for _, e := range entries {
			if !e.IsDir() && !isYAML(e.Name()) && harmless(e.Name()) {
				names = append(names, e.Name())
			}
		}
	}
	l.folders[folder] = names
	return names
}
