-- dies: Internal C stack overflow
local s = "return " .. ("("):rep(100000)
assert(load(s))
