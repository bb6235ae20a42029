/* tally.h - an allocator that counts what is out, checks the sizes it is told, and fails the Nth
 * call. */
#ifndef TESTS_TALLY_H
#define TESTS_TALLY_H

#include "core/allocator.h"

struct tally {
    struct cog_allocator allocator; /* give &tally->allocator to the library */
    size_t live_count;              /* blocks that are out */
    size_t stack_count;             /* stacks that are out */
    size_t stack_bytes;             /* and their bytes */
    size_t call_count;              /* calls that asked for memory so far, failed ones counted in */
    size_t fail_at;                 /* the number, from 1, of the call that fails; 0: none */
    size_t failed_count;            /* calls that failed */
};

/* The tally stays where it is while its allocator is in use. */
void tally_init(struct tally *tally);

#endif
