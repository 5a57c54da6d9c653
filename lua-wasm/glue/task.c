/*
** task.c
** Tasks and their run queue.
**
** Tasks that can go on stand in a ring, first come first served. The registry
** holds every task that hasn't ended, so that the collector never frees one
** that only waits.
*/
#include <stdlib.h>

#include "lua.h"
#include "lauxlib.h"

#include "guest.h"

static const char tasks_key = 0;  /* registry[&tasks_key] = {[thread] = true} */

#define FIRST_SIZE	8

static struct {
  lua_State **ring;
  unsigned int size;   /* of the ring; a power of two */
  unsigned int head;   /* next to run */
  unsigned int count;
} queue;


void lh_task_open (lua_State *L) {
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &tasks_key);
}


static void grow (lua_State *L) {
  unsigned int i, size = queue.size ? queue.size * 2 : FIRST_SIZE;
  lua_State **ring = (lua_State **)malloc(size * sizeof(*ring));
  if (ring == NULL)
    luaL_error(L, "not enough memory");
  for (i = 0; i < queue.count; i++)
    ring[i] = queue.ring[(queue.head + i) & (queue.size - 1)];
  free(queue.ring);
  queue.ring = ring;
  queue.size = size;
  queue.head = 0;
}


/*
** Puts a task behind the others. The caller sees to it that a task stands in
** the ring once at most.
*/
void lh_task_wake (lua_State *L, lua_State *task) {
  if (queue.count == queue.size)
    grow(L);
  queue.ring[(queue.head + queue.count) & (queue.size - 1)] = task;
  queue.count++;
}


/*
** Makes a task of the function and its 'nargs' arguments on top of L, takes
** them, and leaves the task there instead. It stands in the queue.
*/
lua_State *lh_task_new (lua_State *L, int nargs) {
  lua_State *task = lua_newthread(L);
  lua_insert(L, -nargs - 2);  /* task below the function */
  if (!lua_checkstack(task, nargs + 1))
    luaL_error(L, "too many arguments");
  lua_xmove(L, task, nargs + 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &tasks_key);
  lua_pushvalue(L, -2);
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  lua_pop(L, 1);
  lh_setparked(task, 1);  /* nobody but the scheduler resumes it */
  lh_task_wake(L, task);
  return task;
}


lua_State *lh_task_next (void) {
  lua_State *task;
  if (queue.count == 0)
    return NULL;
  task = queue.ring[queue.head];
  queue.head = (queue.head + 1) & (queue.size - 1);
  queue.count--;
  return task;
}


void lh_task_end (lua_State *L, lua_State *task) {
  lh_setparked(task, 0);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &tasks_key);
  lua_pushthread(task);
  lua_xmove(task, L, 1);
  lua_pushnil(L);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}


/* Pushes the table of all tasks. */
int lh_task_pushall (lua_State *L) {
  return lua_rawgetp(L, LUA_REGISTRYINDEX, &tasks_key);
}
