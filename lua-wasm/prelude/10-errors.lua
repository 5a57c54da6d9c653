-- errors: objects that say what failed, and are texts wherever a text is wanted.
-- Raw fields: _message, _kind, _retryable, _details, _stack (glue/encode.c knows
-- them too). The host's refusals arrive as such objects.

local sys, lib = ...

local meta = lib.error_meta
local methods = {}
local kinds = {}
for _, kind in ipairs {
  "NotFound", "AlreadyExists", "Invalid", "PermissionDenied", "Unavailable",
  "Internal", "Canceled", "Conflict", "Timeout", "RateLimited", "LimitExceeded",
} do
  kinds[kind] = kind
end

function methods:message() return rawget(self, "_message") end
function methods:kind() return rawget(self, "_kind") or "Internal" end
function methods:retryable() return rawget(self, "_retryable") or false end
function methods:details() return rawget(self, "_details") end
function methods:stack() return rawget(self, "_stack") end

meta.__name = "error"

-- err:find("x") and the like: the methods of a string on the message.
function meta.__index(_, key)
  local method = methods[key]
  if method then return method end
  local f = string[key]
  if f then
    return function(self, ...) return f(tostring(self), ...) end
  end
end

function meta.__tostring(self)
  return rawget(self, "_message") or rawget(self, "_kind") or "error"
end

function meta.__concat(a, b) return tostring(a) .. tostring(b) end

function meta.__len(self) return #tostring(self) end

local function is_error(v) return getmetatable(v) == meta end

local function new(message, kind)
  return setmetatable({_message = message, _kind = kind}, meta)
end

errors = {}

function errors.new(what)
  if type(what) == "string" then return new(what, "Internal") end
  if type(what) ~= "table" or is_error(what) then
    error("bad argument #1 to 'new' (string or table expected, got "
      .. (is_error(what) and "error" or type(what)) .. ")", 2)
  end
  local e = new(tostring(what.message or what.kind or "error"), what.kind)
  if what.kind ~= nil and type(what.kind) ~= "string" then
    error("bad field 'kind' in argument #1 to 'new' (string expected, got "
      .. type(what.kind) .. ")", 2)
  end
  if what.retryable ~= nil then e._retryable = what.retryable and true or false end
  e._details = what.details
  return e
end

-- The same error with the context before its message.
function errors.wrap(err, context)
  if err == nil then return nil end
  local message = tostring(context) .. ": " .. tostring(err)
  if not is_error(err) then return new(message, "Internal") end
  return setmetatable({
    _message = message,
    _kind = rawget(err, "_kind"),
    _retryable = rawget(err, "_retryable"),
    _details = rawget(err, "_details"),
    _stack = rawget(err, "_stack"),
  }, meta)
end

function errors.is(err, kind)
  return is_error(err) and err:kind() == kind
end

for name, kind in pairs(kinds) do errors[name] = kind end

lib.new_error = new

-- Raises as C functions do, at the caller of the function that checks.
function lib.check(n, name, value, expected)
  if type(value) ~= expected then
    error(("bad argument #%d to '%s' (%s expected, got %s)"):format(
      n, name, expected, value == nil and "no value" or type(value)), 3)
  end
end
