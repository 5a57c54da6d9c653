-- dies: terminated
while true do end
