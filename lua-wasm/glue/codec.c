/*
** codec.c
*/
#define LUA_LIB

#include <stdlib.h>
#include <string.h>

#include "lua.h"
#include "lauxlib.h"

#include "abi.h"
#include "codec.h"

/* fields of an error object: raw key in Lua, key in the unit */
static const struct { const char *raw, *name; } error_fields[] = {
  {"_message", "message"},
  {"_kind", "kind"},
  {"_retryable", "retryable"},
  {"_details", "details"},
  {"_stack", "stack"},
};

#define N_ERROR_FIELDS	(sizeof(error_fields) / sizeof(error_fields[0]))


/*
** {==================================================================
** Encoding
** ===================================================================
*/

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
  for (i = 0; i < N_ERROR_FIELDS; i++) {
    lua_pushstring(L, error_fields[i].raw);
    if (lua_rawget(L, idx) != LUA_TNIL)
      n++;
    lua_pop(L, 1);
  }
  header = e->out->len;
  if (put_coded(e, 0xc9, 0, 4) || put_coded(e, LH_EXT_ERROR, 0, 0) ||
      put_coded(e, 0x80 | (int)n, 0, 0))
    return 1;
  for (i = 0; i < N_ERROR_FIELDS; i++) {
    const char *name = error_fields[i].name;
    lua_pushstring(L, error_fields[i].raw);
    if (lua_rawget(L, idx) != LUA_TNIL) {
      Path below = {path, 0, 0, name};
      int type = lua_type(L, -1);
      if (put_string(e, name, strlen(name)))
        return 1;
      /* the script may have put anything there */
      if (error_fields[i].raw[1] == 'd') {
        if (put_value(e, lua_gettop(L), &below))
          return 1;
      }
      else if (error_fields[i].raw[1] == 'r') {
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

/* }================================================================== */


/*
** {==================================================================
** Decoding
** ===================================================================
*/

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
    for (i = 0; i < N_ERROR_FIELDS; i++) {
      if (lua_type(L, -1) == LUA_TSTRING &&
          strcmp(lua_tostring(L, -1), error_fields[i].name) == 0)
        break;
    }
    if (i == N_ERROR_FIELDS)
      malformed(d, "an error object has no such field");
    lua_pop(L, 1);
    lua_pushstring(L, error_fields[i].raw);
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

/* }================================================================== */
