package sandbox

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf8"

	"github.com/luahive/luahive/abi"
)

var slogLevels = map[int32]slog.Level{
	abi.LogDebug: slog.LevelDebug,
	abi.LogInfo:  slog.LevelInfo,
	abi.LogWarn:  slog.LevelWarn,
	abi.LogError: slog.LevelError,
}

// logLine is the most of one line that goes out; what is cut is counted.
const logLine = 8 << 10

// log is print, and the guest's own complaints.
func (c call) log() {
	text := c.view(1)
	cut := 0
	if len(text) > logLine {
		cut = len(text) - logLine
		text = text[:logLine]
	}
	line := escape(string(text))
	if cut > 0 {
		line += fmt.Sprintf(" [%d bytes cut]", cut)
	}
	level := int32(c.u32(0))
	if level == abi.LogPrint {
		c.program.app.runtime.output.line(line)
		return
	}
	c.program.app.runtime.logger.Log(context.Background(), slogLevels[level], line,
		"pid", string(c.process.PID()), "entry", c.program.id)
}

// escape makes control characters visible, so that what a script prints can't
// steer a terminal or forge the lines of a log. A tab stays; a line break goes
// on in a new line, as with print.
func escape(s string) string {
	plain := func(r rune) bool {
		return r == '\t' || r == '\n' || r >= 0x20 && r < 0x7f || r > 0x9f && r != utf8.RuneError
	}
	if strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if plain(r) {
			b.WriteString(s[i : i+n])
		} else {
			for _, c := range []byte(s[i : i+n]) {
				const hex = "0123456789abcdef"
				b.WriteString(`\x`)
				b.WriteByte(hex[c>>4])
				b.WriteByte(hex[c&15])
			}
		}
		i += n
	}
	return b.String()
}
