package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestCommandLine(t *testing.T) {
	for _, test := range []struct {
		args []string
		env  map[string]string
		code int
		want string
	}{
		{[]string{"-h"}, nil, exitSuccess, "-verify"},
		{[]string{"--unknown"}, nil, exitUsage, "-unknown"},
		{[]string{"extra"}, nil, exitUsage, `unexpected argument "extra"`},
		{nil, map[string]string{"LUA_VERSION": "5.3.6"}, exitFailure, "known are 5.4.9, 5.4.7"},
		{nil, map[string]string{"LUA_TARBALL": "/nowhere/lua.tar.gz"}, exitFailure, "/nowhere/lua.tar.gz"},
	} {
		var stderr strings.Builder
		code := run(test.args, func(name string) string { return test.env[name] }, &stderr)
		if code != test.code || !strings.Contains(stderr.String(), test.want) {
			t.Errorf("%q %v: code %d, want %d with %q:\n%s", test.args, test.env, code, test.code, test.want, &stderr)
		}
	}
}

func TestNewBuild(t *testing.T) {
	env := map[string]string{"PROFILE": "1", "LUA_VERSION": "5.4.7"}
	b, err := newBuild(nil, func(name string) string { return env[name] }, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !b.names || b.release.version != "5.4.7" || b.out != filepath.Join(b.root, "lua-wasm/artefact/lua.wasm") {
		t.Errorf("build = %+v", b)
	}
}

func TestCommandString(t *testing.T) {
	c := command{args: []string{"a", "b c", "it's", ""}, env: []string{"X=1"}, dir: "/d"}
	if got, want := c.String(), `cd /d && X=1 a 'b c' 'it'\''s' ''`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
