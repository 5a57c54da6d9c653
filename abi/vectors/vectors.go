// Package vectors holds the test vectors that both sides of the encoding run.
package vectors

import (
	_ "embed"
	"encoding/hex"
	"encoding/json"
)

//go:embed vectors.json
var file []byte

// Vector is a value that both sides encode and decode.
type Vector struct {
	Name string
	// Lua is an expression that makes the value.
	Lua string
	// Hex is its only encoding; empty when the order of keys leaves several.
	Hex string
}

// Malformed is what no side may take.
type Malformed struct {
	Name, Hex string
	// Says is a part of Check's complaint.
	Says string
}

// All are the shared test vectors of vectors.json.
func All() (values []Vector, malformed []Malformed) {
	var all struct {
		Values    []Vector
		Malformed []Malformed
	}
	if err := json.Unmarshal(file, &all); err != nil {
		panic("unreachable: " + err.Error())
	}
	return all.Values, all.Malformed
}

// Bytes are the bytes that Hex stands for.
func (v Malformed) Bytes() []byte { return unhex(v.Hex) }

// Bytes are the bytes that Hex stands for.
func (v Vector) Bytes() []byte { return unhex(v.Hex) }

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic("unreachable: " + err.Error())
	}
	return b
}
