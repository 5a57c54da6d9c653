local function main()
local target_pid = process.spawn("app.test.process:child_worker", "app:processes")
-- 链接到现有进程
local ok, err = process.link(target_pid)
if err then
    return false, "link failed: " .. err
end

-- 取消链接
local ok, err = process.unlink(target_pid)
print("unlinked:", ok)
time.sleep("150ms")
print("the child crashed, this process goes on")
end

return { main = main }
