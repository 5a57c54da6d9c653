-- What scripts don't have.
print(io, package, dofile, loadfile, warn)             --> =nil	nil	nil	nil	nil
print(os.execute, os.exit, os.getenv, os.remove)       --> =nil	nil	nil	nil
print(os.rename, os.tmpname, os.setlocale)             --> =nil	nil	nil
print(string.dump)                                     --> =nil
for k in pairs(debug) do print(k) end                  --> =traceback
print(load("\27Lua"))                                  --> ~^nil	attempt to load a binary chunk
print(load("return 1", "x", "b"))                      --> ~^nil	attempt to load a text chunk .mode is 'b'
print(pcall(collectgarbage, "stop"))                   --> ~^false	.*collector can't be stopped
print(collectgarbage("isrunning"))                     --> =true
print(type(collectgarbage("count")))                   --> =number
print(collectgarbage(), collectgarbage("step"))        --> ~^0	
print(require == nil, pcall(require, "io"))            --> ~^false	false	module 'io' not found; there is channel
