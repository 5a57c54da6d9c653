/*
** decode.c
** A unit as a Lua value. See codec.h.
*/
#define LUA_LIB

#include <string.h>

#include "lua.h"
#include "lauxlib.h"

#include "abi.h"
#include "codec.h"

typedef struct Decoder {
  lua_State *L;
  const unsigned char *data, *p, *end;
  lua_Integer count;        /* of tables begun */
  int tables;               /* stack index of the list of them */
  int depth;
} Decoder;


static int malformed (Decoder *d, const char *what) {
  return luaL_error(d->L, "malformed payload at byte %d: %s",
                          (int)(d->p - d->data), what);
}


static void need (Decoder *d, size_t n) {
  if ((size_t)(d->end - d->p) < n)
    malformed(d, "it ends too early");
}


static lua_Unsigned get_be (Decoder *d, int bytes) {
  lua_Unsigned v = 0;
  need(d, (size_t)bytes);
  while (bytes-- > 0)
    v = v << 8 | *d->p++;
  return v;
}


/*
** A value of the unit refers to tables by index, so all of them stand in a
** list; while there is but one, the list is not made.
*/
static void begin_table (Decoder *d) {
  lua_State *L = d->L;
  if (++d->depth > LH_MAX_DEPTH)
    malformed(d, "nested deeper than 100 tables");
  luaL_checkstack(L, LUA_MINSTACK, "nested too deep");
  d->count++;
  if (d->count == 1)  /* remembered in the slot itself */
    lua_pushvalue(L, -1);
  else {
    if (d->count == 2) {
      lua_createtable(L, 4, 0);
      lua_pushvalue(L, d->tables);
      lua_rawseti(L, -2, 1);
    }
    else
      lua_pushvalue(L, d->tables);
    lua_pushvalue(L, -2);
    lua_rawseti(L, -2, d->count);
  }
  lua_replace(L, d->tables);
}


static void get_reference (Decoder *d) {
  lua_Integer index = (lua_Integer)get_be(d, 4);
  if (index >= d->count)
    malformed(d, "reference to a table that isn't there");
  lua_pushvalue(d->L, d->tables);
  if (d->count > 1) {
    lua_rawgeti(d->L, -1, index + 1);
    lua_remove(d->L, -2);
  }
}


static void get_value (Decoder *d);


/* the most that a claim of the sender's makes us allocate at once */
static int hint (size_t n) {
  return n > 1024 ? 1024 : (int)n;
}


static void get_array (Decoder *d, size_t n) {
  size_t i;
  need(d, n);  /* an element has a byte at least */
  lua_createtable(d->L, hint(n), 0);
  begin_table(d);
  for (i = 1; i <= n; i++) {
    get_value(d);
    lua_rawseti(d->L, -2, (lua_Integer)i);
  }
  d->depth--;
}


static void get_map (Decoder *d, size_t n) {
  lua_State *L = d->L;
  if (n > (size_t)(d->end - d->p) / 2)
    malformed(d, "it ends too early");
  lua_createtable(L, 0, hint(n));
  begin_table(d);
  while (n-- > 0) {
    const unsigned char *at = d->p;
    get_value(d);
    if (lua_isnil(L, -1) || (lua_type(L, -1) == LUA_TNUMBER &&
                             lua_tonumber(L, -1) != lua_tonumber(L, -1))) {
      d->p = at;
      malformed(d, "a key is nil or not a number");
    }
    get_value(d);
    lua_rawset(L, -3);
  }
  d->depth--;
}


static void get_error (Decoder *d, size_t size) {
  lua_State *L = d->L;
  const unsigned char *end;
  size_t n;
  need(d, size);
  end = d->p + size;
  if (size == 0 || (*d->p & 0xf0) != 0x80)
    malformed(d, "an error object must be a small map");
  n = *d->p++ & 0x0f;
  lua_createtable(L, 0, (int)n);
  begin_table(d);
  while (n-- > 0) {
    size_t i;
    get_value(d);
    for (i = 0; i < LH_ERROR_FIELDS; i++) {
      if (lua_type(L, -1) == LUA_TSTRING &&
          strcmp(lua_tostring(L, -1), lh_error_fields[i].name) == 0)
        break;
    }
    if (i == LH_ERROR_FIELDS)
      malformed(d, "an error object has no such field");
    lua_pop(L, 1);
    lua_pushstring(L, lh_error_fields[i].raw);
    get_value(d);
    lua_rawset(L, -3);
  }
  luaL_setmetatable(L, LH_ERROR_META);
  if (d->p != end)
    malformed(d, "an error object has another length than it says");
  d->depth--;
}


