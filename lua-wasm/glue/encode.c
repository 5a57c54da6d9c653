/*
** encode.c
** A Lua value as a unit. See codec.h.
*/
#define LUA_LIB

#include <stdlib.h>
#include <string.h>

#include "lua.h"
#include "lauxlib.h"

#include "abi.h"
#include "codec.h"

const lh_ErrorField lh_error_fields[LH_ERROR_FIELDS] = {
  {"_message", "message"},
  {"_kind", "kind"},
  {"_retryable", "retryable"},
  {"_details", "details"},
  {"_stack", "stack"},
};


/*
** Tables met so far: the first few are found by a linear search; from then on
** all stand in a hash table, which is kept from use to use.
*/
#define FEW	16

typedef struct Met {
  const void *table;
  unsigned int index;
} Met;

static Met *met_slots;
static size_t met_size;  /* a power of two */

typedef struct Encoder {
  lua_State *L;
  lh_Buffer *out;
  size_t start;             /* of this payload in 'out' */
  const char *root;
  const void *few[FEW];     /* the first tables met, by index */
  unsigned int count;       /* of tables met */
  int depth;
} Encoder;

/* where in the value we are; the chain lives on the C stack */
typedef struct Path {
  const struct Path *above;
  int key;                  /* stack index of the key; 0 = the value of 'name' */
  lua_Integer position;     /* in an array, when 'key' is 0 and 'name' NULL */
  const char *name;
} Path;


static int isname (const char *s, size_t n) {
  size_t i;
  for (i = 0; i < n; i++) {
    char c = s[i];
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
          (i > 0 && c >= '0' && c <= '9')))
      return 0;
  }
  return n > 0 && n <= 64;
}


static void add_path (lua_State *L, luaL_Buffer *b, const Path *p) {
  if (p == NULL)
    return;
  add_path(L, b, p->above);
  if (p->name != NULL) {
    luaL_addchar(b, '.');
    luaL_addstring(b, p->name);
  }
  else if (p->key == 0) {
    lua_pushfstring(L, "[%I]", (LUAI_UACINT)p->position);
    luaL_addvalue(b);
  }
  else {
    int type = lua_type(L, p->key);
    if (type == LUA_TSTRING) {
      size_t n;
      const char *s = lua_tolstring(L, p->key, &n);
      if (isname(s, n)) {
        luaL_addchar(b, '.');
        luaL_addlstring(b, s, n);
      }
      else {
        luaL_addstring(b, "[\"");
        luaL_addlstring(b, s, n > 64 ? 64 : n);
        luaL_addstring(b, n > 64 ? "...\"]" : "\"]");
      }
    }
    else if (type == LUA_TNUMBER) {
      lua_pushvalue(L, p->key);
      luaL_addchar(b, '[');
      lua_tostring(L, -1);
      luaL_addvalue(b);
      luaL_addchar(b, ']');
    }
    else if (type == LUA_TBOOLEAN)
      luaL_addstring(b, lua_toboolean(L, p->key) ? "[true]" : "[false]");
    else {
      luaL_addchar(b, '[');
      luaL_addstring(b, lua_typename(L, type));
      luaL_addchar(b, ']');
    }
  }
}


/* Pushes "root.path: what"; returns 1. */
static int complain (Encoder *e, const Path *p, const char *what) {
  lua_State *L = e->L;
  luaL_Buffer b;
  luaL_checkstack(L, LUA_MINSTACK, "too deep");
  luaL_buffinit(L, &b);
  luaL_addstring(&b, e->root);
  add_path(L, &b, p);
  luaL_addstring(&b, ": ");
  luaL_addstring(&b, what);
  luaL_pushresult(&b);
  return 1;
}


/* Makes room for n bytes; NULL when there is none or the payload is too large. */
static unsigned char *room (Encoder *e, size_t n) {
  lh_Buffer *b = e->out;
  size_t need = b->len + n;
  if (need - e->start > LH_MAX_PAYLOAD)
    return NULL;
  if (need > b->cap) {
    size_t cap = b->cap < 512 ? 512 : b->cap;
    unsigned char *data;
    while (cap < need)
      cap *= 2;
    data = (unsigned char *)realloc(b->data, cap);
    if (data == NULL)
      luaL_error(e->L, "not enough memory");
    b->data = data;
    b->cap = cap;
  }
  return b->data + b->len;
}


static int toolarge (Encoder *e) {
  lua_pushfstring(e->L, "%s: too large: more than %d bytes", e->root,
                        LH_MAX_PAYLOAD);
  return 1;
}


static unsigned char *put_be (unsigned char *p, lua_Unsigned v, int bytes) {
  int i;
  for (i = bytes - 1; i >= 0; i--)
    *p++ = (unsigned char)(v >> (8 * i));
  return p;
}


/* a code and a big-endian number behind it */
static int put_coded (Encoder *e, int code, lua_Unsigned v, int bytes) {
  unsigned char *p = room(e, 1 + (size_t)bytes);
  if (p == NULL)
    return toolarge(e);
  *p++ = (unsigned char)code;
  put_be(p, v, bytes);
  e->out->len += 1 + (size_t)bytes;
  return 0;
}


