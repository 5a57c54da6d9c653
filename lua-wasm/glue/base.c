/*
** base.c
** What the script's global table has in place of Lua's own: print, load,
** collectgarbage and debug.traceback, without files, binary chunks or a way to
** switch the collector off.
*/
#define LUA_LIB

#include <string.h>
#include <time.h>

#include "lua.h"
#include "lauxlib.h"

#include "abi.h"
#include "guest.h"

/* chunk name of the prelude, as tracebacks show it */
#define PRELUDE_LINE	"\n\t[luahive]:"


/*
** Pushes 'message' and the traceback of 'co' from 'level' on, without the
** prelude's own frames and the C functions that it called.
*/
void lh_traceback (lua_State *L, lua_State *co, const char *message,
                   int level) {
  static const char c_line[] = "\n\t[C]: in ", tail[] = "\n\t(...tail calls...)";
  luaL_Buffer b;
  const char *text, *next;
  luaL_traceback(L, co, message, level);
  text = lua_tostring(L, -1);
  luaL_buffinit(L, &b);
  for (; *text != '\0'; text = next) {  /* each piece begins with its '\n' */
    int c = strncmp(text, c_line, sizeof(c_line) - 1) == 0;
    next = text + 1 + strcspn(text + 1, "\n");
    if (c && strncmp(next, PRELUDE_LINE, sizeof(PRELUDE_LINE) - 1) == 0)
      continue;
    if (strncmp(text, PRELUDE_LINE, sizeof(PRELUDE_LINE) - 1) == 0) {
      if (strncmp(next, tail, sizeof(tail) - 1) == 0)
        next += sizeof(tail) - 1;
      continue;
    }
    luaL_addlstring(&b, text, (size_t)(next - text));
  }
  luaL_pushresult(&b);
  lua_remove(L, -2);
}


/*
** Pushes "file:line" of the innermost function of 'co' that the script wrote.
** Returns 0 and pushes "?" when there is none.
*/
int lh_position (lua_State *L, lua_State *co) {
  lua_Debug ar;
  int level;
  for (level = 0; lua_getstack(co, level, &ar); level++) {
    lua_getinfo(co, "Sl", &ar);
    if (ar.currentline > 0 && strcmp(ar.short_src, "[luahive]") != 0) {
      lua_pushfstring(L, "%s:%d", ar.short_src, ar.currentline);
      return 1;
    }
  }
  lua_pushliteral(L, "?");
  return 0;
}


static int db_traceback (lua_State *L) {
  lua_State *co = lua_isthread(L, 1) ? lua_tothread(L, 1) : L;
  int arg = co != L || lua_isthread(L, 1);
  const char *message = lua_tostring(L, arg + 1);
  if (message == NULL && !lua_isnoneornil(L, arg + 1))
    lua_pushvalue(L, arg + 1);  /* not a string: return it untouched */
  else
    lh_traceback(L, co, message,
                 (int)luaL_optinteger(L, arg + 2, co == L ? 1 : 0));
  return 1;
}


static int base_print (lua_State *L) {
  size_t size;
  const char *line = lh_tolog(L, &size);
  lh_host_log(LH_LOG_PRINT, line, size);
  return 0;
}


/*
** load(chunk [, name [, mode [, env]]]): text only.
*/

static const char *read_piece (lua_State *L, void *ud, size_t *size) {
  (void)ud;
  luaL_checkstack(L, 2, "too many nested functions");
  lua_pushvalue(L, 1);
  lua_call(L, 0, 1);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    *size = 0;
    return NULL;
  }
  if (l_unlikely(!lua_isstring(L, -1)))
    luaL_error(L, "reader function must return a string");
  lua_replace(L, 5);  /* keeps the piece alive while it's being read */
  return lua_tolstring(L, 5, size);
}


static int base_load (lua_State *L) {
  int status, has_env = !lua_isnone(L, 4);
  const char *mode = luaL_optstring(L, 3, "t");
  size_t size;
  const char *source = lua_tolstring(L, 1, &size);
  if (strchr(mode, 't') == NULL) {
    luaL_pushfail(L);
    lua_pushfstring(L, "attempt to load a text chunk (mode is '%s'; binary "
                       "chunks can't be loaded)", mode);
    return 2;
  }
  if (source != NULL)
    status = luaL_loadbufferx(L, source, size, luaL_optstring(L, 2, source),
                              "t");
  else {
    const char *name = luaL_optstring(L, 2, "=(load)");
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 5);
    status = lua_load(L, read_piece, NULL, name, "t");
  }
  if (status != LUA_OK) {
    luaL_pushfail(L);
    lua_insert(L, -2);
    return 2;  /* nil, message */
  }
  if (has_env) {
    lua_pushvalue(L, 4);
    if (lua_setupvalue(L, -2, 1) == NULL)
      lua_pop(L, 1);
  }
  return 1;
}


/*
** collectgarbage: a script may ask for work, and tune it; the collector stays
** on.
*/
static int base_collectgarbage (lua_State *L) {
  static const char *const names[] =
    {"collect", "count", "step", "isrunning", "generational", "incremental",
     "setpause", "setstepmul", "stop", "restart", NULL};
  switch (luaL_checkoption(L, 1, "collect", names)) {
    case 0:
      lua_gc(L, LUA_GCCOLLECT);
      lua_pushinteger(L, 0);
      return 1;
    case 1: {
      int k = lua_gc(L, LUA_GCCOUNT), b = lua_gc(L, LUA_GCCOUNTB);
      lua_pushnumber(L, (lua_Number)k + (lua_Number)b / 1024);
      return 1;
    }
    case 2:
      lua_pushboolean(L, lua_gc(L, LUA_GCSTEP,
                                (int)luaL_optinteger(L, 2, 0)));
      return 1;
    case 3:
      lua_pushboolean(L, lua_gc(L, LUA_GCISRUNNING));
      return 1;
    case 4: case 5: {
      int generational = *lua_tostring(L, 1) == 'g';
      int old = generational ? lua_gc(L, LUA_GCGEN, 0, 0)
                             : lua_gc(L, LUA_GCINC, 0, 0, 0);
      lua_pushstring(L, old == LUA_GCGEN ? "generational" : "incremental");
      return 1;
    }
    case 6:
      lua_pushinteger(L, lua_gc(L, LUA_GCSETPAUSE,
                                (int)luaL_optinteger(L, 2, 0)));
      return 1;
    case 7:
      lua_pushinteger(L, lua_gc(L, LUA_GCSETSTEPMUL,
                                (int)luaL_optinteger(L, 2, 0)));
      return 1;
    case 9:  /* it is always running */
      lua_pushinteger(L, 0);
      return 1;
    default:
      return luaL_error(L, "collectgarbage: the collector can't be stopped");
  }
}


static const luaL_Reg functions[] = {
  {"collectgarbage", base_collectgarbage},
  {"load", base_load},
  {"print", base_print},
  {NULL, NULL}
};


/* Sets the functions in the table on top, and 'debug'. */
int lh_open_base (lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, db_traceback);
  lua_setfield(L, -2, "traceback");
  lua_setfield(L, -2, "debug");
  return 0;
}


/* libc's clocks; the host's are the only ones there are */

time_t time (time_t *out) {
  time_t t = (time_t)(lh_host_now() / 1000000000);
  if (out != NULL)
    *out = t;
  return t;
}


clock_t clock (void) {
  return (clock_t)lh_host_cpu();  /* CLOCKS_PER_SEC is 1e9 in wasi-libc */
}
