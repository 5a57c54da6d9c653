/*
** guest.c
** The exports: what the host calls, in this order. To build an image: 'init',
** then 'load' for each chunk, then 'seal'. For a process: 'step', at first with
** what it starts with, then each time something is ready. Each export enters Lua through
** lh_protect; the link-time pass refuses the module otherwise.
*/
#define LUA_LIB

#include <stdlib.h>
#include <string.h>

#include "lua.h"
#include "lauxlib.h"
#include "lualib.h"

#include "abi.h"
#include "guest.h"
#include "prelude_data.h"
#include "protect.h"

#define export(name)	__attribute__((export_name(name)))

lh_Guest lh_guest;

/* registry keys of what the prelude gives back, and of the loaded chunks */
#define KEY_PRELUDE	"luahive.prelude"  /* {boot, ready, deadlock, ...} */
#define KEY_CHUNKS	"luahive.chunks"   /* {[library id or ""] = function} */

/* what the prelude gives that is called here */
enum { BOOT, READY, STUCK, N_REFS };
static const char *const prelude_names[N_REFS] = {"boot", "ready", "stuck"};
static int prelude_refs[N_REFS];

#define FIRST_IN	1024
#define FIRST_OUT	1024


extern void __wasm_call_ctors (void);

/* defined here so that the linker doesn't wrap each export to call it */
export("_initialize") void _initialize (void) {
  __wasm_call_ctors();
}


export("abi_version") int lh_abi_version (void) {
  return LH_ABI_VERSION;
}


/*
** The pass calls this when the units of a slice are used up. It may be in the
** middle of anything, so it touches neither Lua nor the heap.
*/
export("luahive_fuel_out") void luahive_fuel_out (void) {
  lh_set_fuel(lh_host_tick());
}


export("reserve") unsigned char *lh_reserve (unsigned int size) {
  lh_Buffer *b = &lh_guest.in;
  if (b->cap < size) {
    unsigned char *data = (unsigned char *)realloc(b->data, size);
    if (data == NULL)
      return NULL;
    b->data = data;
    b->cap = size;
  }
  return b->data;
}


/*
** Memory from libc; the host's limit is the limit of the linear memory. While
** an image is being made, what is freed is cleared: each page that isn't zero
** is copied at every spawn.
*/
static int building = 1;


static void *allocate (void *ud, void *block, size_t old, size_t size) {
  void *moved;
  (void)ud;
  if (l_likely(!building) || block == NULL) {
    if (size != 0)
      return realloc(block, size);
    free(block);
    return NULL;
  }
  moved = size == 0 ? NULL : malloc(size);
  if (size != 0) {
    if (moved == NULL)
      return NULL;
    memcpy(moved, block, old < size ? old : size);
  }
  memset(block, 0, old);
  free(block);
  return moved;
}


/* Nothing can reach this but a bug: each entry into Lua is protected. */
static int panic (lua_State *L) {
  const char *message = lua_tostring(L, -1);
  if (message == NULL)
    message = "error in error handling";
  lh_host_log(LH_LOG_ERROR, message, strlen(message));
  return 0;
}


/* Runs a C function in Lua's protection; its status. */
static int call (lua_CFunction f, int nargs, int nresults) {
  lua_State *L = lh_guest.L;
  lua_pushcfunction(L, f);
  lua_insert(L, -nargs - 1);
  return lua_pcall(L, nargs, nresults, 0);
}


/*
** {==================================================================
** init: Lua's libraries and the prelude
** ===================================================================
*/

static const luaL_Reg libraries[] = {
  {LUA_GNAME, luaopen_base},
  {LUA_TABLIBNAME, luaopen_table},
  {LUA_OSLIBNAME, luaopen_os},
  {LUA_STRLIBNAME, luaopen_string},
  {LUA_MATHLIBNAME, luaopen_math},
  {LUA_UTF8LIBNAME, luaopen_utf8},
  {LUA_COLIBNAME, lh_open_coroutine},
  {NULL, NULL}
};


