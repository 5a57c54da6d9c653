/*
** host.c
** The script's functions that call the host, and the few that the prelude
** builds on. Each refusal comes back as nil and the error object that the host
** holds ready ('last_error').
*/
#define LUA_LIB

#include <stdlib.h>
#include <string.h>

#include "lua.h"
#include "lauxlib.h"

#include "lgc.h"
#include "lstate.h"

#include "abi.h"
#include "guest.h"

#define MAX_PID		256  /* a PID names its host entry */


void lh_hold_finalizers (lua_State *L) {
  G(L)->gcstp |= GCSTPUSR;
}


void lh_let_finalizers (lua_State *L) {
  G(L)->gcstp &= (lu_byte)~GCSTPUSR;
}


/* Makes room for 'size' bytes in 'in'. */
static void reserve_in (lua_State *L, size_t size) {
  lh_Buffer *b = &lh_guest.in;
  if (b->cap < size) {
    unsigned char *data = (unsigned char *)realloc(b->data, size);
    if (data == NULL)
      luaL_error(L, "not enough memory");
    b->data = data;
    b->cap = size;
  }
}


/* Pushes the error of the host's last refusal. */
static void push_last_error (lua_State *L) {
  lh_Buffer *b = &lh_guest.in;
  int size = lh_host_last_error(b->data, b->cap);
  if (size > 0 && (size_t)size > b->cap) {
    reserve_in(L, (size_t)size);
    size = lh_host_last_error(b->data, b->cap);
  }
  lh_hold_finalizers(L);
  lh_decode(L, b->data, (size_t)size);
  lh_let_finalizers(L);
}


/* nil, err */
static int refused (lua_State *L) {
  lua_pushnil(L);
  push_last_error(L);
  return 2;
}


/* true, or nil and the error */
static int answer (lua_State *L, int code) {
  if (l_unlikely(code < 0))
    return refused(L);
  lua_pushboolean(L, 1);
  return 1;
}


/* Pushes an error object made here. */
static int invalid (lua_State *L) {
  lua_createtable(L, 0, 2);
  lua_insert(L, -2);
  lua_setfield(L, -2, "_message");
  lua_pushliteral(L, "Invalid");
  lua_setfield(L, -2, "_kind");
  luaL_setmetatable(L, LH_ERROR_META);
  lua_pushnil(L);
  lua_insert(L, -2);
  return 2;
}


/*
** Puts the value that a field of a Message stands for in the place of the
** field, so that 'msg.payload' can be sent on as 'msg:payload()' can.
*/
static void unwrap (lua_State *L, int idx) {
  if (lua_type(L, idx) == LUA_TTABLE && lua_getmetatable(L, idx)) {
    luaL_getmetatable(L, LH_FIELD_META);
    if (lua_rawequal(L, -1, -2)) {
      lua_rawgeti(L, idx, 1);
      lua_replace(L, idx);
    }
    lua_pop(L, 2);
  }
}


/*
** Encodes the arguments from 'first' on into 'out', behind what it has.
** Returns nonzero with the message on top when one can't be sent.
*/
static int encode_arguments (lua_State *L, int first, const char *root) {
  int i, last = lua_gettop(L), bad = 0;
  lh_hold_finalizers(L);
  for (i = first; i <= last && !bad; i++) {
    unwrap(L, i);
    if (i == first && last == first)
      bad = lh_encode(L, i, &lh_guest.out, root);
    else {
      char name[32];
      size_t n = strlen(root);
      int number = i - first + 1;
      memcpy(name, root, n);
      memcpy(name + n, " #", 2);
      n += 2;
      if (number >= 100) name[n++] = (char)('0' + number / 100 % 10);
      if (number >= 10) name[n++] = (char)('0' + number / 10 % 10);
      name[n++] = (char)('0' + number % 10);
      name[n] = '\0';
      bad = lh_encode(L, i, &lh_guest.out, name);
    }
  }
  lh_let_finalizers(L);
  return bad;
}


