/* seed.h - the seed of samples, as the command line says it. */
#ifndef SIM_PROGRAM_SEED_H
#define SIM_PROGRAM_SEED_H

#include <stdbool.h>
#include <stdint.h>

enum { SEED_COMMIT_BYTES = 72 };

/* A number, or `commit`: made of the git commit of the working directory, so that every commit is
 * explored in other orders, and the same one in the same. Null: 1. The commit's name goes into
 * `commit`, "" for a number. False after a complaint. */
bool seed_read(const char *text, uint64_t *seed, char commit[SEED_COMMIT_BYTES]);

#endif
