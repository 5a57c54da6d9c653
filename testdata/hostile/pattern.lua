-- dies: terminated
string.find(("a"):rep(200000), ("a*"):rep(20) .. "b")