/*
** Each file of the prelude is called with the 'sys' table and the prelude's
** shared table, in the order of their names.
*/
static int open_all (lua_State *L) {
  const luaL_Reg *lib;
  size_t i;
  for (lib = libraries; lib->func; lib++) {
    luaL_requiref(L, lib->name, lib->func, 1);
    lua_pop(L, 1);
  }
  lua_pushglobaltable(L);
  lh_open_base(L);
  lua_pop(L, 1);
  lh_task_open(L);
  lh_random_open(L);
  luaL_newmetatable(L, LH_ERROR_META);
  luaL_newmetatable(L, LH_FIELD_META);
  lua_newtable(L);
  lua_setfield(L, LUA_REGISTRYINDEX, KEY_CHUNKS);
  lua_settop(L, 0);
  lh_open_host(L);
  lua_newtable(L);  /* the prelude's own */
  luaL_getmetatable(L, LH_ERROR_META);
  lua_setfield(L, 2, "error_meta");
  luaL_getmetatable(L, LH_FIELD_META);
  lua_setfield(L, 2, "field_meta");
  lua_getfield(L, LUA_REGISTRYINDEX, KEY_CHUNKS);
  lua_setfield(L, 2, "chunks");
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_getglobal(L, "process");
  lua_setfield(L, -2, "process");  /* messages name its functions by it */
  lua_pop(L, 1);
  for (i = 0; i < lh_prelude_count; i++) {
    if (luaL_loadbufferx(L, (const char *)lh_prelude[i].data,
                         lh_prelude[i].size, "=[luahive]", "t") != LUA_OK)
      lua_error(L);
    lh_strip(L);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_call(L, 2, 0);
    memset(lh_prelude[i].data, 0, lh_prelude[i].size);  /* see 'allocate' */
  }
  for (i = 0; i < (size_t)N_REFS; i++) {
    lua_getfield(L, -1, prelude_names[i]);
    prelude_refs[i] = luaL_ref(L, LUA_REGISTRYINDEX);
  }
  lua_setfield(L, LUA_REGISTRYINDEX, KEY_PRELUDE);
  return 0;
}


static void init (void *ud) {
  int *status = (int *)ud;
  lua_State *L = lua_newstate(allocate, NULL);
  if (L == NULL)
    return;
  lua_atpanic(L, panic);
  lh_guest.L = L;
  lh_guest.out.data = (unsigned char *)malloc(FIRST_OUT);
  lh_guest.out.cap = FIRST_OUT;
  if (lh_reserve(FIRST_IN) == NULL || lh_guest.out.data == NULL)
    return;
  *status = call(open_all, 0, 0);
  if (*status != LUA_OK)
    panic(L);
}


export("init") int lh_init (void) {
  int status = -1;
  return lh_protect(init, &status) ? -1 : status;
}

/* }================================================================== */


/*
** {==================================================================
** load, seal: the rest of an image
** ===================================================================
*/

typedef struct Load {
  int kind;
  size_t size;
  int result;
} Load;


static int load_chunk (lua_State *L) {
  Load *load = (Load *)lua_touserdata(L, 1);
  lh_Buffer *b = &lh_guest.in;
  size_t at = 0;
  lua_settop(L, 0);
  if (load->kind == LH_LOAD_MAIN)
    lua_pushliteral(L, "");
  while (at < load->size)
    at += lh_decode(L, b->data + at, load->size - at);
  if (load->kind == LH_LOAD_SETTINGS) {
    lua_getfield(L, LUA_REGISTRYINDEX, KEY_PRELUDE);
    lua_insert(L, 1);
    lua_settop(L, 2);
    lua_setfield(L, 1, "settings");
  }
  else {
    size_t size;
    const char *source = lua_tolstring(L, 3, &size);
    lua_getfield(L, LUA_REGISTRYINDEX, KEY_CHUNKS);
    lua_pushvalue(L, 1);
    if (luaL_loadbufferx(L, source, size, lua_tostring(L, 2), "t") != LUA_OK)
      return lua_error(L);
    lua_rawset(L, -3);
  }
  return 0;
}


static void load (void *ud) {
  Load *load = (Load *)ud;
  lua_State *L = lh_guest.L;
  lua_settop(L, 0);
  lua_pushlightuserdata(L, load);
  if (call(load_chunk, 1, 0) == LUA_OK)
    load->result = 0;
  else {  /* the message goes into the buffer */
    size_t size;
    const char *message = lua_tolstring(L, -1, &size);
    if (message == NULL || lh_reserve((unsigned int)size) == NULL)
      return;
    memcpy(lh_guest.in.data, message, size);
    load->result = (int)size;
  }
  lua_settop(L, 0);
}


/*
** Compiles what stands in the buffer. 0, or the length of the message that
** stands there instead; -1 when there is no memory even for that.
*/
export("load") int lh_load (int kind, unsigned int size) {
  Load l;
  l.kind = kind;
  l.size = size;
  l.result = -1;
  return lh_protect(load, &l) ? -1 : l.result;
}


static int seal_all (lua_State *L) {
  lua_gc(L, LUA_GCCOLLECT);
  lua_gc(L, LUA_GCCOLLECT);
  lh_random_seal(L);
  return 0;
}


