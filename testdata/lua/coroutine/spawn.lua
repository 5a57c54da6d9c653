-- Spawned coroutines wait without stopping the others: each waits for the next.
local log, done = {}, channel.new()
local turn = {channel.new(), channel.new(), channel.new()}
for i = 1, 3 do
  coroutine.spawn(function(n)
    log[#log + 1] = n
    turn[n]:receive()
    log[#log + 1] = -n
    if n > 1 then turn[n - 1]:send(true) else done:send(true) end
  end, i)
end
time.sleep(0)
turn[3]:send(true)
done:receive()
print(table.concat(log, " "))                          --> =1 2 3 -3 -2 -1

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
local go = channel.new()
local waits = coroutine.create(function() go:receive() return "done" end)
coroutine.spawn(function() print(coroutine.resume(waits)) done:send(true) end)
time.sleep(0)
print(coroutine.status(waits))                         --> =normal
print(coroutine.resume(waits))                         --> =false	cannot resume non-suspended coroutine
print(pcall(coroutine.close, waits))                   --> =false	cannot close a normal coroutine
go:send(true)
done:receive()                                         --> =true	done
print(coroutine.status(waits))                         --> =dead

print(select(2, coroutine.running()), coroutine.isyieldable()) --> =true	false
print(pcall(coroutine.yield, 1))                       --> ~^false	attempt to yield from outside a coroutine
print(coroutine.wrap(function() return select(2, coroutine.running()), coroutine.isyieldable() end)()) --> =false	true
print(pcall(coroutine.spawn))                          --> ~^false	bad argument #1 to '.*spawn'
print(type(coroutine.spawn(function() end)))           --> =thread

-- a task is nobody's to resume, waiting or ended
local main = coroutine.running()
local other = coroutine.spawn(function()
  print(coroutine.status(main), coroutine.resume(main))
  print(pcall(coroutine.close, main))
  done:send(true)
end)
done:receive()                                         --> =normal	false	cannot resume non-suspended coroutine
--> =false	cannot close a normal coroutine
time.sleep(0)
print(coroutine.status(other), coroutine.resume(other))--> =dead	false	cannot resume dead coroutine
