/*
** protect.c
*/
#include "protect.h"


int lh_protect (void (*f) (void *), void *ud) {
  __asm__ volatile ("" : "+r"(f));  /* keeps the call indirect */
  f(ud);
  return lh_caught();
}
