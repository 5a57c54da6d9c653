print(("%5.2f|%d|%s|%q|%x"):format(3.14159, 42, "s", "a\nb", 255)) --> ~^ 3.14|42|s|
--> ~b"|ff$
print(1e15, 1e100, 0.1, 1/3, -0.0, 2^53)               --> =1e+15	1e+100	0.1	0.33333333333333	-0.0	9.007199254741e+15
print(math.huge, -math.huge, tostring(0/0):gsub("-", "")) --> =inf	-inf	nan	1
print(tonumber("0x1p4"), tonumber("1e1"), tonumber(" 10 "), tonumber("z", 36)) --> =16.0	10.0	10	35
print(("x"):rep(3, ","), ("abc"):upper(), #("x"):rep(1000)) --> =x,x,x	ABC	1000
print(string.pack(">I4", 1):byte(1, -1))               --> =0	0	0	1
print(utf8.char(228, 8364), utf8.len("äö"))            --> =ä€	2
print(("key=value"):match("(%w+)=(%w+)"))              --> =key	value
print(os.time{year=2020, month=1, day=1, hour=12}, os.date("!%Y-%m-%d", 0)) --> =1577880000	1970-01-01
print(type(os.clock()), os.time() > 1.6e9)             --> =number	true
