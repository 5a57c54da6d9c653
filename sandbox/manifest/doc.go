// Package manifest reads the manifests of an application and checks them.
//
// An application is a folder. Every *.yaml and *.yml file below it that has the
// keys namespace and entries is a manifest; [Load] reads them all, and the
// scripts that their entries name, and returns an [Application]: typed entries
// with every default filled in, each with its [Position].
//
//	app, err := manifest.Load(root.FS(), manifest.Options{MaxMemory: 64 << 20})
//	var faults manifest.Faults
//	if errors.As(err, &faults) {
//		for _, f := range faults {
//			fmt.Println(f) // app.yaml:7:13: unknown key "sorce"; did you mean source?
//		}
//	}
//
// Nothing stops at the first fault: all are returned at once as [Faults], sorted
// by place, and beside them the application with the entries that could be read.
// It is there so that the caller can compile the scripts too and add what it
// finds; it must not be run.
//
// Manifests may come from somebody who isn't trusted. Whatever the files hold,
// Load doesn't panic, and takes time and memory in proportion to their size,
// which is bounded (limits.go). What YAML has and a manifest doesn't need is
// refused: anchors and aliases, tags, merge keys, explicit keys, directives,
// several documents in a file, tab characters.
//
// A file that an entry names must lie inside the folder, also when its name or
// one of its folders is a symbolic link. Load follows links itself and checks
// where they lead; between this check and the reading the file system may
// change. For a folder that somebody else can write to while it is loaded, pass
// the file system of an [os.Root], which refuses to leave the folder on every
// call.
//
// An Application is not changed by this package after Load and may be read by
// many goroutines. Scripts are not compiled here.
package manifest
