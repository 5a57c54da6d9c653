local function main()
local worker_pid = process.spawn_monitored("app.test.process:long_worker", "app:processes")
local ok, err = process.unmonitor(worker_pid)
print("unmonitored:", ok)
local result = channel.select {
    process.events():case_receive(),
    time.after("300ms"):case_receive(),
}
print("EXIT arrived:", result.channel == process.events())
end

return { main = main }