/*
** {==================================================================
** process
** ===================================================================
*/

/* spawn(entry, host, ...); the upvalue has the flags */
static int process_spawn (lua_State *L) {
  char pid[MAX_PID];
  size_t entry_size, host_size;
  const char *entry = luaL_checklstring(L, 1, &entry_size);
  const char *host = luaL_checklstring(L, 2, &host_size);
  int flags = (int)lua_tointeger(L, lua_upvalueindex(1));
  int size;
  lh_guest.out.len = 0;
  if (encode_arguments(L, 3, "argument"))
    return invalid(L);
  size = lh_host_spawn(entry, entry_size, host, host_size, lh_guest.out.data,
                       lh_guest.out.len, flags, pid, sizeof(pid));
  if (size < 0)
    return refused(L);
  lua_pushlstring(L, pid, (size_t)size);
  return 1;
}


static int process_send (lua_State *L) {
  size_t dest_size, topic_size;
  const char *dest = luaL_checklstring(L, 1, &dest_size);
  const char *topic = luaL_checklstring(L, 2, &topic_size);
  lh_guest.out.len = 0;
  if (l_unlikely(encode_arguments(L, 3, "payload")))
    return invalid(L);
  return answer(L, lh_host_send(dest, dest_size, topic, topic_size,
                                lh_guest.out.data, lh_guest.out.len));
}


/* functions of one PID or name */
#define on_dest(name) \
  static int process_##name (lua_State *L) { \
    size_t size; \
    const char *dest = luaL_checklstring(L, 1, &size); \
    return answer(L, lh_host_##name(dest, size)); \
  }

on_dest(monitor)
on_dest(unmonitor)
on_dest(link)
on_dest(unlink)
on_dest(terminate)


static int process_cancel (lua_State *L) {
  size_t size;
  const char *dest = luaL_checklstring(L, 1, &size);
  lua_settop(L, lua_isnoneornil(L, 2) ? 1 : 2);
  lh_guest.out.len = 0;
  if (encode_arguments(L, 2, "reason"))
    return invalid(L);
  return answer(L, lh_host_cancel(dest, size, lh_guest.out.data,
                                  lh_guest.out.len));
}


static int registry_register (lua_State *L) {
  size_t name_size, pid_size = 0;
  const char *name = luaL_checklstring(L, 1, &name_size);
  const char *pid = luaL_optlstring(L, 2, "", &pid_size);
  return answer(L, lh_host_register(name, name_size, pid, pid_size));
}


static int registry_lookup (lua_State *L) {
  char pid[MAX_PID];
  size_t name_size;
  const char *name = luaL_checklstring(L, 1, &name_size);
  int size = lh_host_lookup(name, name_size, pid, sizeof(pid));
  if (size < 0)
    return refused(L);
  lua_pushlstring(L, pid, (size_t)size);
  return 1;
}


static int registry_unregister (lua_State *L) {
  size_t size;
  const char *name = luaL_checklstring(L, 1, &size);
  int code = lh_host_unregister(name, size);
  if (code < 0) {
    lua_pushboolean(L, 0);
    push_last_error(L);
    return 2;
  }
  lua_pushboolean(L, code);
  return 1;
}

/* }================================================================== */


/*
** {==================================================================
** What the prelude builds on
** ===================================================================
*/

static int push_handle (lua_State *L, int handle) {
  if (handle < 0)
    return refused(L);
  lua_pushinteger(L, handle);
  return 1;
}


static int sys_listen (lua_State *L) {
  size_t size;
  const char *topic = luaL_checklstring(L, 1, &size);
  return push_handle(L, lh_host_listen(topic, size));
}


static int sys_inbox (lua_State *L) {
  return push_handle(L, lh_host_inbox());
}


static int sys_events (lua_State *L) {
  return push_handle(L, lh_host_events());
}


