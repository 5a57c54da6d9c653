-- dies: terminated
coroutine.wrap(function() coroutine.wrap(function() while true do end end)() end)()
