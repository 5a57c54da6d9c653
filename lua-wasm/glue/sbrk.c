/*
** sbrk.c
** Memory for libc's allocator, in place of libc's own sbrk.
**
** The end of the heap is counted here and not read from the memory's size: a
** process may have been put into an instance whose memory had grown before,
** and must see the same memory there as anywhere.
*/
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE	65536

static uintptr_t end;  /* 0 until the first call, while an image is made */


void *sbrk (intptr_t increment) {
  uintptr_t size = (uintptr_t)__builtin_wasm_memory_size(0) * PAGE;
  uintptr_t old;
  if (end == 0)
    end = size;
  old = end;
  if (increment < 0 || (uintptr_t)increment > UINTPTR_MAX - PAGE - end) {
    errno = ENOMEM;
    return (void *)-1;
  }
  if (end + (uintptr_t)increment > size) {
    uintptr_t pages = (end + (uintptr_t)increment - size + PAGE - 1) / PAGE;
    if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1) {
      errno = ENOMEM;
      return (void *)-1;
    }
  }
  end += (uintptr_t)increment;
  return (void *)old;
}
