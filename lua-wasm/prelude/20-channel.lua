-- channel: between the coroutines of one process, and from the host.
--
-- A *local* channel hands values over inside the process. A *host* channel
-- (listen, inbox, events, timers) has its queue at the host and a handle to it.
-- Both are received from in the same way.
--
-- Who waits stands as an entry {op =, index =, value =} in the queue of each
-- channel that it waits on. The op is what the task looks at when it goes on:
-- {task =, done =, index =, value =, ok =}. The first to serve an entry marks
-- the op as done; the task takes the op's other entries out.

local sys, lib = ...

local current, park, may_park, wake = sys.current, sys.park, sys.may_park, sys.wake
local receive = sys.receive
local setmetatable, getmetatable, type = setmetatable, getmetatable, type

local Channel = {}
local meta = {__index = Channel, __name = "channel"}
-- Timers hold something at the host that a forgotten channel must give back.
local timer_meta = {__index = Channel, __name = "channel"}
local case_meta = {__name = "case"}

local function is_channel(v)
  local m = getmetatable(v)
  return m == meta or m == timer_meta
end

function meta.__tostring(ch)
  return ("channel: %s"):format(ch.what)
end
timer_meta.__tostring = meta.__tostring

-- Channels by handle. A timer's goes when nobody holds its channel.
local handles = {}
local timer_handles = setmetatable({}, {__mode = "v"})

function timer_meta.__gc(ch)
  if ch.handle then sys.close(ch.handle) end
end

-- {[task] = op} of every task that waits in this file
local waiting = {}
-- A task waits for one thing at a time, so the op of a plain receive or send is
-- kept for its next one; it is its own entry.
local kept = setmetatable({}, {__mode = "k"})
-- {[handle of a timer] = op} of the tasks that sleep
local sleepers = {}

-- Queues of entries. Removed ones leave holes, which 'front' skips.

local function new_queue() return {first = 1, last = 0, count = 0} end

local function push(queue, entry)
  local at = queue.last + 1
  queue.last = at
  queue.count = queue.count + 1
  queue[at] = entry
  entry.queue, entry.at = queue, at
end

local function remove(entry)
  local queue = entry.queue
  if queue then
    entry.queue = nil
    queue[entry.at] = nil
    queue.count = queue.count - 1
    if queue.count == 0 then queue.first, queue.last = 1, 0 end
  end
end

local function front(queue)
  if queue.count == 0 then return nil end
  local at = queue.first
  while not queue[at] do at = at + 1 end
  queue.first = at
  return queue[at]
end

-- Serves the entry: its task goes on.
local function serve(entry, value, ok)
  local op = entry.op
  op.done, op.index, op.value, op.ok = true, entry.index, value, ok
  if op.entries then
    for i = 1, #op.entries do remove(op.entries[i]) end
  else
    remove(entry)
  end
  wake(op.task)
end

-- The running task's op for one channel.
local function single(what, ch, value)
  local task = current()
  local op = kept[task]
  if op then
    op.done, op.what, op.channel, op.sending, op.value, op.ok =
      false, what, ch, value, nil, nil
    return op
  end
  op = {task = task, what = what, channel = ch, sending = value, done = false,
    op = false, index = 1, value = nil, ok = nil, queue = nil, at = 0}
  op.op = op
  kept[task] = op
  return op
end

-- Parks the running task until somebody serves its op; from_host says whether
-- the host may lead to that. 'may_park' was called before the op was entered
-- anywhere: a wait that can't begin must leave nothing behind.
local function wait(op, from_host)
  local task = op.task
  waiting[task] = op
  repeat park(from_host) until op.done
  waiting[task] = nil
end


-- Host channels

-- What 'receive' gave: nil = nothing there, true and the value, or false =
-- closed and drained.
local function taken(ch, ok, from, ...)
  if ok then
    if ch.once then
      ch.drained, ch.handle = true, nil
    end
    return true, ch.convert(from, ...)
  elseif ok == false then
    ch.drained, ch.handle = true, nil
    return false
  elseif from then
    error(from, 0)  -- a refusal
  end
end

local function poll(ch)
  if ch.drained then return false end
  return taken(ch, receive(ch.handle))
end

-- Something arrived at a handle that was seen empty.
function lib.ready(handle)
  local sleeper = sleepers[handle]
  if sleeper then
    sleepers[handle] = nil
    receive(handle)
    sleeper.done = true
    return wake(sleeper.task)
  end
  local ch = handles[handle] or timer_handles[handle]
  if not ch then return end
  while true do
    local entry = front(ch.receivers)
    if not entry then return end
    local ok, value = poll(ch)
    if ok == nil then return end
    serve(entry, value, ok)
  end
end

-- Waits for a timer that nobody else knows of.
function lib.sleep(handle)
  may_park()
  if receive(handle) then return end
  local op = single("sleep")
  sleepers[handle] = op
  wait(op, true)
end

-- A channel that receives from a handle. 'convert' makes the value of what the
-- host gave: from, topic, payloads.
function lib.host_channel(handle, what, convert)
  local ch = setmetatable(
    {handle = handle, receivers = new_queue(), convert = convert, what = what}, meta)
  handles[handle] = ch
  return ch
end

function lib.timer_channel(handle, what, convert, once)
  local ch = setmetatable({handle = handle, receivers = new_queue(),
    convert = convert, once = once, what = what}, timer_meta)
  timer_handles[handle] = ch
  return ch
end


-- Local channels

channel = {}

-- channel.new([n = 0]): n values fit in before a sender waits.
function channel.new(n)
  n = n == nil and 0 or math.tointeger(n)
  if not n or n < 0 then
    error("bad argument #1 to 'new' (capacity expected: an integer, 0 or more)", 2)
  end
  return setmetatable({
    capacity = n, first = 1, last = 0, buffer = {},
    receivers = new_queue(), senders = new_queue(), what = "local",
  }, meta)
