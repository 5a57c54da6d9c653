package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A debian gets a release of Lua from Debian's source package lua5.4, whose
// .orig.tar.gz is Lua's tarball unchanged. It works on any Debian machine, with
// the machine's own mirror, whatever release that runs: it has a configuration
// and a folder of package lists of its own, and leaves the machine's alone. Only
// the tarball is fetched, since mirrors were seen without the packaging parts.
type debian struct {
	release release
	etc     string // normally /etc
	run     func(context.Context, command) ([]byte, error)
}

// Suites that are searched: they carry 5.4.9 and 5.4.7.
var debianSuites = []string{"sid", "trixie"}

const (
	debianKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
	aptHelper     = "/usr/lib/apt/apt-helper"
)

func (d *debian) tarball(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, 5*time.Minute, errors.New("apt took more than 5 minutes"))
	defer cancel()
	mirror, err := d.mirror()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "luahive-apt-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	conf, err := writeAptConfiguration(dir, mirror)
	if err != nil {
		return nil, err
	}

	// One suite that can't be had is no reason to stop: the other may have it.
	_, updateErr := d.run(ctx, command{args: []string{"apt-get", "-c", conf, "update"}})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	shown, err := d.run(ctx, command{args: []string{"apt-cache", "-c", conf, "showsrc", "--only-source", "lua5.4"}})
	if err != nil {
		return nil, errors.Join(updateErr, err)
	}
	path, err := d.find(shown)
	if err != nil {
		return nil, errors.Join(updateErr, err)
	}
	target := filepath.Join(dir, d.release.file())
	_, err = d.run(ctx, command{args: []string{
		aptHelper, "-c", conf, "download-file", mirror.uri + "/" + path, target, "SHA256:" + d.release.sha256,
	}})
	if err != nil {
		return nil, err
	}
	return os.ReadFile(target)
}

// mirror returns the machine's mirror of Debian.
func (d *debian) mirror() (aptSource, error) {
	data, err := os.ReadFile(filepath.Join(d.etc, "os-release"))
	if err != nil {
		return aptSource{}, fmt.Errorf("this is no Debian machine: %w", err)
	}
	var id, codename string
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		value = strings.Trim(value, `"'`)
		switch key {
		case "ID":
			id = value
		case "VERSION_CODENAME":
			codename = value
		}
	}
	if id != "debian" {
		return aptSource{}, fmt.Errorf("this is no Debian machine, it is %q", id)
	}
	sources, err := readAptSources(filepath.Join(d.etc, "apt"))
	if err != nil {
		return aptSource{}, err
	}
	return debianMirror(sources, codename)
}

// find returns the tarball's path below the mirror, given the records of all
// versions of the source package that the lists hold.
func (d *debian) find(records []byte) (string, error) {
	file := "lua5.4_" + d.release.version + ".orig.tar.gz"
	var seen []string
	for _, record := range parseStanzas(records) {
		for line := range strings.Lines(record["checksums-sha256"]) {
			fields := strings.Fields(line)
			if len(fields) != 3 || !strings.HasSuffix(fields[2], ".orig.tar.gz") {
				continue
			}
			seen = append(seen, fields[2])
			if fields[2] == file && record["directory"] != "" {
				return record["directory"] + "/" + file, nil
			}
		}
	}
	return "", fmt.Errorf("%s is not in Debian's %s (there are: %s)",
		file, strings.Join(debianSuites, " or "), strings.Join(seen, ", "))
}

// writeAptConfiguration writes an apt configuration that keeps everything in dir
// and knows nothing but the source packages of the suites. It returns its path.
func writeAptConfiguration(dir string, mirror aptSource) (string, error) {
	keyring := mirror.signedBy
	if keyring == "" {
		if _, err := os.Stat(debianKeyring); err == nil {
			keyring = debianKeyring
		}
	}
	var list strings.Builder
	for _, suite := range debianSuites {
		list.WriteString("deb-src ")
		if keyring != "" {
			fmt.Fprintf(&list, "[signed-by=%s] ", keyring)
		}
		fmt.Fprintf(&list, "%s %s main\n", mirror.uri, suite)
	}

	// The hooks of the machine's configuration (cleaning caches, refreshing
	// software centres) would touch the machine.
	const conf = `Dir::Etc::sourcelist "%[1]s/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "%[1]s/lists";
Dir::Cache "%[1]s/cache";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Acquire::Retries "1";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
`
	// apt downloads as a user of its own, who must be let in.
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	for _, sub := range []string{"lists/partial", "cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return "", err
		}
	}
	path := filepath.Join(dir, "apt.conf")
	err := errors.Join(
		os.WriteFile(filepath.Join(dir, "sources.list"), []byte(list.String()), 0o644),
		os.WriteFile(path, fmt.Appendf(nil, conf, dir), 0o644),
	)
	return path, err
}
