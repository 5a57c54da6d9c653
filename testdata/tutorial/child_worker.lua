local function main()
    time.sleep("50ms")
    error("the child crashed")
end

return { main = main }
