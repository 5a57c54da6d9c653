local function main()
    return "all done"
end

return { main = main }
