package manifest

import (
	"cmp"
	"slices"
	"strings"
)

// closestMost is how many names Closest returns at most: more help nobody.
const closestMost = 3

// Closest returns the candidates that name is likely a slip of, the closest
// first, three at most. Upper and lower case are the same to it; two swapped
// neighbours count as one slip. Short names must be closer than long ones.
func Closest(name string, candidates []string) []string {
	type scored struct {
		name     string
		distance int
	}
	most := slips(name)
	folded := []rune(strings.ToLower(name))
	var found []scored
	for _, c := range candidates {
		if d := distance(folded, []rune(strings.ToLower(c)), most); d <= most {
			found = append(found, scored{c, d})
		}
	}
	slices.SortFunc(found, func(a, b scored) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), strings.Compare(a.name, b.name))
	})
	var names []string
	for _, s := range found {
		if s.distance > found[0].distance+1 {
			break // beside one that is this much closer it is noise
		}
		if !slices.Contains(names, s.name) && len(names) < closestMost {
			names = append(names, s.name)
		}
	}
	return names
}

// byDistance sorts a short list, the closest to name first; all stay.
func byDistance(name string, list []string) []string {
	sorted := slices.Clone(list)
	folded := []rune(strings.ToLower(name))
	most := 2 * maxName
	if len(folded) > most {
		return sorted
	}
	slices.SortStableFunc(sorted, func(a, b string) int {
		return cmp.Compare(
			distance(folded, []rune(strings.ToLower(a)), most),
			distance(folded, []rune(strings.ToLower(b)), most))
	})
	return sorted
}

// slips is how many a name of this length may have. Something must be left of
// it, or any short name would be close to any other.
func slips(name string) int {
	return max(0, min(1+len(name)/4, 5, len(name)-1))
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b. Beyond most it stops and returns more than
// most, so names of any length cost about most times their length.
func distance(a, b []rune, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	before := make([]int, len(b)+1)
	last := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		// Outside this band the distance is above most already.
		from, to := max(1, i-most), min(len(b), i+most)
		row[from-1] = most + 1
		if from == 1 {
			row[0] = i
		}
		best := row[from-1]
		for j := from; j <= to; j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(last[j-1]+cost, row[j-1]+1)
			if j < i+most { // last[j] was computed
				d = min(d, last[j]+1)
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
			best = min(best, d)
		}
		if best > most {
			return most + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
