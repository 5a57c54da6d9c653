local function main()
local my_pid = process.pid()
-- 返回当前进程的字符串 PID
print("I am", my_pid)
end

return { main = main }
