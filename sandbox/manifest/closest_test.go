package manifest

import (
	"slices"
	"strings"
	"testing"
)

func TestClosest(t *testing.T) {
	kinds := []string{KindFunction, KindLibrary, KindHost, KindProcess, KindService}
	tests := []struct {
		name       string
		candidates []string
		want       []string
	}{
		{"sorce", []string{"kind", "source", "name"}, []string{"source"}},
		{"soucre", []string{"source"}, []string{"source"}}, // a swap
		{"Process.lua", kinds, []string{KindProcess}},
		{"proces.lua", kinds, []string{KindProcess}},
		{"app:wrker", []string{"app:worker", "app:workers", "lib:worker", "app:other"}, []string{"app:worker", "app:workers"}},
		{"aaaa", []string{"aaab", "aaac", "aaad", "aaae", "aaab"}, []string{"aaab", "aaac", "aaad"}},
		{"x", []string{"a", "ab", ""}, nil},
		{"X", []string{"x"}, []string{"x"}},
		{"", []string{"a", "x"}, nil},
		{"überall", []string{"uberall"}, []string{"uberall"}},
		{"entirely", []string{"different"}, nil},
		{"anything", nil, nil},
	}
	for _, test := range tests {
		if got := Closest(test.name, test.candidates); !slices.Equal(got, test.want) {
			t.Errorf("Closest(%q, %q) = %q, want %q", test.name, test.candidates, got, test.want)
		}
	}
}

// plainDistance is distance without the band, over the whole table.
func plainDistance(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

func TestDistance(t *testing.T) {
	// All words of up to five letters from an alphabet of two.
	var words []string
	for n, last := 0, []string{""}; n <= 5; n++ {
		words = append(words, last...)
		var longer []string
		for _, w := range last {
			longer = append(longer, w+"a", w+"b")
		}
		last = longer
	}
	for _, a := range words {
		for _, b := range words {
			want := plainDistance([]rune(a), []rune(b))
			for most := range 6 {
				got := distance([]rune(a), []rune(b), most)
				if want <= most && got != want || want > most && got <= most {
					t.Fatalf("distance(%q, %q, %d) = %d, without bound %d", a, b, most, got, want)
				}
			}
		}
	}
}

func TestByDistance(t *testing.T) {
	got := byDistance("process.hots", []string{KindFunction, KindLibrary, KindHost, KindProcess, KindService})
	if len(got) != 5 || got[0] != KindHost || got[1] != KindProcess {
		t.Errorf("got %q", got)
	}
	byDistance(strings.Repeat("x", 1<<20), got)
}
