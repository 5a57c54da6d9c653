/*
** codec.h
** Lua values as MessagePack, and back. Go's side of it is package
** abi; both run the vectors of abi/vectors.
*/
#ifndef lh_codec_h
#define lh_codec_h

#include <stddef.h>

#include "lua.h"

/* registry key of the metatable of error objects */
#define LH_ERROR_META	"luahive.error"

/* the most bytes that one payload may have */
#define LH_MAX_PAYLOAD	(1 << 20)

/* bytes in libc's memory, kept from use to use */
typedef struct lh_Buffer {
  unsigned char *data;
  size_t len, cap;
} lh_Buffer;

/* the fields of an error object: raw key in Lua, key in the unit */
typedef struct lh_ErrorField {
  const char *raw, *name;
} lh_ErrorField;

#define LH_ERROR_FIELDS	5

extern const lh_ErrorField lh_error_fields[LH_ERROR_FIELDS];

/*
** Appends the value at 'idx' as one unit. Returns 0; or nonzero with a message
** on top of the stack, such as "payload.cb: can't send a function", where the
** first word is 'root'. Runs no code of the script. May raise a memory error.
*/
int lh_encode (lua_State *L, int idx, lh_Buffer *out, const char *root);

/*
** Pushes the value of the unit at 'data' and returns how many of the 'len'
** bytes it took. Raises an error for what isn't a unit; reads nothing beyond
** 'len' whatever stands there.
*/
size_t lh_decode (lua_State *L, const unsigned char *data, size_t len);

#endif
