package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestParseSourcesList(t *testing.T) {
	got := parseSourcesList([]byte(`
# deb http://mirror.invalid/debian commented main
deb http://mirror.invalid/debian bookworm main contrib # the rest
deb	[ arch=amd64 signed-by=/keys/a.gpg ]   http://other.invalid/debian/ bookworm-updates main
deb-src [trusted=yes] http://mirror.invalid/debian bookworm main
deb cdrom:[Debian 12 - amd64]/ bookworm main
deb [arch=amd64 http://broken.invalid
deb http://short.invalid
rpm http://mirror.invalid bookworm main
deb http://flat.invalid ./
`))
	want := []aptSource{
		{"http://mirror.invalid/debian", "bookworm", []string{"main", "contrib"}, ""},
		{"http://other.invalid/debian/", "bookworm-updates", []string{"main"}, "/keys/a.gpg"},
		{"http://mirror.invalid/debian", "bookworm", []string{"main"}, ""},
		{"http://flat.invalid", "./", []string{}, ""},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestParseDeb822(t *testing.T) {
	got := parseDeb822([]byte(`Types: deb
# a comment inside
URIs: http://mirror.invalid/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /keys/debian.gpg

Enabled: no
Types: deb
URIs: http://off.invalid
Suites: bookworm
Components: main

types: deb deb-src
uris: http://a.invalid
 http://b.invalid
suites: sid
components: main
 contrib
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abcd
 -----END PGP PUBLIC KEY BLOCK-----
`))
	want := []aptSource{
		{"http://mirror.invalid/debian", "bookworm", []string{"main"}, "/keys/debian.gpg"},
		{"http://mirror.invalid/debian", "bookworm-updates", []string{"main"}, "/keys/debian.gpg"},
		{"http://a.invalid", "sid", []string{"main", "contrib"}, ""},
		{"http://b.invalid", "sid", []string{"main", "contrib"}, ""},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDebianMirror(t *testing.T) {
	mirrors := filepath.Join(t.TempDir(), "mirrors.list")
	if err := os.WriteFile(mirrors, []byte("# ours\nhttp://first.invalid/debian/\tpriority:1\nhttp://second.invalid\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	main := []string{"main"}
	for _, test := range []struct {
		name    string
		sources []aptSource
		want    string
	}{
		{"the release itself", []aptSource{
			{"http://vendor.invalid/apt", "vendor-bookworm", main, ""},
			{"http://security.invalid", "bookworm-security", main, ""},
			{"http://vendor.invalid/node", "bookworm", []string{"node"}, ""},
			{"http://mirror.invalid/debian/", "bookworm", main, ""},
			{"http://later.invalid", "bookworm", main, ""},
		}, "http://mirror.invalid/debian"},
		{"a name for the release", []aptSource{{"http://mirror.invalid", "unstable", main, ""}}, "http://mirror.invalid"},
		{"a list of mirrors", []aptSource{{"mirror+file:" + mirrors, "bookworm", main, ""}}, "http://first.invalid/debian"},
		{"none", []aptSource{{"http://vendor.invalid", "stable-cli", main, ""}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := debianMirror(test.sources, "bookworm")
			if got.uri != test.want || (err == nil) != (test.want != "") {
				t.Errorf("mirror = %q, %v, want %q", got.uri, err, test.want)
			}
		})
	}
}

func TestReadAptSources(t *testing.T) {
	etc := t.TempDir()
	if got, err := readAptSources(etc); err != nil || len(got) != 0 {
		t.Errorf("empty folder: %v, %v", got, err)
	}
	for name, text := range map[string]string{
		"sources.list":             "deb http://one.invalid a main\n",
		"sources.list.d/b.list":    "deb http://three.invalid c main\n",
		"sources.list.d/a.sources": "Types: deb\nURIs: http://two.invalid\nSuites: b\nComponents: main\n",
		"sources.list.d/c.save":    "deb http://four.invalid d main\n",
	} {
		if err := writeFile(filepath.Join(etc, name), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := readAptSources(etc)
	if err != nil {
		t.Fatal(err)
	}
	var suites string
	for _, s := range got {
		suites += s.suite
	}
	if suites != "abc" {
		t.Errorf("suites in the order %q, want abc", suites)
	}
}
