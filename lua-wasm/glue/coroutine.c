/*
** coroutine.c
** The script's 'coroutine' library, with waiting.
**
** A call that waits parks its whole task: the coroutine that waits yields a
** mark that no script can make, and every 'resume' or 'wrap' that sees the
** mark yields it on, down to the scheduler (guest.c). When the task is resumed
** each of them resumes the one above again. So waiting works inside plain
** coroutines, and the script's own yields never meet the mark.
**
** Meanwhile a coroutine above is "normal" as far as the script can see:
** 'parked' in its extra space says so to the other tasks.
*/
#define LUA_LIB

#include <string.h>

#include "lua.h"
#include "lauxlib.h"

#include "lstate.h"

#include "guest.h"

static const char mark = 0;

#define parked(co)	(*(char *)lua_getextraspace(co))


void lh_setparked (lua_State *co, int is) {
  parked(co) = (char)is;
}


static const char cannot_wait[] =
  "can't wait here: a function of the library is calling (table.sort, "
  "string.gsub, a __gc handler), and can't be left in the middle";


int lh_isparked (lua_State *co, int nresults) {
  return nresults == 1 && lua_touserdata(co, -1) == (const void *)&mark;
}


/* Raises an error where the running coroutine can't be parked. */
void lh_maypark (lua_State *L) {
  if (!lua_isyieldable(L) || !lh_guest.blockable) {
    lh_position(L, L);
    lua_pushfstring(L, "%s: %s", lua_tostring(L, -1), cannot_wait);
    lua_error(L);
  }
}


static int unpark (lua_State *L, int status, lua_KContext outside) {
  (void)L; (void)status;
  lh_guest.outside -= (int)outside;
  return 0;
}


/*
** Parks the task of the running coroutine; 'outside' says whether it waits for
** the host.
*/
int lh_park (lua_State *L, int outside) {
  lh_maypark(L);
  lua_settop(L, 0);
  lua_pushlightuserdata(L, (void *)&mark);
  lh_guest.outside += outside;
  return lua_yieldk(L, 1, (lua_KContext)outside, unpark);
}


static lua_State *getco (lua_State *L) {
  lua_State *co = lua_tothread(L, 1);
  luaL_argexpected(L, co, 1, "coroutine");
  return co;
}


typedef enum { RUNNING, DEAD, SUSPENDED, NORMAL } Status;

static const char *const status_names[] =
  {"running", "dead", "suspended", "normal"};


static Status status_of (lua_State *L, lua_State *co) {
  lua_Debug ar;
  if (L == co)
    return RUNNING;
  if (parked(co))
    return NORMAL;
  switch (lua_status(co)) {
    case LUA_YIELD: return SUSPENDED;
    case LUA_OK:
      if (lua_getstack(co, 0, &ar))  /* does it have frames? */
        return NORMAL;
      return lua_gettop(co) == 0 ? DEAD : SUSPENDED;
    default: return DEAD;
  }
}


/*
** Resumes 'co' with 'nargs' values from the top of L. Returns the number of
** values that it yielded or returned, left on L; -1 with the error object left
** on L; or PARKED.
*/
#define PARKED	(-2)

static int resume (lua_State *L, lua_State *co, int nargs) {
  int status, nresults, blockable = lh_guest.blockable;
  if (l_unlikely(!lua_checkstack(co, nargs))) {
    lua_pushliteral(L, "too many arguments to resume");
    return -1;
  }
  lua_xmove(L, co, nargs);
  lh_guest.blockable = blockable && lua_isyieldable(L);
  parked(co) = 0;
  status = lua_resume(co, L, nargs, &nresults);
  lh_guest.blockable = blockable;
  if (status == LUA_YIELD && lh_isparked(co, nresults)) {
    lua_pop(co, 1);
    parked(co) = 1;
    return PARKED;
  }
  if (l_likely(status == LUA_OK || status == LUA_YIELD)) {
    if (l_unlikely(!lua_checkstack(L, nresults + 1))) {
      lua_pop(co, nresults);
      lua_pushliteral(L, "too many results to resume");
      return -1;
    }
    lua_xmove(co, L, nresults);
    return nresults;
  }
  lua_xmove(co, L, 1);  /* error object */
  return -1;
}


/* Yields the mark of the coroutine above on to the one below. */
static int park_on (lua_State *L, lua_KFunction k, int base) {
  lua_pushlightuserdata(L, (void *)&mark);
  return lua_yieldk(L, 1, (lua_KContext)base, k);
}


/* 'resume' */

static int resume_finish (lua_State *L, int n) {
  if (n < 0) {
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;  /* false, error object */
  }
  lua_pushboolean(L, 1);
  lua_insert(L, -(n + 1));
  return n + 1;  /* true, values */
}


