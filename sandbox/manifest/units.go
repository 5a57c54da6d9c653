package manifest

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// sizeUnits are what may stand behind a number of bytes.
var sizeUnits = []struct {
	name  string
	bytes uint64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"B", 1},
}

// ParseSize reads a number of bytes: 1048576, 64KiB, 32MiB, 1GiB, 1TiB. The
// number is whole, and above 0.
func ParseSize(s string) (uint64, error) {
	digits, unit := s, uint64(1)
	for _, u := range sizeUnits {
		if number, ok := strings.CutSuffix(s, u.name); ok {
			digits, unit = strings.TrimSuffix(number, " "), u.bytes
			break
		}
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	switch {
	case err != nil && strings.Trim(digits, "0123456789") != "" || digits == "":
		return 0, fmt.Errorf("expected a size such as 32MiB (KiB, MiB, GiB, or bytes), found %s", quoted(s))
	case err != nil || n > math.MaxInt64/unit:
		return 0, fmt.Errorf("the size %s is too large", quoted(s))
	case n == 0:
		return 0, fmt.Errorf("a size must be above 0, found %s", quoted(s))
	}
	return n * unit, nil
}

// parseDuration reads what time.ParseDuration does, but nothing below 0.
func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("expected a duration such as 500ms, 10s or 1m30s, found %s", quoted(s))
	}
	if d < 0 {
		return 0, fmt.Errorf("a duration can't be below 0, found %s", quoted(s))
	}
	return d, nil
}

// formatSize writes a size as ParseSize reads it, in the largest unit that fits.
func formatSize(n uint64) string {
	for i := len(sizeUnits) - 2; i >= 0; i-- {
		if u := sizeUnits[i]; n%u.bytes == 0 {
			return fmt.Sprintf("%d%s", n/u.bytes, u.name)
		}
	}
	return fmt.Sprintf("%dB", n)
}
