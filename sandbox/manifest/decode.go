package manifest

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// object is a mapping whose keys are known: it hands out its values checked, and
// reports what is of the wrong type. A key that isn't there gives the default.
type object struct {
	faults *faults
	what   string // in messages: "an entry of kind process.lua"
	at     Position
	values map[string]*node
}

// object checks that the node is a mapping and that it has no other keys. A node
// that isn't there, or isn't a mapping, gives an object without values.
func (f *faults) object(n *node, what string, known ...string) *object {
	o := &object{faults: f, what: what, values: map[string]*node{}}
	if n == nil {
		return o
	}
	o.at = n.at
	if n.is != isMapping {
		f.add(n.at, "%s: expected a mapping, found %s", what, n.describe())
		return o
	}
	for _, field := range n.fields {
		key := field.key.text
		if !slices.Contains(known, key) {
			f.add(field.key.at, "%s", f.unknownKey(key, what, known))
			continue
		}
		o.values[key] = field.value
	}
	return o
}

func (f *faults) unknownKey(key, what string, known []string) string {
	message := "unknown key " + quoted(key) + " in " + what
	if meant := f.meant(key, known); meant != "" {
		return message + meant
	}
	sorted := slices.Sorted(slices.Values(known))
	if len(sorted) == 1 {
		return message + "; there is only " + sorted[0]
	}
	return message + "; there are " + strings.Join(sorted, ", ")
}

// get is nil if the key isn't there.
func (o *object) get(key string) *node { return o.values[key] }

func (o *object) has(key string) bool { return o.values[key] != nil }

// wrong reports a value of the wrong type.
func (o *object) wrong(key, expected string) {
	n := o.values[key]
	o.faults.add(n.at, "%s: expected %s, found %s", key, expected, n.describe())
}

// require reports the keys that aren't there.
func (o *object) require(keys ...string) {
	for _, key := range keys {
		if !o.has(key) {
			o.faults.add(o.at, "%s needs the key %s", o.what, key)
		}
	}
}

// string is "" if the key isn't there or holds something else.
func (o *object) string(key, expected string) string {
	n := o.get(key)
	if n == nil {
		return ""
	}
	if n.is != isString {
		o.wrong(key, expected)
		return ""
	}
	if n.text == "" {
		o.faults.add(n.at, "%s: expected %s, found an empty string", key, expected)
	}
	return n.text
}

func (o *object) bool(key string, otherwise bool) bool {
	n := o.get(key)
	if n == nil {
		return otherwise
	}
	if n.is != isBool {
		o.wrong(key, "true or false")
		return otherwise
	}
	return strings.EqualFold(n.text, "true")
}

func (o *object) int(key string, least, most, otherwise int) int {
	n := o.get(key)
	if n == nil {
		return otherwise
	}
	if n.is != isInteger {
		o.wrong(key, "a whole number")
		return otherwise
	}
	v, ok := n.integer()
	if !ok || v < int64(least) || v > int64(most) {
		o.faults.add(n.at, "%s: expected a whole number from %d to %d, found %s", key, least, most, shortened(n.text))
		return otherwise
	}
	return int(v)
}

func (o *object) float(key string, least, most, otherwise float64) float64 {
	n := o.get(key)
	if n == nil {
		return otherwise
	}
	if n.is != isInteger && n.is != isFloat {
		o.wrong(key, "a number")
		return otherwise
	}
	v, ok := n.float()
	if !ok || !(v >= least && v <= most) { // NaN is neither
		o.faults.add(n.at, "%s: expected a number from %v to %v, found %s", key, least, most, shortened(n.text))
		return otherwise
	}
	return v
}

func (o *object) duration(key string, otherwise time.Duration) time.Duration {
	n := o.get(key)
	if n == nil {
		return otherwise
	}
	if n.is != isString && n.text != "0" {
		o.wrong(key, "a duration such as 500ms, 10s or 1m30s")
		return otherwise
	}
	d, err := parseDuration(n.text)
	if err != nil {
		o.faults.add(n.at, "%s: %v", key, err)
		return otherwise
	}
	return d
}

