-- Sends to echo_worker and waits for what comes back.
local function main()
    local replies = process.listen("reply", { message = true })
    local pid = process.spawn("app.test.process:echo_worker", "app:processes")
    process.send(pid, "echo", "who is there?")
    local msg = replies:receive()
    print("Reply:", msg:payload(), "from the worker:", msg:from() == pid)
    return true
end

return { main = main }
