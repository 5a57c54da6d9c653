local ch = channel.new(2)
print(ch:send(1), ch:send(nil))                        --> =true	true
print(ch:receive())                                    --> =1	true
print(ch:receive())                                    --> =nil	true
ch:send("last")
ch:close()
ch:close()
print(ch:receive())                                    --> =last	true
print(ch:receive())                                    --> =nil	false
print(pcall(ch.send, ch, 1))                           --> ~^false	.*send on a closed channel

-- a rendezvous, in the order of waiting
local r = channel.new()
for i = 1, 3 do coroutine.spawn(function() r:send(i) end) end
print(r:receive(), r:receive(), r:receive())           --> =1	2	3	true
for i = 1, 3 do coroutine.spawn(function() print(i, r:receive()) end) end
for i = 10, 12 do r:send(i) end
time.sleep(0)
--> =1	10	true
--> =2	11	true
--> =3	12	true

-- closing wakes whoever waits
local c, done = channel.new(), channel.new()
coroutine.spawn(function() print("receiver", c:receive()) done:send(true) end)
coroutine.spawn(function() time.sleep("1ms") c:close() end)
done:receive()                                         --> =receiver	nil	false
local d = channel.new()
coroutine.spawn(function() print("sender", pcall(d.send, d, 1)) done:send(true) end)
time.sleep(0)
d:close()
done:receive()                                         --> ~^sender	false	.*closed channel

-- values have identity
local t = {}
local same = channel.new(1)
same:send(t)
print(same:receive() == t)                             --> =true
print(pcall(channel.new, -1))                          --> ~^false	bad argument #1 to 'new'
print(pcall(ch.receive))                               --> ~^false	.*channel expected, got nil.*colon