static int put_integer (Encoder *e, lua_Integer v) {
  lua_Unsigned u = (lua_Unsigned)v;
  if (v >= -32 && v < 128) return put_coded(e, (int)(u & 0xff), 0, 0);
  if (v >= 0) {
    if (u <= 0xff) return put_coded(e, 0xcc, u, 1);
    if (u <= 0xffff) return put_coded(e, 0xcd, u, 2);
    if (u <= 0xffffffffu) return put_coded(e, 0xce, u, 4);
    return put_coded(e, 0xcf, u, 8);
  }
  if (v >= -0x80) return put_coded(e, 0xd0, u, 1);
  if (v >= -0x8000) return put_coded(e, 0xd1, u, 2);
  if (v >= -(lua_Integer)0x80000000) return put_coded(e, 0xd2, u, 4);
  return put_coded(e, 0xd3, u, 8);
}


static int put_float (Encoder *e, lua_Number n) {
  lua_Unsigned bits;
  memcpy(&bits, &n, sizeof(bits));
  return put_coded(e, 0xcb, bits, 8);
}


static int put_string (Encoder *e, const char *s, size_t n) {
  int bad;
  unsigned char *p;
  if (n < 32) bad = put_coded(e, 0xa0 | (int)n, 0, 0);
  else if (n <= 0xff) bad = put_coded(e, 0xd9, n, 1);
  else if (n <= 0xffff) bad = put_coded(e, 0xda, n, 2);
  else bad = put_coded(e, 0xdb, n, 4);
  if (bad)
    return bad;
  p = room(e, n);
  if (p == NULL)
    return toolarge(e);
  memcpy(p, s, n);
  e->out->len += n;
  return 0;
}


static int put_header (Encoder *e, int fix, int code16, size_t n) {
  if (n < 16) return put_coded(e, fix | (int)n, 0, 0);
  if (n <= 0xffff) return put_coded(e, code16, n, 2);
  return put_coded(e, code16 + 1, n, 4);
}


static int put_value (Encoder *e, int idx, const Path *path);


static size_t met_hash (const void *t) {
  return (size_t)(((lua_Unsigned)(size_t)t * 0x9E3779B97F4A7C15u) >> 32);
}


static void met_put (const void *t, unsigned int index) {
  size_t i = met_hash(t) & (met_size - 1);
  while (met_slots[i].table != NULL)
    i = (i + 1) & (met_size - 1);
  met_slots[i].table = t;
  met_slots[i].index = index;
}


/* Makes the hash table hold one more: at most half of it is full. */
static void met_grow (Encoder *e) {
  size_t i, old = met_size;
  Met *slots = met_slots;
  if (e->count == FEW) {  /* first use in this unit */
    if (met_slots != NULL)
      memset(met_slots, 0, met_size * sizeof(*met_slots));
    old = 0;
  }
  if (met_size < 2 * ((size_t)e->count + 1)) {
    size_t size = met_size == 0 ? 4 * FEW : 2 * met_size;
    Met *grown = (Met *)calloc(size, sizeof(*grown));
    if (grown == NULL)
      luaL_error(e->L, "not enough memory");
    met_slots = grown;
    met_size = size;
    for (i = 0; i < old; i++) {
      if (slots[i].table != NULL)
        met_put(slots[i].table, slots[i].index);
    }
    free(slots);
  }
  if (e->count == FEW) {
    for (i = 0; i < FEW; i++)
      met_put(e->few[i], (unsigned int)i);
  }
}


/*
** The index that the table got when it was met before; or -1, and it gets the
** next one.
*/
static long met (Encoder *e, const void *t) {
  unsigned int i;
  if (e->count <= FEW) {
    for (i = 0; i < e->count; i++) {
      if (e->few[i] == t)
        return (long)i;
    }
  }
  else {
    size_t k = met_hash(t) & (met_size - 1);
    for (; met_slots[k].table != NULL; k = (k + 1) & (met_size - 1)) {
      if (met_slots[k].table == t)
        return (long)met_slots[k].index;
    }
  }
  if (e->count < FEW)
    e->few[e->count] = t;
  else {
    met_grow(e);
    met_put(t, e->count);
  }
  e->count++;
  return -1;
}


