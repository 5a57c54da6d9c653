package host

import "iter"

// smallMap is a map for a node full of processes that have one or two of
// something: up to eight entries are a list that is searched in order, 1/10 of
// the memory of a Go map. Beyond that it is a Go map, and stays one until it is
// empty. The zero value is empty.
type smallMap[K comparable, V any] struct {
	few  []smallEntry[K, V]
	many map[K]V
}

type smallEntry[K comparable, V any] struct {
	key   K
	value V
}

const fewAtMost = 8

func (m *smallMap[K, V]) get(key K) (V, bool) {
	if m.many != nil {
		v, ok := m.many[key]
		return v, ok
	}
	for i := range m.few {
		if m.few[i].key == key {
			return m.few[i].value, true
		}
	}
	var none V
	return none, false
}

func (m *smallMap[K, V]) set(key K, value V) {
	if m.many != nil {
		m.many[key] = value
		return
	}
	for i := range m.few {
		if m.few[i].key == key {
			m.few[i].value = value
			return
		}
	}
	if len(m.few) < fewAtMost {
		m.few = append(m.few, smallEntry[K, V]{key, value})
		return
	}
	m.many = make(map[K]V, 2*fewAtMost)
	for _, e := range m.few {
		m.many[e.key] = e.value
	}
	m.many[key] = value
	m.few = nil
}

func (m *smallMap[K, V]) remove(key K) {
	if m.many != nil {
		delete(m.many, key)
		if len(m.many) == 0 {
			m.many = nil
		}
		return
	}
	for i := range m.few {
		if m.few[i].key == key {
			last := len(m.few) - 1
			copy(m.few[i:], m.few[i+1:])
			m.few[last] = smallEntry[K, V]{}
			m.few = m.few[:last]
			return
		}
	}
}

func (m *smallMap[K, V]) len() int { return len(m.few) + len(m.many) }

// all goes over the entries. The map must not be changed meanwhile.
func (m *smallMap[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, e := range m.few {
			if !yield(e.key, e.value) {
				return
			}
		}
		for k, v := range m.many {
			if !yield(k, v) {
				return
			}
		}
	}
}
