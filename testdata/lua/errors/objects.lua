local e = errors.new{message = "no such thing", kind = "NotFound", retryable = true, details = {id = 7}}
print(e, e:kind(), e:message(), e:retryable(), e:details().id) --> =no such thing	NotFound	no such thing	true	7
print("failed: " .. e, e .. "!")                       --> =failed: no such thing	no such thing!
print(e:find("such"), e:upper(), #e)                   --> =4	NO SUCH THING	13
print(errors.is(e, "NotFound"), errors.is(e, errors.Invalid), errors.is("x", "Internal")) --> =true	false	false
local w = errors.wrap(e, "loading")
print(w, w:kind(), w:retryable())                      --> =loading: no such thing	NotFound	true
print(errors.wrap("plain", "while"), errors.wrap(nil, "x")) --> =while: plain	nil
print(errors.new("text"):kind(), errors.new("text"):retryable()) --> =Internal	false
print(pcall(error, e))                                 --> =false	no such thing
print(select(2, pcall(error, e)) == e)                 --> =true
print(pcall(errors.new, 5))                            --> ~^false	bad argument #1 to 'new'
print(pcall(errors.new, {kind = 5}))                   --> ~^false	bad field 'kind'

-- across a message
local ch = process.listen("e")
process.send(process.pid(), "e", {e, e, plain = e})
local got = ch:receive()
print(got[1], got[1] == got[2], got[1]:kind(), got.plain:details().id) --> =no such thing	true	NotFound	7

-- a refusal is one
local ok, err = process.send("nobody", "topic", 1)
print(ok, err, err:kind())                             --> =nil	no such process: nobody	NotFound
