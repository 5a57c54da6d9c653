/*
** config.h
** Included before every C file of the guest, Lua's own too. It sets Lua's
** configuration hooks; what no hook reaches is a numbered patch.
*/
#ifndef lh_config_h
#define lh_config_h

#include "intrinsics.h"

/*
** Seeds of string hashes. 'image' is the one that the entry's image was built
** with, 'process' the one of this process; they are equal while the image is
** being built. See patch 0002.
*/
typedef struct lh_Seed {
  unsigned int image;
  unsigned int process;
} lh_Seed;

extern lh_Seed lh_seed;

#define luai_makeseed(L)	((void)(L), lh_seed.image)

/*
** The catching function of Lua's must stay one: inlined into a function that
** throws, it would catch and throw.
*/
struct lua_State;
__attribute__((noinline)) extern int luaD_rawrunprotected
  (struct lua_State *L, void (*f) (struct lua_State *, void *), void *ud);

/*
** Errors are returns. A throw sets the link-time flag and returns; so does
** each caller, up to the one function that takes the flag. The empty asm hides
** the function pointer, so that no compiler inlines what may throw into the
** catching function.
*/
#define luai_jmpbuf	int
#define LUAI_THROW(L,c)	{ (void)(c); lh_throw(); }
#define LUAI_TRY(L,c,a) \
  { __asm__ volatile ("" : "+r"(f)); a \
    if (lh_caught() && (c)->status == 0) (c)->status = -1; }

/*
** Nothing is written anywhere but through the host's 'log'.
*/
#define lua_writestring(s,l)		((void)(s), (void)(l))
#define lua_writeline()			((void)0)
#define lua_writestringerror(s,p)	((void)(s), (void)(p))

/* there are no files; what needs them is taken out by patch 0003 */
#define LUA_TMPNAMBUFSIZE	1
#define lua_tmpnam(b,e)		((void)(b), (e) = 1)

/* there are no signals; a hook is never set from outside */
#define l_signalT	int

/* the decimal point is a point; no locale is linked in */
#define lua_getlocaledecpoint()		('.')

#endif
