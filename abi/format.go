package abi

// Codes of the MessagePack format that units use.
const (
	codeFixMap   = 0x80
	codeFixArray = 0x90
	codeFixStr   = 0xa0
	codeNil      = 0xc0
	codeFalse    = 0xc2
	codeTrue     = 0xc3
	codeBin8     = 0xc4
	codeBin16    = 0xc5
	codeBin32    = 0xc6
	codeExt8     = 0xc7
	codeExt16    = 0xc8
	codeExt32    = 0xc9
	codeFloat32  = 0xca
	codeFloat64  = 0xcb
	codeUint8    = 0xcc
	codeUint16   = 0xcd
	codeUint32   = 0xce
	codeUint64   = 0xcf
	codeInt8     = 0xd0
	codeInt16    = 0xd1
	codeInt32    = 0xd2
	codeInt64    = 0xd3
	codeFixExt4  = 0xd6
	codeStr8     = 0xd9
	codeStr16    = 0xda
	codeStr32    = 0xdb
	codeArray16  = 0xdc
	codeArray32  = 0xdd
	codeMap16    = 0xde
	codeMap32    = 0xdf
	codeNegative = 0xe0
)

// Extension types.
const (
	// ExtReference stands for a table or an error object that was met before
	// in the same unit: its index, 4 bytes, big endian.
	ExtReference = 1
	// ExtError is an error object: one map of its fields.
	ExtError = 2
)

// Fields of an error object.
const (
	fieldMessage   = "message"
	fieldKind      = "kind"
	fieldRetryable = "retryable"
	fieldDetails   = "details"
	fieldStack     = "stack"
)

// MaxDepth is how deep tables may nest in a unit.
const MaxDepth = 100
