-- boot: require, and the body of the main task.
--
-- lib.settings comes with the image: {entry = id, method = name, script = true
-- for a file without a manifest, imports = {[chunk name] = {[alias] = id}},
-- modules = {names}}. lib.chunks has the compiled chunks: "" is the entry's,
-- the others stand under their library's id.

local sys, lib = ...

local builtin = {
  process = process, channel = channel, time = time, errors = errors,
  coroutine = coroutine, string = string, table = table, math = math,
  utf8 = utf8, os = os,
}

local loaded = {}
local loading = {}

local function available(imports)
  local names = {}
  for name in pairs(imports) do names[#names + 1] = name end
  for name in pairs(builtin) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, ", ")
end

function require(name)
  lib.check(1, "require", name, "string")
  local imports = (lib.settings.imports or {})[sys.caller()] or {}
  local id = imports[name]
  if not id then
    if builtin[name] then return builtin[name] end
    error(("module '%s' not found; there is %s"):format(name, available(imports)), 2)
  end
  if loaded[id] == nil then
    if loading[id] then
      error(("module '%s' (%s) requires itself"):format(name, id), 2)
    end
    loading[id] = true
    local value = sys.invoke(lib.chunks[id], name, id)
    loading[id] = nil
    loaded[id] = value == nil and true or value
  end
  return loaded[id]
end

local function method_of(value, name)
  if type(value) == "function" then return value end
  return type(value) == "table" and value[name] or nil
end

function lib.boot(pid, ...)
  lib.pid = pid
  local settings = lib.settings
  if settings.script then
    local results = table.pack(sys.invoke(lib.chunks[""], ...))
    local main = method_of(results[1], "main")
    if main then return sys.invoke(main, ...) end
    return table.unpack(results, 1, results.n)
  end
  local value = sys.invoke(lib.chunks[""])
  local method = method_of(value, settings.method)
  if type(method) ~= "function" then
    error(("entry %s: the module must return a function or a table with '%s'; it returned %s"):format(
      settings.entry, settings.method,
      type(value) == "table" and "a table without it" or type(value)), 0)
  end
  return sys.invoke(method, ...)
end
