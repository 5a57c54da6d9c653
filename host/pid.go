package host

import "strings"

// PID names a process: {app:processes|0x00001}. The part before the bar is the
// host entry, the number counts the processes of the whole node from 1 in
// lowercase hexadecimal of at least five digits. A PID is never used twice while
// the node lives.
type PID string

const pidDigits = 5

// ParsePID checks that text has the one form a PID is written in. It doesn't
// say that there is, or was, such a process.
func ParsePID(text string) (PID, error) {
	if _, _, ok := splitPID(text); !ok {
		return "", refuseValue(ErrBadPID, text)
	}
	return PID(text), nil
}

// Host is the name of the host entry that the process runs on.
func (p PID) Host() string {
	host, _, _ := splitPID(string(p))
	return host
}

func splitPID(text string) (host string, id uint64, ok bool) {
	bar := strings.LastIndexByte(text, '|')
	if bar < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return "", 0, false
	}
	host = text[1:bar]
	number := text[bar+1 : len(text)-1]
	if !strings.HasPrefix(number, "0x") || !validHostName(host) {
		return "", 0, false
	}
	digits := number[2:]
	if len(digits) < pidDigits || len(digits) > 16 || len(digits) > pidDigits && digits[0] == '0' ||
		strings.Contains(digits, "x") {
		return "", 0, false
	}
	id, ok = pidNumber(text)
	return host, id, ok
}

// pidNumber reads the number alone, as a key of the table: it says nothing about
// the rest of the text.
func pidNumber(text string) (id uint64, ok bool) {
	if len(text) < pidDigits+3 {
		return 0, false
	}
	for i, shift := len(text)-2, 0; i > 0; i, shift = i-1, shift+4 {
		c := text[i]
		switch {
		case c == 'x':
			return id, id != 0
		case shift == 64:
			return 0, false
		case '0' <= c && c <= '9':
			id |= uint64(c-'0') << shift
		case 'a' <= c && c <= 'f':
			id |= uint64(c-'a'+10) << shift
		default:
			return 0, false
		}
	}
	return 0, false
}

func makePID(host string, id uint64) PID {
	const hex = "0123456789abcdef"
	var room [64]byte
	b := append(room[:0], '{')
	b = append(b, host...)
	b = append(b, "|0x"...)
	digits := pidDigits
	for id>>(4*digits) != 0 {
		digits++
	}
	for digits > 0 {
		digits--
		b = append(b, hex[id>>(4*digits)&15])
	}
	return PID(append(b, '}'))
}

// looksLikePID is how a PID and a name are told apart: no name starts like one.
func looksLikePID(text string) bool { return strings.HasPrefix(text, "{") }

func validHostName(name string) bool {
	if name == "" || len(name) > 256 {
		return false
	}
	for _, c := range []byte(name) {
		if c <= ' ' || c == 0x7f || c == '{' || c == '}' || c == '|' || c == '@' {
			return false
		}
	}
	return true
}
