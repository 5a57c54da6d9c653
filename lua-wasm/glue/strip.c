/*
** strip.c
** Takes the debug information out of the prelude's functions: nobody sees it,
** and each process would carry a copy.
*/
#include "lua.h"

#include "lapi.h"
#include "lmem.h"
#include "lobject.h"
#include "lstate.h"

#include "guest.h"


static void strip (lua_State *L, Proto *p) {
  int i;
  luaM_freearray(L, p->lineinfo, p->sizelineinfo);
  luaM_freearray(L, p->abslineinfo, p->sizeabslineinfo);
  luaM_freearray(L, p->locvars, p->sizelocvars);
  p->lineinfo = NULL;
  p->abslineinfo = NULL;
  p->locvars = NULL;
  p->sizelineinfo = p->sizeabslineinfo = p->sizelocvars = 0;
  for (i = 0; i < p->sizeupvalues; i++)
    p->upvalues[i].name = NULL;
  for (i = 0; i < p->sizep; i++)
    strip(L, p->p[i]);
}


/* Strips the Lua function on top. */
void lh_strip (lua_State *L) {
  strip(L, getproto(s2v(L->top.p - 1)));
}
