local function main()
local events_ch = process.events()

-- 不带监控的生成
local worker_pid, err = process.spawn("app.test.process:long_worker", "app:processes")
if err then
    return false, "spawn failed: " .. err
end

-- 显式添加监控
local ok, monitor_err = process.monitor(worker_pid)
if monitor_err then
    return false, "monitor failed: " .. monitor_err
end

-- 现在将接收此 worker 的 EXIT 事件
local event = events_ch:receive()
print(event.kind, event.from == worker_pid, event.result)
end

return { main = main }
