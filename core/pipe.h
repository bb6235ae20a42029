/* pipe.h - what the end of a coroutine means to the consumer of its pipe. Internal to core/. */
#ifndef COG_PIPE_H
#define COG_PIPE_H

#include "core/cogen.h"

/* What an operation of that kind, PIPE_NEXT or PIPE_STOP, ends with when the producer has ended
 * with status. */
int cog_pipe_end_status(enum cog_op_kind kind, int status);

#endif
