-- dies: memory
-- catches what it may, and goes on eating until even that fails
local hoard = {}
local function eat() while true do hoard[#hoard + 1] = {hoard} end end
for _ = 1, 100 do pcall(eat) end
eat()
