package host

import "testing"

func TestPID(t *testing.T) {
	for _, c := range []struct {
		host string
		id   uint64
		want string
	}{
		{"app:processes", 1, "{app:processes|0x00001}"},
		{"h", 0xabcde, "{h|0xabcde}"},
		{"h", 0x123456, "{h|0x123456}"},
		{"h", 1<<64 - 1, "{h|0xffffffffffffffff}"},
		{"h", 0x100000, "{h|0x100000}"},
	} {
		pid := makePID(c.host, c.id)
		if string(pid) != c.want {
			t.Errorf("got %s, want %s", pid, c.want)
		}
		host, id, ok := splitPID(c.want)
		if host != c.host || id != c.id || !ok || pid.Host() != c.host {
			t.Errorf("%s: %s, %d, %v", c.want, host, id, ok)
		}
	}
}

var badPIDs = []string{
	"", "{", "{}", "{|}", "{h|}", "{h|0x}", "{h|0x1}", "{h|0x0001}", "{h|0x000001}", "{h|0x0000A}", "{h|0x00000}",
	"{|0x00001}", "{h|x00001}", "{h|00001}", "{h|0x00001", "h|0x00001}", "{h 0x00001}", "{h|0x00001} ", " {h|0x00001}",
	"{h|0x11111111111111111}", "{a b|0x00001}", "{a{|0x00001}", "{n@h|0x00001}", "{h|0x0000g}", "{h|0x00001\x00}", "{h|0x0x001}",
}

func TestParsePID(t *testing.T) {
	if pid, err := ParsePID("{app:processes|0x0002f}"); err != nil || pid != "{app:processes|0x0002f}" {
		t.Error(pid, err)
	}
	for _, text := range badPIDs {
		_, err := ParsePID(text)
		wantIs(t, err, ErrBadPID)
	}
}

// TestFindByBadPID: only the exact text of a PID finds a process.
func TestFindByBadPID(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, n *Node) {
		s := newPuppet(t, n)
		if s.pid != "{app:processes|0x00001}" {
			t.Fatal(s.pid)
		}
		for _, text := range append(badPIDs, "{other|0x00001}", "{app:processes|0x00002}", "{app:processes|0X00001}") {
			wantIs(t, n.Send(text, "t", nil), ErrNoProcess)
		}
		must(n.Send("{app:processes|0x00001}", "t", nil))
	})
}

func FuzzSplitPID(f *testing.F) {
	for _, text := range badPIDs {
		f.Add(text)
	}
	f.Add("{app:processes|0x0002f}")
	f.Fuzz(func(t *testing.T, text string) {
		if host, id, ok := splitPID(text); ok && string(makePID(host, id)) != text {
			t.Errorf("%q is not what %q, %d is written as", text, host, id)
		}
	})
}
