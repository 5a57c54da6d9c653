/*
** guest.h
** What the files of the glue share: the one process that this memory holds.
*/
#ifndef lh_guest_h
#define lh_guest_h

#include "lua.h"

#include "codec.h"

/* registry key of the metatable of Message's fields (prelude/message.lua) */
#define LH_FIELD_META	"luahive.field"

/*
** The process. A *task* is a coroutine that the guest's scheduler resumes: the
** one that runs the entry's method, and those made by 'coroutine.spawn'.
*/
typedef struct lh_Guest {
  lua_State *L;        /* the main thread: it runs the scheduler, no script */
  lua_State *main;     /* the task that runs the method; its end is the end */
  lua_State *current;  /* the task that runs now */
  int blockable;       /* may the running code wait? (see coroutine.c) */
  int outside;         /* tasks that wait for something from the host */
  lh_Buffer in;        /* what the host wrote last */
  lh_Buffer out;       /* what is being encoded for the host */
} lh_Guest;

extern lh_Guest lh_guest;

/* task.c: tasks and their run queue */
void lh_task_open (lua_State *L);
lua_State *lh_task_new (lua_State *L, int nargs);
void lh_task_wake (lua_State *L, lua_State *task);
lua_State *lh_task_next (void);
void lh_task_end (lua_State *L, lua_State *task);
int lh_task_pushall (lua_State *L);

/* coroutine.c */
int lh_open_coroutine (lua_State *L);
void lh_maypark (lua_State *L);
int lh_park (lua_State *L, int outside);
void lh_setparked (lua_State *co, int is);
int lh_isparked (lua_State *co, int nresults);

/* base.c */
int lh_open_base (lua_State *L);
void lh_traceback (lua_State *L, lua_State *co, const char *message, int level);
int lh_position (lua_State *L, lua_State *co);

/* host.c: the functions of scripts that call the host */
int lh_open_host (lua_State *L);
const char *lh_tolog (lua_State *L, size_t *size);

/* outcome.c: the end of a process */
void lh_succeed (lua_State *L, lua_State *task, int nresults);
void lh_fail (lua_State *L, lua_State *task, int status);
void lh_fail_without_memory (void);

/* strip.c */
void lh_strip (lua_State *L);

/* random.c: seeds from the host */
void lh_random_open (lua_State *L);
void lh_random_seal (lua_State *L);
void lh_random_start (lua_State *L, const unsigned char *seed, size_t size);

/*
** While the glue encodes or decodes, finalizers of the script must not run:
** they could use the same buffers.
*/
void lh_hold_finalizers (lua_State *L);
void lh_let_finalizers (lua_State *L);

#endif
