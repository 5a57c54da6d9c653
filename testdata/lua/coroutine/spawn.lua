-- Spawned coroutines wait without stopping the others.
local log = {}
for i = 3, 1, -1 do
  coroutine.spawn(function(n)
    time.sleep(n * 2000000)
    log[#log + 1] = n
  end, i)
end
time.sleep("20ms")
print(table.concat(log, " "))                          --> =1 2 3

-- waiting inside pcall, iterators, metamethods and plain coroutines
print(pcall(function() time.sleep("1ms") return "after" end)) --> =true	after
local function each() local i = 0 return function() i = i + 1 time.sleep(0) if i < 4 then return i end end end
local sum = 0
for i in each() do sum = sum + i end
print(sum)                                             --> =6
local lazy = setmetatable({}, {__index = function(_, k) time.sleep(0) return k .. "!" end})
print(lazy.key)                                        --> =key!
local co = coroutine.wrap(function(...)
  time.sleep("1ms")
  local x = coroutine.yield(...)
  time.sleep("1ms")
  return x
end)
print(co("first", 2))                                  --> =first	2
print(co("second"))                                    --> =second
local deep = coroutine.wrap(function()
  return coroutine.wrap(function() time.sleep("1ms") return "from below" end)()
end)
print(deep())                                          --> =from below
print(coroutine.resume(coroutine.create(function() time.sleep(0) error("late", 0) end))) --> =false	late

-- where it can't, it says so
print(pcall(table.sort, {2, 1}, function() time.sleep(0) end)) --> ~^false	.*spawn.lua:\d+: can't wait here
print(pcall(string.gsub, "x", ".", function() coroutine.wrap(function() time.sleep(0) end)() end)) --> ~^false	.*can't wait here

-- what others see of a coroutine that waits
local waits = coroutine.create(function() time.sleep("5ms") return "done" end)
coroutine.spawn(function() print(coroutine.resume(waits)) end)
time.sleep(0)
print(coroutine.status(waits))                         --> =normal
print(coroutine.resume(waits))                         --> =false	cannot resume non-suspended coroutine
print(pcall(coroutine.close, waits))                   --> =false	cannot close a normal coroutine
time.sleep("10ms")                                     --> =true	done
print(coroutine.status(waits))                         --> =dead

print(select(2, coroutine.running()), coroutine.isyieldable()) --> =true	false
print(pcall(coroutine.yield, 1))                       --> ~^false	attempt to yield from outside a coroutine
print(coroutine.wrap(function() return select(2, coroutine.running()), coroutine.isyieldable() end)()) --> =false	true
print(pcall(coroutine.spawn))                          --> ~^false	bad argument #1 to '.*spawn'
print(type(coroutine.spawn(function() end)))           --> =thread
