local function main()
local pid, err = process.spawn("app.test.process:echo_worker", "app:processes", "hello")
if err then
    return false, "spawn failed: " .. err
end

-- pid 是生成进程的字符串标识符
print("Started worker:", pid)
end

return { main = main }