static void get_extension (Decoder *d, size_t size) {
  int type = (int)get_be(d, 1);
  need(d, size);
  if (type == LH_EXT_REFERENCE && size == 4)
    get_reference(d);
  else if (type == LH_EXT_ERROR)
    get_error(d, size);
  else
    malformed(d, "unknown extension type");
}


static void get_string (Decoder *d, size_t n) {
  need(d, n);
  lua_pushlstring(d->L, (const char *)d->p, n);
  d->p += n;
}


static void get_integer (Decoder *d, int bytes, int issigned) {
  lua_Unsigned v = get_be(d, bytes);
  if (issigned) {
    int shift = 64 - 8 * bytes;
    lua_pushinteger(d->L, (lua_Integer)(v << shift) >> shift);
  }
  else {
    if (v > (lua_Unsigned)LUA_MAXINTEGER)
      malformed(d, "an integer is larger than Lua's");
    lua_pushinteger(d->L, (lua_Integer)v);
  }
}


static void get_value (Decoder *d) {
  lua_State *L = d->L;
  unsigned int c = (unsigned int)get_be(d, 1);
  if (c < 0x80) lua_pushinteger(L, (lua_Integer)c);
  else if (c < 0x90) get_map(d, c & 0x0f);
  else if (c < 0xa0) get_array(d, c & 0x0f);
  else if (c < 0xc0) get_string(d, c & 0x1f);
  else if (c >= 0xe0) lua_pushinteger(L, (lua_Integer)c - 0x100);
  else switch (c) {
    case 0xc0: lua_pushnil(L); break;
    case 0xc2: case 0xc3: lua_pushboolean(L, c == 0xc3); break;
    case 0xc4: case 0xd9: get_string(d, (size_t)get_be(d, 1)); break;
    case 0xc5: case 0xda: get_string(d, (size_t)get_be(d, 2)); break;
    case 0xc6: case 0xdb: get_string(d, (size_t)get_be(d, 4)); break;
    case 0xc7: get_extension(d, (size_t)get_be(d, 1)); break;
    case 0xc8: get_extension(d, (size_t)get_be(d, 2)); break;
    case 0xc9: get_extension(d, (size_t)get_be(d, 4)); break;
    case 0xd6: get_extension(d, 4); break;
    case 0xca: {
      unsigned int bits = (unsigned int)get_be(d, 4);
      float f;
      memcpy(&f, &bits, sizeof(f));
      lua_pushnumber(L, (lua_Number)f);
      break;
    }
    case 0xcb: {
      lua_Unsigned bits = get_be(d, 8);
      lua_Number n;
      memcpy(&n, &bits, sizeof(n));
      lua_pushnumber(L, n);
      break;
    }
    case 0xcc: get_integer(d, 1, 0); break;
    case 0xcd: get_integer(d, 2, 0); break;
    case 0xce: get_integer(d, 4, 0); break;
    case 0xcf: get_integer(d, 8, 0); break;
    case 0xd0: get_integer(d, 1, 1); break;
    case 0xd1: get_integer(d, 2, 1); break;
    case 0xd2: get_integer(d, 4, 1); break;
    case 0xd3: get_integer(d, 8, 1); break;
    case 0xdc: get_array(d, (size_t)get_be(d, 2)); break;
    case 0xdd: get_array(d, (size_t)get_be(d, 4)); break;
    case 0xde: get_map(d, (size_t)get_be(d, 2)); break;
    case 0xdf: get_map(d, (size_t)get_be(d, 4)); break;
    default: malformed(d, "no such type");
  }
}


size_t lh_decode (lua_State *L, const unsigned char *data, size_t len) {
  Decoder d;
  d.L = L;
  d.data = d.p = data;
  d.end = data + len;
  d.count = 0;
  d.depth = 0;
  luaL_checkstack(L, LUA_MINSTACK, "too many values");
  lua_pushnil(L);  /* slot of the tables */
  d.tables = lua_gettop(L);
  get_value(&d);
  lua_replace(L, d.tables);  /* the value takes the slot */
  return (size_t)(d.p - data);
}
