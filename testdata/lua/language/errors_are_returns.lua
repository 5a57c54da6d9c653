-- Errors through every kind of frame that C code has.
print(pcall(error, "x"))                               --> =false	x
print(pcall(error))                                    --> =false	nil
print(select(2, pcall(error, {})) ~= nil)              --> =true
print(pcall(string.rep, "x", -1))                      --> =true	
print(pcall(string.rep))                               --> ~^false	bad argument #1 to '.*rep' .string expected, got no value.
print(pcall(table.sort, {3, 2, 1}, function() error("cmp") end)) --> ~^false	.*cmp$
print(pcall(string.gsub, "abc", ".", function() error("sub") end)) --> ~^false	.*sub$
local mt = setmetatable({}, {__index = function(_, k) error("index " .. k) end})
print(pcall(function() return mt.key end))             --> ~^false	.*index key$
print(pcall(pcall))                                    --> ~^false	bad argument
print(xpcall(function() error("deep") end, function(m) return "handled " .. m end)) --> ~^false	handled .*deep
print(xpcall(function() error("a") end, function() error("b") end)) --> ~^false
-- the stack is as it was, however often
local n = 0
for _ = 1, 10000 do
  local ok = pcall(function() local t <close> = setmetatable({}, {__close = function() n = n + 1 end}) error("x") end)
  assert(not ok)
end
print(n)                                               --> =10000
-- an error in a coroutine, in a coroutine
local co = coroutine.wrap(function()
  local inner = coroutine.create(function() error("inner") end)
  coroutine.yield(coroutine.resume(inner))
  error("outer")
end)
print(co())                                            --> ~^false	.*inner$
print(pcall(co))                                       --> ~^false	.*outer$
print(pcall(co))                                       --> =false	cannot resume dead coroutine
