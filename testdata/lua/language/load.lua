print(load("return 1 + 1")())                          --> =2
print(load("syntax error here"))                       --> ~^nil	.string "syntax error here".:1:
local parts = {"return ", "4", "2"}
local i = 0
print(load(function() i = i + 1 return parts[i] end)())--> =42
print(load("return x", "chunk", "t", {x = "env"})())   --> =env
print(load(function() return {} end))                  --> ~^nil	.*reader function must return a string