static int resume_again (lua_State *L, int status, lua_KContext base) {
  int n;
  (void)status;
  lua_settop(L, (int)base);
  n = resume(L, lua_tothread(L, 1), 0);
  return n == PARKED ? park_on(L, resume_again, (int)base)
                     : resume_finish(L, n);
}


static int co_resume (lua_State *L) {
  lua_State *co = getco(L);
  Status s = status_of(L, co);
  int n;
  if (l_unlikely(s != SUSPENDED)) {
    lua_pushboolean(L, 0);
    if (s == DEAD)
      lua_pushliteral(L, "cannot resume dead coroutine");
    else
      lua_pushliteral(L, "cannot resume non-suspended coroutine");
    return 2;
  }
  n = resume(L, co, lua_gettop(L) - 1);
  return n == PARKED ? park_on(L, resume_again, 1) : resume_finish(L, n);
}


/* 'wrap': an error goes on, with the position of the call before a string */

static int wrap_finish (lua_State *L, lua_State *co, int n) {
  if (l_likely(n >= 0))
    return n;
  else {
    int status = lua_status(co);
    if (status != LUA_OK && status != LUA_YIELD) {
      status = lua_closethread(co, L);  /* its pending to-be-closed variables */
      lua_xmove(co, L, 1);  /* the error object may be another now */
    }
    if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
      luaL_where(L, 1);
      lua_insert(L, -2);
      lua_concat(L, 2);
    }
    return lua_error(L);
  }
}


static int wrap_again (lua_State *L, int status, lua_KContext base) {
  lua_State *co = lua_tothread(L, lua_upvalueindex(1));
  int n;
  (void)status;
  lua_settop(L, (int)base);
  n = resume(L, co, 0);
  return n == PARKED ? park_on(L, wrap_again, (int)base)
                     : wrap_finish(L, co, n);
}


static int wrap_call (lua_State *L) {
  lua_State *co = lua_tothread(L, lua_upvalueindex(1));
  Status s = status_of(L, co);
  int n;
  if (l_unlikely(s != SUSPENDED)) {
    lua_settop(L, 0);
    lua_pushstring(L, s == DEAD ? "cannot resume dead coroutine"
                                : "cannot resume non-suspended coroutine");
    return wrap_finish(L, L, -1);
  }
  n = resume(L, co, lua_gettop(L));
  return n == PARKED ? park_on(L, wrap_again, 0) : wrap_finish(L, co, n);
}


static int co_create (lua_State *L) {
  lua_State *co;
  luaL_checktype(L, 1, LUA_TFUNCTION);
  co = lua_newthread(L);
  parked(co) = 0;
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  return 1;
}


static int co_wrap (lua_State *L) {
  co_create(L);
  lua_pushcclosure(L, wrap_call, 1);
  return 1;
}


static int istask (lua_State *L) {
  int found;
  lh_task_pushall(L);
  lua_pushthread(L);
  found = lua_rawget(L, -2) != LUA_TNIL;
  lua_pop(L, 2);
  return found;
}


static int co_yield (lua_State *L) {
  if (l_unlikely(L == lh_guest.current))
    return luaL_error(L, "attempt to yield from outside a coroutine");
  return lua_yield(L, lua_gettop(L));
}


static int co_isyieldable (lua_State *L) {
  lua_State *co = lua_isthread(L, 1) ? lua_tothread(L, 1) : L;
  lua_pushboolean(L, lua_isyieldable(co) && !istask(co));
  return 1;
}


static int co_running (lua_State *L) {
  int main = lua_pushthread(L) || L == lh_guest.main;
  lua_pushboolean(L, main);
  return 2;
}


static int co_status (lua_State *L) {
  lua_pushstring(L, status_names[status_of(L, getco(L))]);
  return 1;
}


static int co_close (lua_State *L) {
  lua_State *co = getco(L);
  Status s = status_of(L, co);
  int status;
  if (s != DEAD && s != SUSPENDED)
    return luaL_error(L, "cannot close a %s coroutine", status_names[s]);
  status = lua_closethread(co, L);
  if (status == LUA_OK) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushboolean(L, 0);
  lua_xmove(co, L, 1);  /* error object */
  return 2;
}


/*
** coroutine.spawn(f, ...): a task of its own. It starts when the running one
** waits or ends.
*/
static int co_spawn (lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lh_task_new(L, lua_gettop(L) - 1);
  return 1;
}


static const luaL_Reg functions[] = {
  {"close", co_close},
  {"create", co_create},
  {"isyieldable", co_isyieldable},
  {"resume", co_resume},
  {"running", co_running},
  {"spawn", co_spawn},
  {"status", co_status},
  {"wrap", co_wrap},
  {"yield", co_yield},
  {NULL, NULL}
};


int lh_open_coroutine (lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
