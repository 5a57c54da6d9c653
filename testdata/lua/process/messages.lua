local me = process.pid()
print(me:match("^{script:processes|0x%x+}$") == me, process.id()) --> =true	script:main

-- no payload is nil, one the value, several an array
local ch = process.listen("t")
process.send(me, "t")
process.send(me, "t", "one")
process.send(me, "t", "one", nil, 3)
print(ch:receive())                                    --> =nil	true
print(ch:receive())                                    --> =one	true
local list = ch:receive()
print(list[1], list[2], list[3])                       --> =one	nil	3
print(process.listen("t") == ch)                       --> =true
print(process.listen("t", {message = true}))           --> ~^nil	already listening

-- messages that were sent before anybody listened
process.send(me, "early", 1)
process.send(me, "other", 2)
process.send(me, "early", 3)
local early = process.listen("early", {message = true})
local m = early:receive()
print(m:topic(), m:from() == me, m:payload())          --> =early	true	1
print(m.topic, m.payload, "topic: " .. m.topic)        --> =early	1	topic: early
print(early:receive():payload())                       --> =3
local inbox = process.inbox()
local other = inbox:receive()
print(other:topic(), other:payload())                  --> =other	2
process.send(me, "again", other.payload)
print(inbox:receive():payload())                       --> =2

-- unlisten: what comes later goes to the inbox
process.send(me, "t", "before")
print(process.unlisten(ch))                            --> =true
process.send(me, "t", "after")
print(ch:receive())                                    --> =before	true
print(ch:receive())                                    --> =nil	false
print(inbox:receive():payload())                       --> =after
print(process.listen("t") ~= ch)                       --> =true

-- what can be sent keeps its shape and its types
local shared = {1}
local value = {a = shared, b = shared, n = 1, f = 1.0, s = "\0\xff", [1.5] = true, [true] = 0/0}
value.me = value
process.send(me, "shape", value)
local got = inbox:receive():payload()
print(got.a == got.b, got.me == got, math.type(got.n), math.type(got.f), #got.s, got[1.5], got[true] ~= got[true])
--> =true	true	integer	float	2	true	true
print(got.a ~= shared)                                 --> =true

-- refusals
print(process.send(me, "@x"))                          --> ~^nil	bad topic
print(process.send(me, ""))                            --> ~^nil	bad topic
print(process.send(me, "x", {cb = print}))             --> =nil	payload.cb: can't send a function
print(process.send(me, "x", 1, {{[true] = coroutine.create(print)}})) --> =nil	payload #2[1][true]: can't send a coroutine
print(process.send(me, "x", setmetatable({}, {})))     --> =nil	payload: can't send a table with a metatable
print(process.send(me, "x", {["a b"] = channel.new()}))--> =nil	payload["a b"]: can't send a table with a metatable
print(process.send(me, "x", ("x"):rep(2^20)))          --> ~^nil	payload.*too large
print(process.send("{script:processes|0xfffff}", "x")) --> =nil	no such process: {script:processes|0xfffff}
print(pcall(process.send, nil, "x"))                   --> ~^false	bad argument #1 to '.*send' .string expected, got nil.
