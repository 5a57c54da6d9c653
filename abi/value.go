package abi

// Table is a Lua table: the values of keys 1 to n, and the others in the order
// in which they were encoded. Two pointers to one Table are two references to
// one table; a Table may contain itself.
//
// The Go types of the other values are nil, bool, int64, float64, string and
// *Error.
type Table struct {
	Array  []any
	Fields []Field
}

// Field is a key that isn't in the array part, and its value.
type Field struct{ Key, Value any }

// Get returns the value of a key, nil when there is none. Integers are int64.
func (t *Table) Get(key any) any {
	if i, ok := key.(int64); ok && i >= 1 && i <= int64(len(t.Array)) {
		return t.Array[i-1]
	}
	for _, f := range t.Fields {
		if f.Key == key {
			return f.Value
		}
	}
	return nil
}
