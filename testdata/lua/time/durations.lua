for _, d in ipairs{"1h30m", "100ms", "1.5s", "2us", "3µs", "0", "-1m", "1h0m0.5s", "7ns"} do
  print(d, time.parse_duration(d))
end
--> =1h30m	1h30m0s
--> =100ms	100ms
--> =1.5s	1.5s
--> =2us	2µs
--> =3µs	3µs
--> =0	0s
--> =-1m	-1m0s
--> =1h0m0.5s	1h0m0.5s
--> =7ns	7ns
for _, d in ipairs{"", "1", "s", "1x", "1 s", "1.2.3s", ".s", "9999999999h", "1s2"} do
  local v, err = time.parse_duration(d)
  print(v, err:kind())
end
--> =nil	Invalid
--> =nil	Invalid
--> =nil	Invalid
--> =nil	Invalid
--> =nil	Invalid
--> =nil	Invalid
--> =nil	Invalid
--> =nil	Invalid
--> =nil	Invalid
local d = time.parse_duration("1.5s")
print(d:seconds(), d:milliseconds(), d:nanoseconds())  --> =1.5	1500	1500000000
print(d + d, d - time.SECOND, d * 2, 2 * d, d / 3, d / d, -d) --> =3s	500ms	3s	3s	500ms	1.0	-1.5s
print(d < time.parse_duration("2s"), d == time.parse_duration("1500ms"), d <= d) --> =true	true	true
print(time.sleep("-1s"))                               --> =nil	negative duration: -1s
print(time.after("soon"))                              --> ~^nil	bad duration "soon"
print(pcall(time.sleep))                               --> ~^false	.*duration expected, got no value
print(time.sleep(0), time.sleep("1ms"), time.sleep(1000), time.sleep(time.parse_duration("1us"))) --> =true	true	true	true

-- after: one Time, then closed
local ch = time.after("2ms")
local t, ok = ch:receive()
print(ok, t:unix() > 1600000000, t:after(time.now():add("-1m")), t:before(time.now():add("1m"))) --> =true	true	true	true
print(ch:receive())                                    --> =nil	false
local a = time.now()
print(a:add("1h"):sub(a), a:equal(a), a:add("1h") > a) --> =1h0m0s	true	true
print(tostring(a):match("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d.*Z$") ~= nil) --> =true

-- timers that nobody waits for are given back
for _ = 1, 30000 do time.after("1h") end
print("more than the limit of timers, one at a time")  --> =more than the limit of timers, one at a time