// size is 0 if the key isn't there. A most of 0 is no bound.
func (o *object) size(key string, most uint64) uint64 {
	n := o.get(key)
	if n == nil {
		return 0
	}
	if n.is != isString && n.is != isInteger {
		o.wrong(key, "a size such as 32MiB")
		return 0
	}
	size, err := ParseSize(strings.ReplaceAll(n.text, "_", ""))
	if err != nil {
		o.faults.add(n.at, "%s: %v", key, err)
		return 0
	}
	if most > 0 && size > most {
		o.faults.add(n.at, "%s: %s is above the limit of %s", key, n.text, formatSize(most))
		return 0
	}
	return size
}

// list is nil if the key isn't there.
func (o *object) list(key, expected string) []*node {
	n := o.get(key)
	if n == nil {
		return nil
	}
	if n.is != isList {
		o.wrong(key, expected)
		return nil
	}
	return n.items
}

// strings leaves out what isn't a string.
func (o *object) strings(key, expected string) []*node {
	var found []*node
	for _, item := range o.list(key, expected) {
		if item.is != isString || item.text == "" {
			o.faults.add(item.at, "%s: expected %s, found %s in it", key, expected, item.describe())
			continue
		}
		found = append(found, item)
	}
	return found
}

// describe says what a value is, for "expected x, found y".
func (n *node) describe() string {
	switch n.is {
	case isNull:
		return "nothing"
	case isBool:
		return "the boolean " + shortened(n.text)
	case isInteger, isFloat:
		return "the number " + shortened(n.text)
	case isString:
		return "the string " + quoted(n.text)
	case isList:
		return "a list"
	case isMapping:
		return "a mapping"
	}
	panic("unreachable: shape")
}

// shortened is for text that was found to be a number or a boolean.
func shortened(s string) string {
	if len(s) > 40 {
		return s[:40] + "..."
	}
	return s
}

func (n *node) integer() (int64, bool) {
	text := strings.ReplaceAll(n.text, "_", "")
	// Go reads 010 as 8, as YAML 1.1 does, and 0o10 as well.
	v, err := strconv.ParseInt(text, 0, 64)
	return v, err == nil
}

func (n *node) float() (float64, bool) {
	if n.is == isInteger {
		if v, ok := n.integer(); ok {
			return float64(v), true
		}
	}
	switch text := strings.ToLower(n.text); text {
	case ".inf", "+.inf":
		return math.Inf(1), true
	case "-.inf":
		return math.Inf(-1), true
	case ".nan":
		return math.NaN(), true
	default:
		v, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
		return v, err == nil
	}
}

// value is what a node means to a script. It reports what a script can't have.
func (f *faults) value(n *node) any {
	switch n.is {
	case isNull:
		return nil
	case isBool:
		return strings.EqualFold(n.text, "true")
	case isInteger:
		if v, ok := n.integer(); ok {
			return v
		}
		f.add(n.at, "%s is not a number of 64 bits; put quotes around it if it is text", shortened(n.text))
		return nil
	case isFloat:
		if v, ok := n.float(); ok {
			return v
		}
		f.add(n.at, "%s is not a number; put quotes around it if it is text", shortened(n.text))
		return nil
	case isString:
		return n.text
	case isList:
		list := make([]any, len(n.items))
		for i, item := range n.items {
			list[i] = f.value(item)
		}
		return list
	case isMapping:
		return f.table(n)
	}
	panic("unreachable: shape")
}

// table keeps the types of keys: a map[string]any if all are strings.
func (f *faults) table(n *node) any {
	named := make(map[string]any, len(n.fields))
	mixed := map[any]any{}
	for _, field := range n.fields {
		key, value := f.value(field.key), f.value(field.value)
		switch key := key.(type) {
		case string:
			named[key] = value
			continue
		case float64:
			if !math.IsNaN(key) {
				mixed[key] = value
				continue
			}
		case nil:
			if field.key.is != isNull {
				continue // reported
			}
		default:
			mixed[key] = value
			continue
		}
		f.add(field.key.at, "%s can't be a key; put quotes around it if it is text", shortened(field.key.text))
	}
	if len(mixed) == 0 {
		return named
	}
	for key, value := range named {
		mixed[key] = value
	}
	return mixed
}
