//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// buffer collects what the command writes while it runs.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

const interruptManifest = `namespace: app
entries:
  - {name: here, kind: process.host, lifecycle: {auto_start: true}}
  - {name: svc, kind: process.lua, source: file://svc.lua}
  - {name: service, kind: process.service, process: app:svc, host: app:here, lifecycle: {auto_start: true}}
`

// TestInterrupt interrupts services that end when they're asked, and ones that
// don't, which takes a second interrupt.
func TestInterrupt(t *testing.T) {
	for _, c := range []struct {
		name, script string
		interrupts   int
		prints       string
	}{
		{"ends when asked", `return function() local e = process.events() print("ready") print(e:receive().kind) end`, 1, "ready\nCANCEL\n"},
		{"never ends", `return function() print("ready") while true do end end`, 2, "ready\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "app.yaml"), []byte(interruptManifest), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "svc.lua"), []byte(c.script), 0o600))
			t.Setenv("XDG_CACHE_HOME", cache)
			var stdout, stderr buffer
			code := make(chan int, 1)
			go func() { code <- run([]string{"run", dir}, &stdout, &stderr) }()
			printed := func(b *buffer, text string) {
				require.Eventually(t, func() bool { return bytes.Contains([]byte(b.String()), []byte(text)) },
					30*time.Second, time.Millisecond, "%s", &stderr)
			}
			printed(&stdout, "ready")
			require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGINT))
			printed(&stderr, "stopping")
			if c.interrupts == 2 {
				require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGINT))
			}
			select {
			case got := <-code:
				require.Equal(t, exitKilled, got)
			case <-time.After(30 * time.Second):
				require.Fail(t, "the command doesn't end")
			}
			require.Equal(t, c.prints, stdout.String())
		})
	}
}
