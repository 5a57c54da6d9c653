local a, b = channel.new(1), channel.new(1)
local function show(r)
  print(r.channel == a and "a" or r.channel == b and "b" or r.channel, r.value, r.ok, r.default)
end

show(channel.select{a:case_receive(), default = true}) --> =nil	nil	true	true
a:send(1)
b:send(2)
show(channel.select{b:case_receive(), a:case_receive()})--> =b	2	true	nil
show(channel.select{b:case_receive(), a:case_receive()})--> =a	1	true	nil
show(channel.select{a:case_send("sent")})              --> =a	nil	true	nil
print(a:receive())                                     --> =sent	true

-- waits for the first of several; the others stay as they were
coroutine.spawn(function() time.sleep("1ms") b:send("late") end)
show(channel.select{a:case_receive(), b:case_receive()})--> =b	late	true	nil
a:send("for the next")
print(a:receive())                                     --> =for the next	true

-- a closed channel is ready
b:close()
show(channel.select{a:case_receive(), b:case_receive()})--> =b	nil	false	nil
print(pcall(channel.select, {b:case_send(1)}))         --> ~^false	.*closed channel

-- a sender that waits in a select
local r = channel.new()
coroutine.spawn(function() print("got", r:receive()) end)
coroutine.spawn(function() print("got", r:receive()) end)
time.sleep(0)
show(channel.select{r:case_send("x")})                 --> ~^channel: local	nil	true
coroutine.spawn(function() channel.select{r:case_send("y"), a:case_receive()} end)
time.sleep(0)
--> =got	x	true
--> =got	y	true

print(pcall(channel.select, {a}))                      --> ~^false	.*bad case #1 in 'select'.*got a channel
print(pcall(channel.select))                           --> ~^false	.*bad argument #1 to 'select'

-- waiting again and again on a channel that never fires leaves nothing behind
local never, often = channel.new(), channel.new()
coroutine.spawn(function() for i = 1, 2000 do often:send(i) end end)
local before = (collectgarbage() and collectgarbage("count"))
for _ = 1, 2000 do channel.select{never:case_receive(), often:case_receive()} end
collectgarbage()
print(collectgarbage("count") - before < 20)           --> =true

-- a select over many channels
local many = {}
for i = 1, 5000 do many[i] = channel.new() end
coroutine.spawn(function() many[4321]:send("found") end)
local cases = {}
for i, ch in ipairs(many) do cases[i] = ch:case_receive() end
print(channel.select(cases).channel == many[4321])     --> =true
