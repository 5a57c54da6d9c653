-- Sends to inbox_worker on a topic that it listens on and on others.
local function main()
    local pid = process.spawn("app.test.process:inbox_worker", "app:processes")
    process.send(pid, "specific_topic", "not printed")
    process.send(pid, "greeting", "hello inbox")
    process.send(pid, "number", 42)
    time.sleep("50ms")
    process.terminate(pid)
    return true
end

return { main = main }
