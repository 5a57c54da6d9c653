/*
** random.c
** Fresh seeds for each process: of string hashes and of math.random. The host
** gives LH_SEED_SIZE bytes: 8 for hashes, 32 for math.random.
*/
#include <string.h>

#include "lua.h"
#include "lauxlib.h"

#include "lobject.h"
#include "lstate.h"
#include "lstring.h"
#include "ltable.h"

#include "abi.h"
#include "guest.h"

lh_Seed lh_seed;

/* xoshiro256**'s state inside math.random's upvalue */
static void *random_state;
#define RANDOM_SIZE	32


void lh_random_open (lua_State *L) {
  lua_getglobal(L, "math");
  lua_getfield(L, -1, "random");
  if (lua_getupvalue(L, -1, 1) == NULL || lua_rawlen(L, -1) < RANDOM_SIZE)
    luaL_error(L, "math.random keeps no state where it was expected");
  random_state = lua_touserdata(L, -1);
  lua_pop(L, 3);
}


/*
** Long strings take their seed when they're hashed, and a constant of the
** script that was hashed while it was compiled would not be found under the
** process's seed. So the image keeps none hashed; nor may a table of the image
** have a long string as a key. Call after a full collection.
*/
void lh_random_seal (lua_State *L) {
  global_State *g = G(L);
  GCObject *o;
  for (o = g->allgc; o != NULL; o = o->next) {
    if (o->tt == LUA_VTABLE) {
      Table *t = gco2t(o);
      unsigned int i, size = isdummy(t) ? 0 : (unsigned int)sizenode(t);
      for (i = 0; i < size; i++) {
        Node *n = gnode(t, i);
        if (!isempty(gval(n)) && keytt(n) == ctb(LUA_VLNGSTR))
          luaL_error(L, "an image can't have a long string as a table key");
      }
    }
  }
  for (o = g->allgc; o != NULL; o = o->next) {
    if (o->tt == LUA_VLNGSTR)
      gco2ts(o)->extra = 0;
  }
}


/* Refuses nothing: a short seed leaves the rest as it was. */
void lh_random_start (lua_State *L, const unsigned char *seed, size_t size) {
  (void)L;
  if (size == LH_SEED_SIZE) {
    lh_seed.image = G(L)->seed;
    memcpy(&lh_seed.process, seed, sizeof(lh_seed.process));
    memcpy(random_state, seed + 8, RANDOM_SIZE);
  }
}
