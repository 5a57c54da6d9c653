package manifest

import (
	"strings"
	"testing"
)

func TestParseSize(t *testing.T) {
	tests := []struct {
		text string
		want uint64
		err  string
	}{
		{"1", 1, ""},
		{"1048576", 1 << 20, ""},
		{"12B", 12, ""},
		{"64KiB", 64 << 10, ""},
		{"32MiB", 32 << 20, ""},
		{"32 MiB", 32 << 20, ""},
		{"1GiB", 1 << 30, ""},
		{"2TiB", 2 << 40, ""},
		{"9223372036854775807", 1<<63 - 1, ""},
		{"9223372036854775808", 0, "too large"},
		{"99999999999999999999999", 0, "too large"},
		{"8388608TiB", 0, "too large"},
		{"0", 0, "above 0"},
		{"0MiB", 0, "above 0"},
		{"", 0, "expected a size"},
		{"MiB", 0, "expected a size"},
		{"32MB", 0, "expected a size"},
		{"32mib", 0, "expected a size"},
		{"1.5GiB", 0, "expected a size"},
		{"-1", 0, "expected a size"},
		{"+1", 0, "expected a size"},
		{"much", 0, "expected a size"},
	}
	for _, test := range tests {
		got, err := ParseSize(test.text)
		if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
			t.Errorf("ParseSize(%q): error %v, want %q", test.text, err, test.err)
		} else if got != test.want {
			t.Errorf("ParseSize(%q) = %d, want %d", test.text, got, test.want)
		}
	}
}

func TestFormatSize(t *testing.T) {
	for n, want := range map[uint64]string{
		1: "1B", 1000: "1000B", 64 << 10: "64KiB", 64 << 20: "64MiB", 1 << 30: "1GiB", 1536 << 20: "1536MiB", 5 << 40: "5TiB",
	} {
		got := formatSize(n)
		if back, err := ParseSize(got); got != want || err != nil || back != n {
			t.Errorf("formatSize(%d) = %s, want %s; read again: %d, %v", n, got, want, back, err)
		}
	}
}