static int sys_close (lua_State *L) {
  return answer(L, lh_host_close((int)luaL_checkinteger(L, 1)));
}


static int sys_timer (lua_State *L) {
  return push_handle(L, lh_host_timer(luaL_checkinteger(L, 1),
                                      luaL_optinteger(L, 2, 0)));
}


static int sys_timer_reset (lua_State *L) {
  int code = lh_host_timer_reset((int)luaL_checkinteger(L, 1),
                                 luaL_checkinteger(L, 2));
  if (code < 0)
    return refused(L);
  lua_pushboolean(L, code);
  return 1;
}


static int sys_timer_stop (lua_State *L) {
  int code = lh_host_timer_stop((int)luaL_checkinteger(L, 1));
  if (code < 0)
    return refused(L);
  lua_pushboolean(L, code);
  return 1;
}


static int sys_set_option (lua_State *L) {
  return answer(L, lh_host_set_option((int)luaL_checkinteger(L, 1),
                                      lua_toboolean(L, 2)));
}


static size_t word (const unsigned char *p) {
  return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 |
         (size_t)p[3] << 24;
}


/*
** receive(handle): nothing when the handle has nothing (it is armed then);
** false when it is closed and drained; true, from, topic and the payload's
** values. Payloads are decoded one by one, each with references of its own.
*/
static int sys_receive (lua_State *L) {
  int handle = (int)luaL_checkinteger(L, 1);
  lh_Buffer *b = &lh_guest.in;
  const unsigned char *p;
  size_t from, topic, left;
  int size = lh_host_receive(handle, b->data, b->cap);
  if (size == 0)
    return 0;
  while (size > 0 && (size_t)size > b->cap) {
    reserve_in(L, (size_t)size);
    size = lh_host_receive(handle, b->data, b->cap);
  }
  lua_settop(L, 0);
  if (size == LH_CLOSED) {
    lua_pushboolean(L, 0);
    return 1;
  }
  if (size < 0)
    return refused(L);
  p = b->data;
  from = word(p);
  topic = word(p + 4);
  left = word(p + 8);
  p += LH_RECORD_HEADER;
  lh_hold_finalizers(L);
  lua_pushboolean(L, 1);
  if (from > 0)
    lua_pushlstring(L, (const char *)p, from);
  else
    lua_pushnil(L);
  p += from;
  lua_pushlstring(L, (const char *)p, topic);
  p += topic;
  while (left > 0) {
    size_t used;
    luaL_checkstack(L, 8, "too many payloads");
    used = lh_decode(L, p, left);
    p += used;
    left -= used;
  }
  lh_let_finalizers(L);
  return lua_gettop(L);
}


/* park(from_host) */
static int sys_park (lua_State *L) {
  return lh_park(L, lua_toboolean(L, 1));
}


static int sys_may_park (lua_State *L) {
  lh_maypark(L);
  return 0;
}


/* wake(task) */
static int sys_wake (lua_State *L) {
  lua_State *task = lua_tothread(L, 1);
  luaL_argexpected(L, task, 1, "coroutine");
  lh_task_wake(L, task);
  return 0;
}


/* current(): the running task */
static int sys_current (lua_State *L) {
  lua_pushthread(lh_guest.current);
  if (lh_guest.current != L)
    lua_xmove(lh_guest.current, L, 1);
  return 1;
}


/* tasks(): a table that has every living task as a key */
static int sys_tasks (lua_State *L) {
  lh_task_pushall(L);
  return 1;
}


/* position(task): "file:line" where it stands, and whether it is the main one */
static int sys_position (lua_State *L) {
  lua_State *task = lua_tothread(L, 1);
  luaL_argexpected(L, task, 1, "coroutine");
  lh_position(L, task);
  lua_pushboolean(L, task == lh_guest.main);
  return 2;
}


static int sys_now (lua_State *L) {
  lua_pushinteger(L, lh_host_now());
  return 1;
}


