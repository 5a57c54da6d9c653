/*
** outcome.c
** The end of a process: its result, or its error with a traceback.
*/
#include <string.h>

#include "lua.h"
#include "lauxlib.h"

#include "abi.h"
#include "guest.h"

/* {message = "not enough memory", kind = "memory"}, encoded */
static const unsigned char memory_error[] =
  "\xc7\x27\x02\x82\xa7message\xb1not enough memory\xa4kind\xa6memory";


static void report (size_t result_size) {
  lh_Buffer *b = &lh_guest.out;
  lh_host_exit(b->data, result_size, b->data + result_size,
               b->len - result_size);
}


/*
** Is the value a reason for failure, as a second return value is when it is a
** string or an error object?
*/
static int isreason (lua_State *L, int idx) {
  int iserror;
  if (lua_type(L, idx) == LUA_TSTRING)
    return 1;
  if (lua_type(L, idx) != LUA_TTABLE || !lua_getmetatable(L, idx))
    return 0;
  luaL_getmetatable(L, LH_ERROR_META);
  iserror = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return iserror;
}


/*
** Makes the value on top an error object with a traceback of 'task' (NULL:
** none). A value that isn't a text gets one, as lua.c does for its messages.
*/
static void toerror (lua_State *L, lua_State *task, const char *kind) {
  int value = lua_gettop(L);
  if (!(isreason(L, value) && lua_type(L, value) == LUA_TTABLE)) {
    lua_settop(L, value);
    if (lua_type(L, value) == LUA_TSTRING || lua_isnumber(L, value) ||
        luaL_getmetafield(L, value, "__tostring") != LUA_TNIL) {
      lua_settop(L, value);
      luaL_tolstring(L, value, NULL);
    }
    else
      lua_pushfstring(L, "(error object is a %s value)",
                         luaL_typename(L, value));
    lua_createtable(L, 0, 3);
    lua_insert(L, -2);
    lua_setfield(L, -2, "_message");
    lua_pushstring(L, kind);
    lua_setfield(L, -2, "_kind");
    luaL_setmetatable(L, LH_ERROR_META);
    lua_replace(L, value);
  }
  lua_settop(L, value);
  lua_pushliteral(L, "_stack");
  if (task != NULL && lua_rawget(L, value) == LUA_TNIL) {
    lua_pushliteral(L, "_stack");
    lh_traceback(L, task, NULL, 0);
    lua_rawset(L, value);
  }
  lua_settop(L, value);
}


/* Encodes the value on top behind what 'out' has, or what to say instead. */
static void put_error (lua_State *L) {
  lh_Buffer *b = &lh_guest.out;
  size_t before = b->len;
  lh_hold_finalizers(L);
  if (lh_encode(L, -1, b, "error")) {  /* its details can't be sent? */
    b->len = before;
    lua_pop(L, 1);
    lua_pushliteral(L, "_details");
    lua_pushnil(L);
    lua_rawset(L, -3);
    if (lh_encode(L, -1, b, "error"))
      lua_error(L);
  }
  lh_let_finalizers(L);
}


/* The method returned: its values are on top of the task. */
void lh_succeed (lua_State *L, lua_State *task, int nresults) {
  lh_Buffer *b = &lh_guest.out;
  size_t size;
  b->len = 0;
  lua_settop(task, lua_gettop(task) - nresults + (nresults > 2 ? 2 : nresults));
  if (nresults > 2) nresults = 2;
  luaL_checkstack(L, nresults + 8, NULL);
  lua_settop(L, 0);
  lua_xmove(task, L, nresults);
  lua_settop(L, 2);
  lh_hold_finalizers(L);
  if (lh_encode(L, 1, b, "result")) {
    b->len = 0;
    lua_pushnil(L);
    lh_encode(L, -1, b, "result");
    size = b->len;
    lua_pop(L, 1);
    toerror(L, NULL, "Invalid");
    put_error(L);
    report(size);
    return;
  }
  lh_let_finalizers(L);
  size = b->len;
  if (isreason(L, 2)) {
    lua_settop(L, 2);
    toerror(L, NULL, "Internal");
    put_error(L);
  }
  report(size);
}


/* A task ended with an error, whose object is on top of it. */
void lh_fail (lua_State *L, lua_State *task, int status) {
  lh_Buffer *b = &lh_guest.out;
  size_t size;
  b->len = 0;
  lua_settop(L, 0);
  lua_pushnil(L);
  lh_encode(L, 1, b, "result");
  size = b->len;
  luaL_checkstack(task, 1, NULL);
  lua_pushvalue(task, -1);
  lua_xmove(task, L, 1);
  toerror(L, task, status == LUA_ERRMEM ? "memory" : "Internal");
  put_error(L);
  report(size);
}


/* There is no memory left to say more. */
void lh_fail_without_memory (void) {
  lh_host_exit("\xc0", 1, memory_error, sizeof(memory_error) - 1);
}
