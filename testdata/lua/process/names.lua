local me = process.pid()
print(process.registry.register("a name"))             --> =true
print(process.registry.register("a name"))             --> =true
print(process.registry.lookup("a name") == me)         --> =true
print(process.registry.register("another", me))        --> =true
process.send("another", "x", "by name")
print(process.inbox():receive():payload())             --> =by name
print(process.registry.unregister("a name"))           --> =true
print(process.registry.unregister("a name"))           --> =false
print(process.registry.lookup("a name"))               --> =nil	no such name: a name
print(process.registry.register(""))                   --> ~^nil	bad name
print(process.registry.register("{x|0x00001}"))        --> ~^nil	bad name
print(process.registry.register("x", "nobody"))        --> =nil	no such process: nobody
