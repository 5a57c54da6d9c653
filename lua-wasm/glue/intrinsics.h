/*
** intrinsics.h
** Calls that the link-time pass (wasm/link) replaces by code of its own. None
** of them is left in the artefact.
*/
#ifndef lh_intrinsics_h
#define lh_intrinsics_h

#define lh_intrinsic(name) \
  __attribute__((import_module("luahive_link"), import_name(name)))

/* sets the flag and returns from the calling function */
_Noreturn void lh_throw (void) lh_intrinsic("throw");

/*
** Takes the flag: true when something thrown was caught here. A function that
** uses it catches; it must contain exactly one other call that may throw, and
** that one before this.
*/
int lh_caught (void) lh_intrinsic("caught");

/* counts one unit here; the loops of the calling function aren't counted */
void lh_count (void) lh_intrinsic("count");

/* the units left in this slice */
int lh_fuel (void) lh_intrinsic("fuel");
void lh_set_fuel (int units) lh_intrinsic("set_fuel");

#endif
