-- dies: terminated
load(function() return " " end)
