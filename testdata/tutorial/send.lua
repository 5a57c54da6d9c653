local function main()
local worker_pid = process.spawn_monitored("app.test.process:listen_worker", "app:processes")
-- 通过 PID 发送到进程
local sent, err = process.send(worker_pid, "messages", "hello from parent")
if err then
    return false, "send failed: " .. err
end

-- send 返回 (bool, error)
print("sent:", sent)
print("worker answered:", process.events():receive().result)
end

return { main = main }