/* caller(): the chunk name of the innermost function that the script wrote */
static int sys_caller (lua_State *L) {
  lua_Debug ar;
  int level;
  for (level = 1; lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "S", &ar);
    if (*ar.source == '@') {
      lua_pushlstring(L, ar.source, ar.srclen);
      return 1;
    }
  }
  return 0;
}


static int finish_invoke (lua_State *L, int status, lua_KContext context) {
  (void)status; (void)context;
  return lua_gettop(L);
}


/*
** invoke(f, ...): calls f. A function that C calls has no name in a traceback,
** so that a chunk shows as what it is.
*/
static int sys_invoke (lua_State *L) {
  lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, finish_invoke);
  return finish_invoke(L, LUA_OK, 0);
}


/* log(level, ...) */
static int sys_log (lua_State *L) {
  size_t size;
  int level = (int)luaL_checkinteger(L, 1);
  const char *line;
  lua_remove(L, 1);
  line = lh_tolog(L, &size);
  lh_host_log(level, line, size);
  return 0;
}

/* }================================================================== */


/* Makes one line of the arguments, as print does; it stays on top. */
const char *lh_tolog (lua_State *L, size_t *size) {
  luaL_Buffer b;
  int i, n = lua_gettop(L);
  luaL_checkstack(L, n + LUA_MINSTACK, NULL);
  for (i = 1; i <= n; i++) {  /* first, as __tostring may do anything */
    luaL_tolstring(L, i, NULL);
    lua_replace(L, i);
  }
  luaL_buffinit(L, &b);
  for (i = 1; i <= n; i++) {
    size_t piece;
    const char *text = lua_tolstring(L, i, &piece);
    if (i > 1)
      luaL_addchar(&b, '\t');
    luaL_addlstring(&b, text, piece);
  }
  luaL_pushresult(&b);
  return lua_tolstring(L, -1, size);
}


static const luaL_Reg process_functions[] = {
  {"cancel", process_cancel},
  {"link", process_link},
  {"monitor", process_monitor},
  {"send", process_send},
  {"terminate", process_terminate},
  {"unlink", process_unlink},
  {"unmonitor", process_unmonitor},
  {NULL, NULL}
};


static const luaL_Reg registry_functions[] = {
  {"lookup", registry_lookup},
  {"register", registry_register},
  {"unregister", registry_unregister},
  {NULL, NULL}
};


static const luaL_Reg sys_functions[] = {
  {"caller", sys_caller},
  {"close", sys_close},
  {"current", sys_current},
  {"events", sys_events},
  {"inbox", sys_inbox},
  {"invoke", sys_invoke},
  {"listen", sys_listen},
  {"log", sys_log},
  {"may_park", sys_may_park},
  {"now", sys_now},
  {"park", sys_park},
  {"position", sys_position},
  {"receive", sys_receive},
  {"set_option", sys_set_option},
  {"tasks", sys_tasks},
  {"timer", sys_timer},
  {"timer_reset", sys_timer_reset},
  {"timer_stop", sys_timer_stop},
  {"wake", sys_wake},
  {NULL, NULL}
};


static void set_spawn (lua_State *L, const char *name, int flags) {
  lua_pushinteger(L, flags);
  lua_pushcclosure(L, process_spawn, 1);
  lua_setfield(L, -2, name);
}


/* Sets global 'process' and pushes the prelude's own table. */
int lh_open_host (lua_State *L) {
  luaL_newlib(L, process_functions);
  set_spawn(L, "spawn", 0);
  set_spawn(L, "spawn_monitored", LH_SPAWN_MONITOR);
  set_spawn(L, "spawn_linked", LH_SPAWN_LINK);
  set_spawn(L, "spawn_linked_monitored", LH_SPAWN_MONITOR | LH_SPAWN_LINK);
  luaL_newlib(L, registry_functions);
  lua_setfield(L, -2, "registry");
  lua_setglobal(L, "process");
  luaL_newlib(L, sys_functions);
  return 1;
}