/* Clears a buffer, and makes it as small as at first. */
static void shrink (lh_Buffer *b, size_t size) {
  memset(b->data, 0, b->cap);
  if (b->cap > size) {
    free(b->data);
    b->data = (unsigned char *)malloc(size);
    b->cap = b->data == NULL ? 0 : size;
  }
}


static void seal (void *ud) {
  int *status = (int *)ud;
  lua_State *L = lh_guest.L;
  lua_settop(L, 0);
  *status = call(seal_all, 0, 0);
  if (*status != LUA_OK)
    panic(L);
  lua_settop(L, 0);
  shrink(&lh_guest.in, FIRST_IN);  /* it held the script's source */
  building = 0;
}


/* Tidies the memory up before the host takes the image of it. */
export("seal") int lh_seal (void) {
  int status = -1;
  return lh_protect(seal, &status) ? -1 : status;
}

/* }================================================================== */


/*
** {==================================================================
** step: a process
** ===================================================================
*/

typedef struct Run {
  int handle;   /* that became ready, 0 = none */
  size_t size;  /* of what stands in the buffer at the start; then 0 */
  int status;   /* LH_WAITS or LH_DONE */
} Run;


/*
** Runs tasks until none can go on, or the process is at its end. The outcome
** is told to the host before this returns LH_DONE.
*/
static int run_tasks (lua_State *L) {
  lua_State *task;
  while ((task = lh_task_next()) != NULL) {
    int status, nresults;
    int nargs = lua_status(task) == LUA_YIELD ? 0 : lua_gettop(task) - 1;
    lh_guest.current = task;
    lh_guest.blockable = 1;
    lh_let_finalizers(L);
    status = lua_resume(task, L, nargs, &nresults);
    lh_guest.current = NULL;
    if (status == LUA_YIELD)
      lua_pop(task, nresults);  /* it parked */
    else if (status == LUA_OK && task != lh_guest.main)
      lh_task_end(L, task);
    else {
      if (status == LUA_OK)
        lh_succeed(L, task, nresults);
      else
        lh_fail(L, task, status);
      return LH_DONE;
    }
  }
  return LH_WAITS;
}


static int run (lua_State *L) {
  Run *r = (Run *)lua_touserdata(L, 1);
  lua_settop(L, 0);
  if (r->size > 0) {  /* pid, seed, arguments */
    const unsigned char *data = lh_guest.in.data;
    size_t seed_size, at = 0;
    const char *seed;
    lua_rawgeti(L, LUA_REGISTRYINDEX, prelude_refs[BOOT]);
    lh_hold_finalizers(L);
    at += lh_decode(L, data, r->size);
    at += lh_decode(L, data + at, r->size - at);
    seed = luaL_checklstring(L, 3, &seed_size);
    lh_random_start(L, (const unsigned char *)seed, seed_size);
    lua_settop(L, 2);
    while (at < r->size) {
      luaL_checkstack(L, 8, "too many arguments");
      at += lh_decode(L, data + at, r->size - at);
    }
    lh_let_finalizers(L);
    lh_guest.main = lh_task_new(L, lua_gettop(L) - 1);
    lua_settop(L, 0);
  }
  else if (r->handle != 0) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, prelude_refs[READY]);
    lua_pushinteger(L, r->handle);
    lua_call(L, 1, 0);
  }
  r->status = run_tasks(L);
  if (r->status == LH_WAITS && lh_guest.outside == 0) {  /* deadlock */
    lua_rawgeti(L, LUA_REGISTRYINDEX, prelude_refs[STUCK]);
    lua_call(L, 0, 1);  /* the error object */
    luaL_checkstack(lh_guest.main, 1, NULL);
    lua_xmove(L, lh_guest.main, 1);
    lh_fail(L, lh_guest.main, LUA_ERRRUN);
    r->status = LH_DONE;
  }
  return 0;
}


static void step (void *ud) {
  Run *r = (Run *)ud;
  lua_State *L = lh_guest.L;
  int status;
  lua_settop(L, 0);
  lua_pushlightuserdata(L, r);
  status = call(run, 1, 0);
  if (status == LUA_OK)
    return;
  /* the scheduler itself failed */
  r->status = LH_DONE;
  if (status == LUA_ERRMEM)
    lh_fail_without_memory();
  else {
    lua_State *task = lua_newthread(L);
    lua_insert(L, -2);
    lua_xmove(L, task, 1);
    lh_fail(L, task, status);
  }
}


export("step") int lh_step (int handle, unsigned int size) {
  Run r = {0, 0, LH_DONE};
  r.handle = handle;
  r.size = size;
  if (lh_protect(step, &r)) {
    lh_fail_without_memory();
    return LH_DONE;
  }
  return r.status;
}

/* }================================================================== */
