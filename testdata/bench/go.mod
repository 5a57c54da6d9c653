module github.com/luahive/luahive/testdata/bench

go 1.26

require (
	github.com/luahive/luahive v0.0.0
	github.com/yuin/gopher-lua v1.1.2
)

replace github.com/luahive/luahive => ../..
