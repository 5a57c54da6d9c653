-- process: what isn't a plain call of the host. Spawning, sending, monitors,
-- links and names are C functions (glue/host.c).

local sys, lib = ...

process.event = {EXIT = "EXIT", LINK_DOWN = "LINK_DOWN", CANCEL = "CANCEL"}

function process.pid() return lib.pid end
function process.id() return lib.settings.entry end


-- A Message's topic, sender and payload are methods. As fields they print,
-- concatenate and index as the value, since msg.topic is often meant so.

local field_meta = lib.field_meta
field_meta.__name = "field"
function field_meta.__call(f) return f[1] end
function field_meta.__tostring(f) return tostring(f[1]) end
function field_meta.__len(f) return #f[1] end
function field_meta.__index(f, key)
  local value = rawget(f, 1)
  if value ~= nil then return value[key] end
end
function field_meta.__pairs(f) return pairs(f[1]) end
function field_meta.__concat(a, b)
  if getmetatable(a) == field_meta then a = a[1] end
  if getmetatable(b) == field_meta then b = b[1] end
  return a .. b
end

local slots = {topic = 2, from = 1, payload = 3}
local message_meta = {__name = "message"}
function message_meta.__index(m, key)
  local slot = slots[key]
  return slot and setmetatable({(rawget(m, slot))}, field_meta)
end
function message_meta.__tostring(m)
  return ("message: %s from %s"):format(rawget(m, 2), rawget(m, 1) or "outside")
end

-- No payload is nil, one is the value, several are an array.
local function payload(...)
  local n = select("#", ...)
  if n <= 1 then return (...) end
  return {...}
end

local function to_payload(_, _, ...) return payload(...) end

local function to_message(from, topic, ...)
  return setmetatable({from, topic, payload(...)}, message_meta)
end


local listeners = {}

function process.listen(topic, options)
  lib.check(1, "listen", topic, "string")
  if options ~= nil then lib.check(2, "listen", options, "table") end
  local convert = options and options.message and to_message or to_payload
  local ch = listeners[topic]
  if ch then
    if ch.convert ~= convert then
      return nil, lib.new_error(("already listening on %q, %s {message = true}"):format(
        topic, ch.convert == to_message and "with" or "without"), "Conflict")
    end
    return ch
  end
  local handle, err = sys.listen(topic)
  if not handle then return nil, err end
  ch = lib.host_channel(handle, ("listen %q"):format(topic), convert)
  ch.forget = function() listeners[topic] = nil end
  listeners[topic] = ch
  return ch
end

function process.unlisten(ch)
  if type(ch) ~= "table" or not ch.forget then
    error("bad argument #1 to 'unlisten' (channel of process.listen expected)", 2)
  end
  ch:close()
  return true
end

local inbox, events

function process.inbox()
  if not inbox then
    local handle, err = sys.inbox()
    if not handle then return nil, err end
    inbox = lib.host_channel(handle, "inbox", to_message)
    inbox.forget = function() inbox = nil end
  end
  return inbox
end

local function to_event(from, kind, at, a, b)
  local event = {kind = kind, from = from, at = at}
  if kind == "EXIT" then
    event.result, event.error = a, b
  elseif kind == "LINK_DOWN" then
    event.error = a
  else
    event.reason = a
  end
  return event
end

function process.events()
  if not events then
    local handle, err = sys.events()
    if not handle then return nil, err end
    events = lib.host_channel(handle, "events", to_event)
    events.forget = function() events = nil end
  end
  return events
end


local options = {trap_links = false}
local option_numbers = {trap_links = 1}

local function refuse(message)
  return false, lib.new_error(message, "Invalid")
end

function process.set_options(changes)
  if type(changes) ~= "table" then
    return refuse("options: table expected, got " .. type(changes))
  end
  for name, value in pairs(changes) do
    if not option_numbers[name] then
      return refuse(("options: there is no option %s; there is trap_links"):format(
        tostring(name)))
    elseif type(value) ~= "boolean" then
      return refuse(("options: %s: boolean expected, got %s"):format(name, type(value)))
    end
  end
  for name, value in pairs(changes) do
    local ok, err = sys.set_option(option_numbers[name], value)
    if not ok then return false, err end
    options[name] = value
  end
  return true
end

function process.get_options()
  return {trap_links = options.trap_links}
end
