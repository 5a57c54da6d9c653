/*
** absent.c
** libc complains on stderr before it aborts (printing a long double, say), and
** would link that stream, its buffer and the system calls below. There is no
** stream: only the stream's address is ever used, and 'fputs' here ends it.
*/
#include <stdio.h>
#include <stdlib.h>

const char __stderr_FILE = 0;


int fputs (const char *restrict text, FILE *restrict file) {
  (void)text; (void)file;
  abort();
}


/* streams would be flushed at an exit; there is neither */
void __stdio_exit_needed (void) {}
