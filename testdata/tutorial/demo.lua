-- Runs the programs of this folder one after the other, each as a monitored
-- process, and says how each ended.
local programs = {
    { "pool", "five monitored workers" },
    { "echo", "a message and its sender" },
    { "inbox", "topics and the inbox" },
    { "monitor_spawn", "an EXIT event" },
    { "trap_links", "a linked process dies, trap_links is on" },
    { "link_spawn", "a linked process dies, trap_links is off" },
    { "register", "a name for a process" },
}

local function main()
    local events = process.events()
    for _, program in ipairs(programs) do
        local name, what = table.unpack(program)
        print("== " .. name .. ": " .. what)
        local pid, err = process.spawn_monitored("app.test.process:" .. name, "app:processes")
        if err then
            return false, "spawn of " .. name .. " failed: " .. err
        end
        local event = events:receive()
        if event.error then
            print("   it failed: " .. event.error)
        else
            print("   it returned " .. tostring(event.result))
        end
    end
    return true
end

return { main = main }
