/* seed.h - the seed of samples, as the command line says it. */
#ifndef SIM_PROGRAM_SEED_H
#define SIM_PROGRAM_SEED_H

#include <stdbool.h>
#include <stdint.h>

/* A number, or `commit`: made of the git commit of the working directory, so that every commit is
 * explored in other orders, and the same one in the same. Null: 1. False after a complaint. */
bool seed_read(const char *text, uint64_t *seed);

#endif
