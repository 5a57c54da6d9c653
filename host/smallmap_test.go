package host

import (
	"maps"
	"math/rand/v2"
	"testing"
)

// TestSmallMap does the same to a Go map.
func TestSmallMap(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for most := range 3 * fewAtMost {
		var m smallMap[int, int]
		want := map[int]int{}
		for range 1000 {
			k, v := random.IntN(most+1), random.Int()
			if random.IntN(2) == 0 {
				m.set(k, v)
				want[k] = v
			} else {
				m.remove(k)
				delete(want, k)
			}
			got, ok := m.get(k)
			if v, want := want[k], want; got != v || ok != (v != 0) || m.len() != len(want) {
				t.Fatalf("%d: %d, %v, length %d; want %v", k, got, ok, m.len(), want)
			}
		}
		if got := maps.Collect(m.all()); !maps.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		for range m.all() {
			break
		}
	}
}
