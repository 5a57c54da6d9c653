print(process.get_options().trap_links)                --> =false
print(process.set_options({trap_links = true}))        --> =true
print(process.get_options().trap_links)                --> =true
print(process.set_options(5))                          --> =false	options: table expected, got number
print(process.set_options({trap_link = true}))         --> =false	options: there is no option trap_link; there is trap_links
print(process.set_options({trap_links = 1}))           --> =false	options: trap_links: boolean expected, got number
print(process.get_options().trap_links)                --> =true

-- events of this process about itself
local events = process.events()
process.cancel(process.pid(), "enough")
local e = events:receive()
print(e.kind == process.event.CANCEL, e.from == process.pid(), e.reason) --> =true	true	enough
print(process.monitor("nobody"))                       --> =nil	no such process: nobody
print(process.link("{script:processes|0x7ffff}"))      --> ~^nil	no such process
print(process.unmonitor("nobody"))                     --> ~^nil|^true
