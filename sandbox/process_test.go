package sandbox_test

import (
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/luahive/luahive/abi"
	"github.com/luahive/luahive/sandbox"
)

func TestResult(t *testing.T) {
	exit := script(t, `return function(a, b) return {sum = a + b} end`, 2, 3)
	require.Nil(t, exit.Err)
	require.Equal(t, int64(5), exit.Result.(*abi.Table).Get("sum"))
	require.NotZero(t, exit.Units)
}

func TestFailure(t *testing.T) {
	for _, c := range []struct {
		name, source  string
		kind, message string
		traceback     []string
	}{
		{"error", "local function inner()\n  error('boom')\nend\nreturn function() inner() end",
			"Internal", "test.lua:2: boom", []string{"test.lua:2: in upvalue 'inner'", "test.lua:4: in function"}},
		{"returned text", "return function() return false, 'why' end", "Internal", "why", nil},
		{"returned error", "return function() return nil, errors.new{message = 'gone', kind = 'NotFound'} end", "NotFound", "gone", nil},
		{"raised object", "return function() error(errors.new{message = 'no', kind = 'Conflict'}) end", "Conflict", "no", []string{"test.lua:1"}},
		{"raised table", "return function() error({}) end", "Internal", "(error object is a table value)", nil},
		{"raised nil", "return function() error() end", "Internal", "(error object is a nil value)", nil},
		{"spawned coroutine", "return function() coroutine.spawn(function() error('inside') end) time.sleep('1h') end",
			"Internal", "test.lua:1: inside", nil},
		{"top level", "local x = nil + 1", "Internal", "test.lua:1: attempt to perform arithmetic on a nil value", nil},
		{"unsendable result", "return function() return {cb = print} end", "Invalid", "result.cb: can't send a function", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			exit := script(t, c.source)
			require.NotNil(t, exit.Err)
			require.Equal(t, c.message, exit.Err.Message)
			require.Equal(t, c.kind, exit.Err.Kind)
			for _, line := range c.traceback {
				require.Contains(t, exit.Err.Traceback, line)
			}
			require.NotContains(t, exit.Err.Traceback, "[luahive]")
		})
	}
}

func TestNotFailure(t *testing.T) {
	for _, source := range []string{
		"return function() return false end",
		"return function() return nil, 5 end",
		"return function() return true, {} end",
		"return function() coroutine.spawn(function() time.sleep('1h') end) end",
	} {
		require.Nil(t, script(t, source).Err, source)
	}
}

func TestDeadlockNamesWhatEachWaitsFor(t *testing.T) {
	exit := script(t, `
local a, b = channel.new(), channel.new()
return function()
  coroutine.spawn(function()
    b:send(1)
  end)
  a:receive()
end`)
	require.NotNil(t, exit.Err)
	require.Equal(t, "deadlock: the main coroutine waits to receive from a channel that nobody sends on (test.lua:7); "+
		"a spawned coroutine waits to send on a channel that nobody receives from (test.lua:5)", exit.Err.Message)
}

// TestTwoHundredAtOnce keeps two hundred processes alive together, each of which
// answers one message.
func TestTwoHundredAtOnce(t *testing.T) {
	rt := newRuntime(t, sandbox.Options{})
	app, err := rt.Load(application(map[string]string{
		"echo": `return function(n) return n * process.listen("x"):receive() end`,
	}))
	require.NoError(t, err)
	var all []*sandbox.Process
	for i := range 200 {
		p, err := app.Spawn("t:echo", "", i)
		require.NoError(t, err)
		all = append(all, p)
	}
	require.Equal(t, 200, rt.Stats().Processes)
	for _, p := range all {
		require.NoError(t, p.Send("x", 10))
	}
	for i, p := range all {
		exit := wait(t, p)
		require.Nil(t, exit.Err)
		require.Equal(t, int64(10*i), exit.Result)
	}
}

// TestTenThousandLeaveNothing starts and ends ten thousand processes, and wants
// memory, goroutines and slots to be what they were after the first thousand.
func TestTenThousandLeaveNothing(t *testing.T) {
	rt := newRuntime(t, sandbox.Options{Idle: 64})
	app, err := rt.Load(application(map[string]string{
		"one": `return function(n) local t = {} for i = 1, 100 do t[i] = {i} end return #t + n end`,
	}))
	require.NoError(t, err)
	batch := func(n int) {
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for i := range n / 4 {
					p, err := app.Spawn("t:one", "", i)
					if err != nil {
						t.Error(err)
						return
					}
					<-p.Done()
				}
			})
		}
		group.Wait()
	}
	settle := func() (goroutines int, heap uint64, slots int) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return runtime.NumGoroutine(), m.HeapAlloc, rt.Stats().Slots
	}
	batch(1000)
	goroutines, heap, slots := settle()
	batch(9000)
	require.Eventually(t, func() bool {
		g, h, s := settle()
		return g <= goroutines+8 && h <= heap+4<<20 && s <= slots+64
	}, 10*time.Second, 10*time.Millisecond)
	require.Zero(t, rt.Stats().Processes)
	require.Zero(t, rt.Stats().Seats)
}

// TestFreshSeeds wants processes of one image to have random numbers and an
// order of hashes of their own.
func TestFreshSeeds(t *testing.T) {
	rt := newRuntime(t, sandbox.Options{})
	app, err := rt.Load(application(map[string]string{"r": `
return function()
  local t = {}
  for i = 1, 50 do t["key" .. i] = true end
  local order = {}
  for k in pairs(t) do order[#order + 1] = k end
  return math.random(0) .. " " .. table.concat(order, ",")
end`}))
	require.NoError(t, err)
	randoms, orders := map[string]bool{}, map[string]bool{}
	for range 8 {
		exit := runToEnd(t, app, "t:r")
		require.Nil(t, exit.Err)
		r, order, _ := strings.Cut(exit.Result.(string), " ")
		randoms[r], orders[order] = true, true
	}
	require.Len(t, randoms, 8)
	require.Greater(t, len(orders), 4)
}

// TestStringsOfImageAndProcess wants a text to be one string whether the image
// or the process made it, as a key too, short or long.
func TestStringsOfImageAndProcess(t *testing.T) {
	exit := script(t, `
local short = {alpha = 1}
local long = {["a key that is longer than the forty bytes of a short string"] = 2}
return function()
  assert(short["al" .. "pha"] == 1)
  assert(long[("a key that is longer than the forty bytes "):sub(1) .. "of a short string"] == 2)
  assert(("str" .. "ing"):sub(1) == "string" and _G["str" .. "ing"] == string)
  local t = {}
  t[table.concat{"a key that is longer", " than the forty bytes of a short string"}] = 3
  assert(t["a key that is longer than the forty bytes of a short string"] == 3)
  return true
end`)
	require.Nil(t, exit.Err)
}