static int put_error (Encoder *e, int idx, const Path *path) {
  lua_State *L = e->L;
  size_t header, i, n = 0;
  unsigned char *p;
  for (i = 0; i < LH_ERROR_FIELDS; i++) {
    lua_pushstring(L, lh_error_fields[i].raw);
    if (lua_rawget(L, idx) != LUA_TNIL)
      n++;
    lua_pop(L, 1);
  }
  header = e->out->len;
  if (put_coded(e, 0xc9, 0, 4) || put_coded(e, LH_EXT_ERROR, 0, 0) ||
      put_coded(e, 0x80 | (int)n, 0, 0))
    return 1;
  for (i = 0; i < LH_ERROR_FIELDS; i++) {
    const char *name = lh_error_fields[i].name;
    lua_pushstring(L, lh_error_fields[i].raw);
    if (lua_rawget(L, idx) != LUA_TNIL) {
      Path below = {path, 0, 0, name};
      int type = lua_type(L, -1);
      if (put_string(e, name, strlen(name)))
        return 1;
      /* the script may have put anything there */
      if (lh_error_fields[i].raw[1] == 'd') {
        if (put_value(e, lua_gettop(L), &below))
          return 1;
      }
      else if (lh_error_fields[i].raw[1] == 'r') {
        if (put_coded(e, lua_toboolean(L, -1) ? 0xc3 : 0xc2, 0, 0))
          return 1;
      }
      else if (type != LUA_TSTRING)
        return complain(e, &below, "can't send an error whose field isn't a string");
      else {
        size_t size;
        const char *text = lua_tolstring(L, -1, &size);
        if (put_string(e, text, size))
          return 1;
      }
    }
    lua_pop(L, 1);
  }
  p = e->out->data + header;  /* the buffer may have moved */
  put_be(p + 1, e->out->len - header - 6, 4);
  return 0;
}


/* How many entries the table has, and whether its keys are exactly 1 to n. */
static size_t shape (lua_State *L, int idx, int *array) {
  size_t n = 0;
  int integers = 1;
  lua_Unsigned border = lua_rawlen(L, idx);
  lua_pushnil(L);
  while (lua_next(L, idx)) {
    lua_pop(L, 1);
    n++;
    if (integers) {
      lua_Integer k;
      integers = lua_isinteger(L, -1) && (k = lua_tointeger(L, -1)) >= 1 &&
                 (lua_Unsigned)k <= border;
    }
  }
  *array = integers && n > 0 && n == border;
  return n;
}


static int put_table (Encoder *e, int idx, const Path *path) {
  lua_State *L = e->L;
  int array, bad = 0;
  size_t n;
  long index = met(e, lua_topointer(L, idx));
  if (index >= 0) {
    if (put_coded(e, 0xd6, LH_EXT_REFERENCE, 1))
      return 1;
    else {
      unsigned char *p = room(e, 4);
      if (p == NULL)
        return toolarge(e);
      put_be(p, (lua_Unsigned)index, 4);
      e->out->len += 4;
      return 0;
    }
  }
  if (e->depth >= LH_MAX_DEPTH)
    return complain(e, path, "nested deeper than 100 tables");
  e->depth++;
  luaL_checkstack(L, LUA_MINSTACK, "nested too deep");
  if (lua_getmetatable(L, idx)) {
    int iserror;
    luaL_getmetatable(L, LH_ERROR_META);
    iserror = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    bad = iserror ? put_error(e, idx, path)
                  : complain(e, path, "can't send a table with a metatable");
  }
  else {
    n = shape(L, idx, &array);
    if (array) {
      size_t i;
      bad = put_header(e, 0x90, 0xdc, n);
      for (i = 1; i <= n && !bad; i++) {
        Path below = {path, 0, (lua_Integer)i, NULL};
        lua_rawgeti(L, idx, (lua_Integer)i);
        bad = put_value(e, lua_gettop(L), &below);
        if (!bad) lua_pop(L, 1);
      }
    }
    else {
      bad = put_header(e, 0x80, 0xde, n);
      lua_pushnil(L);
      while (!bad && lua_next(L, idx)) {
        int key = lua_gettop(L) - 1;
        Path below = {path, 0, 0, NULL};
        below.key = key;
        bad = put_value(e, key, &below) || put_value(e, key + 1, &below);
        if (!bad) lua_pop(L, 1);
      }
    }
  }
  e->depth--;
  return bad;
}


static int put_value (Encoder *e, int idx, const Path *path) {
  lua_State *L = e->L;
  int type = lua_type(L, idx);
  switch (type) {
    case LUA_TNIL:
      return put_coded(e, 0xc0, 0, 0);
    case LUA_TBOOLEAN:
      return put_coded(e, lua_toboolean(L, idx) ? 0xc3 : 0xc2, 0, 0);
    case LUA_TNUMBER:
      if (lua_isinteger(L, idx))
        return put_integer(e, lua_tointeger(L, idx));
      return put_float(e, lua_tonumber(L, idx));
    case LUA_TSTRING: {
      size_t n;
      const char *s = lua_tolstring(L, idx, &n);
      return put_string(e, s, n);
    }
    case LUA_TTABLE:
      return put_table(e, idx, path);
    default: {
      const char *what = type == LUA_TFUNCTION ? "can't send a function"
                       : type == LUA_TTHREAD ? "can't send a coroutine"
                       : "can't send a userdata";
      return complain(e, path, what);
    }
  }
}


int lh_encode (lua_State *L, int idx, lh_Buffer *out, const char *root) {
  Encoder e;
  int top = lua_gettop(L);
  e.L = L;
  e.out = out;
  e.start = out->len;
  e.root = root;
  e.count = 0;
  e.depth = 0;
  if (!put_value(&e, lua_absindex(L, idx), NULL))
    return 0;
  if (lua_gettop(L) > top + 1) {
    lua_replace(L, top + 1);  /* the message, over what was being looked at */
    lua_settop(L, top + 1);
  }
  return 1;
}
