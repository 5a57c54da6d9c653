local function main()
    error("something went wrong")
end

return { main = main }