end

-- Ready to receive? nil = no; true, value; false = closed and drained.
local function try_receive(ch)
  if not ch.buffer then return poll(ch) end
  local sender = front(ch.senders)
  local first = ch.first
  if first <= ch.last then
    local value = ch.buffer[first]
    ch.buffer[first] = nil
    ch.first = first + 1
    if sender then
      local last = ch.last + 1
      ch.last = last
      ch.buffer[last] = sender.sending
      serve(sender, nil, true)
    elseif ch.first > ch.last then
      ch.first, ch.last = 1, 0
    end
    return true, value
  elseif sender then
    local value = sender.sending
    serve(sender, nil, true)
    return true, value
  elseif ch.closed then
    return false
  end
end

-- Sent? nil = would wait.
local function try_send(ch, value, level)
  if not ch.buffer then
    error("can't send on a channel that receives from the host (" .. ch.what
      .. "); use process.send", level + 1)
  elseif ch.closed then
    error("send on a closed channel", level + 1)
  end
  local receiver = front(ch.receivers)
  if receiver then
    serve(receiver, value, true)
    return true
  elseif ch.last - ch.first + 1 < ch.capacity then
    local last = ch.last + 1
    ch.last = last
    ch.buffer[last] = value
    return true
  end
end

local function check(ch, name)
  if not is_channel(ch) then
    error("calling '" .. name .. "' on a bad self (channel expected, got "
      .. type(ch) .. "); is it ch:" .. name .. "() with a colon?", 3)
  end
end

function Channel.receive(ch)
  check(ch, "receive")
  local ok, value = try_receive(ch)
  if ok == nil then
    may_park()
    local op = single("receive", ch)
    push(ch.receivers, op)
    wait(op, ch.handle)
    ok, value = op.ok, op.value
    op.value = nil
  end
  if ok then return value, true end
  return nil, false
end

function Channel.send(ch, value)
  check(ch, "send")
  if not try_send(ch, value, 2) then
    may_park()
    local op = single("send", ch, value)
    push(ch.senders, op)
    wait(op)
    op.sending = nil
    if not op.ok then error("send on a closed channel", 2) end
  end
  return true
end

function Channel.close(ch)
  check(ch, "close")
  if ch.closed then return end
  ch.closed = true
  if ch.handle then
    sys.close(ch.handle)
    if getmetatable(ch) == timer_meta then ch.drained, ch.handle = true, nil end
    if ch.forget then ch.forget() end
  end
  while true do
    local entry = front(ch.receivers)
    if not entry then break end
    serve(entry, nil, false)
  end
  while ch.senders do
    local entry = front(ch.senders)
    if not entry then break end
    serve(entry, nil, false)
  end
end

function Channel.case_receive(ch)
  check(ch, "case_receive")
  return setmetatable({channel = ch}, case_meta)
end

function Channel.case_send(ch, value)
  check(ch, "case_send")
  return setmetatable({channel = ch, send = true, value = value}, case_meta)
end

local function try_case(case)
  if case.send then return try_send(case.channel, case.value, 3) end
  return try_receive(case.channel)
end

-- channel.select{case, ... [, default = true]}: the first ready case in order.
function channel.select(cases)
  if type(cases) ~= "table" then
    error("bad argument #1 to 'select' (table of cases expected, got "
      .. (cases == nil and "no value" or type(cases)) .. ")", 2)
  end
  local n = #cases
  for i = 1, n do
    if getmetatable(cases[i]) ~= case_meta then
      error(("bad case #%d in 'select' (ch:case_receive() or ch:case_send(v) "
        .. "expected, got %s)"):format(i, is_channel(cases[i]) and "a channel"
        or type(cases[i])), 2)
    end
  end
  for i = 1, n do
    local case = cases[i]
    local ok, value = try_case(case)
    if ok ~= nil then
      return {channel = case.channel, value = value, ok = ok}
    end
  end
  if cases.default then return {default = true, ok = true} end
  may_park()
  local op = {task = current(), what = "select", entries = {}}
  local from_host = false
  for i = 1, n do
    local case = cases[i]
    local ch = case.channel
    local entry = {op = op, index = i, sending = case.value}
    op.entries[i] = entry
    push(case.send and ch.senders or ch.receivers, entry)
    if ch.handle then from_host = true end
  end
  wait(op, from_host)
  local case = cases[op.index]
  if case.send and not op.ok then error("send on a closed channel", 2) end
  return {channel = case.channel, value = op.value, ok = op.ok}
end


-- The error of a deadlock: no task can go on, and none waits for the host.
function lib.stuck()
  local lines = {}
  for task in pairs(sys.tasks()) do
    local op = waiting[task]
    local position, main = sys.position(task)
    local what
    if not op then
      what = "waits"
    elseif op.what == "select" then
      what = #op.entries == 0 and "waits in channel.select with no case"
        or ("waits in channel.select for one of %d local channels"):format(#op.entries)
    elseif op.what == "send" then
      what = "waits to send on a channel that nobody receives from"
    else
      what = "waits to receive from a channel that nobody sends on"
    end
    lines[#lines + 1] = ("%s %s (%s)"):format(
      main and "the main coroutine" or "a spawned coroutine", what, position)
  end
  table.sort(lines, function(a, b)
    local am, bm = a:sub(1, 3) == "the", b:sub(1, 3) == "the"
    if am ~= bm then return am end
    return a < b
  end)
  return lib.new_error("deadlock: " .. table.concat(lines, "; "), "Internal")
end
