local function main()
    time.sleep("100ms")
    return "long work done"
end

return { main = main }
