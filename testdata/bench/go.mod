module github.com/luahive/luahive/testdata/bench

go 1.26.0

require (
	github.com/luahive/luahive v0.0.0
	github.com/yuin/gopher-lua v1.1.2
)

require (
	github.com/goccy/go-yaml v1.19.2 // indirect
	github.com/tetratelabs/wazero v1.12.0 // indirect
	github.com/vmihailenco/msgpack/v5 v5.4.1 // indirect
	github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/luahive/luahive => ../..
