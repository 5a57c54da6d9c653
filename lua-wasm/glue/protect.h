/*
** protect.h
** The only way from an export into code that may throw.
*/
#ifndef lh_protect_h
#define lh_protect_h

/*
** Calls f(ud). Returns true when it threw. Lua's own state is not repaired: an
** error that arrives here passed every handler of Lua's, and ends the process.
*/
__attribute__((noinline)) int lh_protect (void (*f) (void *), void *ud);

#endif
