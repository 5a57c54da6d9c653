package manifest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestSourceFaults(t *testing.T) {
	tests := []struct{ source, want string }{
		{"main.lua", `expected file:// and a path, such as file://main.lua, found "main.lua"`},
		{"http://main.lua", `expected file:// and a path, such as file://main.lua, found "http://main.lua"`},
		{"file://", `expected file:// and a path, such as file://main.lua, found "file://"`},
		{"file:///etc/passwd", `"file:///etc/passwd" is absolute; it must be relative`},
		{"file://../../secret.lua", `"file://../../secret.lua" is outside the application's folder`},
		{"file://..", `"." is a folder, not a file`},
		{"file://../..", `"file://../.." is outside the application's folder`},
		{"file://x/../../../app/sub/main.lua", `"file://x/../../../app/sub/main.lua" is outside the application's folder`},
		{`file://x\main.lua`, `"file://x\\main.lua" has a \; folders are separated by /`},
		{"file://x\u0085.lua", "has a control character"},
		{"file://mian.lua", `there is no file "sub/mian.lua"; did you mean file://main.lua?`},
		{"file://lib/main.lua", `there is no file "sub/lib/main.lua"; did you mean file://main.lua?`},
		{"file://lib/utli.lua", `there is no file "sub/lib/utli.lua"; did you mean file://lib/util.lua?`},
		{"file://../tpo.lua", `there is no file "tpo.lua"`},
		{"file://nothing/like/it.txt", `there is no file "sub/nothing/like/it.txt"`},
		{"file://main.lua/x", `there is no file "sub/main.lua/x"`},
		{"file://lib", `"sub/lib" is a folder, not a file`},
		{"file://large.lua", `"sub/large.lua" is larger than 1MiB`},
		{"file://pipe", `"sub/pipe" is not a regular file`},
	}
	for _, test := range tests {
		fsys := fstest.MapFS{
			"sub/app.yaml":     {Data: []byte("namespace: a\nentries:\n  - name: b\n    kind: library.lua\n    source: '" + test.source + "'\n")},
			"sub/main.lua":     {},
			"sub/lib/util.lua": {},
			"sub/large.lua":    {Data: make([]byte, maxSourceSize+1)},
			"sub/pipe":         {Mode: fs.ModeNamedPipe},
		}
		got := reported(t, fsys, Options{})
		if strings.Contains(test.source, "\u0085") {
			if !strings.Contains(got, test.want) && !strings.Contains(got, "a control character") {
				t.Errorf("%q: got %s", test.source, got)
			}
		} else if !strings.HasPrefix(got, "sub/app.yaml:5:13: source: "+test.want) || strings.Contains(got, "\n") {
			t.Errorf("%s\n got %s\nwant %s", test.source, got, test.want)
		}
	}
}

// Links are followed inside the folder and nowhere else.
func TestSymbolicLinks(t *testing.T) {
	top := t.TempDir()
	root := filepath.Join(top, "app")
	write := func(name, content string) {
		t.Helper()
		file := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	write("secret/secret.lua", "return 'secret'")
	write("secret/secret.yaml", "namespace: secret\nentries: []")
	write("app/real/main.lua", "return 'main'")
	write("app/real/hidden", "namespace: hidden\nentries: []")
	const manifest = "namespace: app\nentries:\n"
	entry := func(name, source string) string {
		return "  - {name: " + name + ", kind: library.lua, source: file://" + source + "}\n"
	}
	link("real/main.lua", "main.lua")
	link("../app/main.lua", "around.lua") // leaves the folder, though it comes back
	link("real", "folder")
	link("folder", "again")
	link("../secret", "out")
	link("../secret/secret.lua", "out.lua")
	link(filepath.Join(top, "secret/secret.lua"), "absolute.lua")
	link("loop.lua", "loop.lua")
	link("gone.lua", "dangling.lua")
	link("real/hidden", "hidden.yaml")
	link("app.yaml", "same.yaml")

	write("app/app.yaml", manifest+entry("a", "main.lua")+entry("b", "folder/main.lua")+entry("c", "again/../real/main.lua")+entry("d", "again/main.lua"))
	for name, fsys := range roots(t, root) {
		app, err := Load(fsys, Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, l := range app.Libraries {
			if string(l.Source) != "return 'main'" {
				t.Errorf("%s: %s is %q", name, l.ID, l.Source)
			}
		}
	}

	link("../secret/secret.yaml", "out.yaml")
	write("app/app.yaml", manifest+entry("a", "around.lua")+entry("b", "out/secret.lua")+entry("c", "out.lua")+
		entry("d", "absolute.lua")+entry("e", "loop.lua")+entry("f", "dangling.lua")+entry("g", "folder/../../secret/secret.lua"))
	want := strings.Join([]string{
		`app.yaml:3:42: source: "around.lua" is outside the application's folder`,
		`app.yaml:4:42: source: "out/secret.lua" is outside the application's folder`,
		`app.yaml:5:42: source: "out.lua" is outside the application's folder`,
		`app.yaml:6:42: source: "absolute.lua" is outside the application's folder`,
		`app.yaml:7:42: source: "loop.lua" leads through too many symbolic links`,
		`app.yaml:8:42: source: there is no file "dangling.lua"`,
		`app.yaml:9:42: source: "file://folder/../../secret/secret.lua" is outside the application's folder`,
		`out.yaml: can't be read: it is outside the application's folder`,
	}, "\n")
	for name, fsys := range roots(t, root) {
		if got := reported(t, fsys, Options{}); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

func roots(t *testing.T, dir string) map[string]fs.FS {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return map[string]fs.FS{"DirFS": os.DirFS(dir), "Root": root.FS()}
}
