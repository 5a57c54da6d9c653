-- time: durations as Go writes them, points in time, sleeping and timers.
-- All of it counts nanoseconds in integers.

local sys, lib = ...

local units = {
  ns = 1, us = 1000, ["µs"] = 1000, ["μs"] = 1000, ms = 1000000,
  s = 1000000000, m = 60000000000, h = 3600000000000,
}

local Duration, Time = {}, {}
local duration_meta = {__index = Duration, __name = "duration"}
local time_meta = {__index = Time, __name = "time"}

local function invalid(message) return nil, lib.new_error(message, "Invalid") end

local function duration(ns) return setmetatable({ns = ns}, duration_meta) end

local hint = "; write it as \"1h30m\", \"100ms\" or \"1.5s\""

-- Nanoseconds of a Go duration, or nil and an error.
local function parse(text)
  local sign, rest = text:match("^([-+]?)(.*)$")
  if rest == "0" then return 0 end
  if rest == "" then return invalid(("bad duration %q"):format(text) .. hint) end
  local total = 0
  while rest ~= "" do
    local number, unit, more = rest:match("^([%d.]+)([^%d.]*)(.*)$")
    if not number or not number:match("^%d*%.?%d*$") or number == "." then
      return invalid(("bad duration %q"):format(text) .. hint)
    elseif unit == "" then
      return invalid(("bad duration %q: it lacks a unit"):format(text) .. hint)
    elseif not units[unit] then
      return invalid(("bad duration %q: there is no unit %q"):format(text, unit) .. hint)
    end
    local whole, fraction = number:match("^(%d*)%.?(%d*)$")
    local scale = units[unit]
    local value = (tonumber(whole) or 0) * scale
    if fraction ~= "" then
      value = value + math.floor(tonumber("0." .. fraction) * scale + 0.5)
    end
    value = math.tointeger(value)
    total = value and total + value
    if not total or total < 0 or #whole > 19 or total < (value or 0) then
      return invalid(("bad duration %q: more than 292 years"):format(text))
    end
    rest = more
  end
  return sign == "-" and -total or total
end

-- Nanoseconds of whatever a script may give as a duration.
local function nanoseconds(d, name, level)
  if type(d) == "string" then return parse(d) end
  if getmetatable(d) == duration_meta then return d.ns end
  if type(d) == "number" then
    local ns = math.tointeger(d)
    if not ns and d == d and d > -2^63 and d < 2^63 then ns = math.floor(d) end
    if ns then return ns end
    return invalid("bad duration: " .. tostring(d))
  end
  error(("bad argument #1 to '%s' (duration expected, got %s)"):format(
    name, d == nil and "no value" or type(d)), level + 1)
end

local function delay(d, name)
  local ns, err = nanoseconds(d, name, 3)
  if not ns then return nil, err end
  if ns < 0 then return invalid("negative duration: " .. tostring(duration(ns))) end
  return ns
end


-- Duration

function Duration:nanoseconds() return self.ns end
function Duration:milliseconds() return self.ns // 1000000 end
function Duration:seconds() return self.ns / 1e9 end

local function operand(v)
  if getmetatable(v) == duration_meta then return v.ns end
  local n = math.tointeger(v)
  if n then return n end
  error("duration or integer expected, got " .. type(v), 3)
end

function duration_meta.__add(a, b) return duration(operand(a) + operand(b)) end
function duration_meta.__sub(a, b) return duration(operand(a) - operand(b)) end
function duration_meta.__unm(a) return duration(-a.ns) end
function duration_meta.__eq(a, b) return a.ns == b.ns end
function duration_meta.__lt(a, b) return operand(a) < operand(b) end
function duration_meta.__le(a, b) return operand(a) <= operand(b) end

function duration_meta.__mul(a, b)
  if getmetatable(b) == duration_meta then a, b = b, a end
  if type(b) ~= "number" then error("a duration times a number expected", 2) end
  return duration(math.type(b) == "integer" and a.ns * b or math.floor(a.ns * b))
end

function duration_meta.__div(a, b)
  if getmetatable(a) == duration_meta and getmetatable(b) == duration_meta then
    return a.ns / b.ns
  elseif type(b) == "number" then
    return duration(math.floor(a.ns / b))
  end
  error("a duration divided by a number or a duration expected", 2)
end

-- As Go prints it.
function duration_meta.__tostring(d)
  local ns = d.ns
  local sign = ns < 0 and "-" or ""
  if ns < 0 then ns = -ns end
  local function short(unit, scale)
    return (("%s%.9f"):format(sign, ns / scale):gsub("0+$", ""):gsub("%.$", "")) .. unit
  end
  if ns == 0 then return "0s" end
  if ns < 1000 then return sign .. ns .. "ns" end
  if ns < 1000000 then return short("µs", 1000) end
  if ns < 1000000000 then return short("ms", 1000000) end
  local hours, minutes = ns // units.h, ns % units.h // units.m
  local rest = ns % units.m
  local seconds = ("%d.%09d"):format(rest // units.s, rest % units.s)
  seconds = seconds:gsub("0+$", ""):gsub("%.$", "") .. "s"
  if hours > 0 then return ("%s%dh%dm%s"):format(sign, hours, minutes, seconds) end
  if minutes > 0 then return ("%s%dm%s"):format(sign, minutes, seconds) end
  return sign .. seconds
end


-- Time

local function point(ns) return setmetatable({ns = ns}, time_meta) end

local function other(t, name)
  if getmetatable(t) ~= time_meta then
    error(("bad argument #1 to '%s' (time expected, got %s)"):format(name, type(t)), 3)
  end
  return t.ns
end

function Time:unix() return self.ns // 1000000000 end
function Time:unix_nano() return self.ns end
function Time:sub(t) return duration(self.ns - other(t, "sub")) end
function Time:before(t) return self.ns < other(t, "before") end
function Time:after(t) return self.ns > other(t, "after") end
function Time:equal(t) return self.ns == other(t, "equal") end

function Time:add(d)
  local ns, err = nanoseconds(d, "add", 2)
  if not ns then return nil, err end
  return point(self.ns + ns)
end

function time_meta.__eq(a, b) return a.ns == b.ns end
function time_meta.__lt(a, b) return a.ns < b.ns end
function time_meta.__le(a, b) return a.ns <= b.ns end

function time_meta.__tostring(t)
  local text = os.date("!%Y-%m-%dT%H:%M:%S", t.ns // 1000000000)
  local fraction = ("%09d"):format(t.ns % 1000000000):gsub("0+$", "")
  return text .. (fraction ~= "" and "." .. fraction or "") .. "Z"
end


time = {
  NANOSECOND = 1, MICROSECOND = 1000, MILLISECOND = 1000000,
  SECOND = 1000000000, MINUTE = 60000000000, HOUR = 3600000000000,
}

function time.now() return point(sys.now()) end

function time.parse_duration(text)
  lib.check(1, "parse_duration", text, "string")
  local ns, err = parse(text)
  if not ns then return nil, err end
  return duration(ns)
end

local function fired(_, _, ns) return point(ns) end

-- time.after(d): a channel that gives one Time, then is closed.
function time.after(d)
  local ns, err = delay(d, "after")
  if not ns then return nil, err end
  local handle
  handle, err = sys.timer(ns)
  if not handle then return nil, err end
  return lib.timer_channel(handle, "timer", fired, true)
end

function time.sleep(d)
  local ns, err = delay(d, "sleep")
  if not ns then return nil, err end
  local handle
  handle, err = sys.timer(ns)
  if not handle then return nil, err end
  lib.sleep(handle)
  return true
end

