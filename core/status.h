/* status.h - the codes that every call of the library returns, their names and their texts.
 *
 * A call returns COG_OK (0), a positive enumerator that its documentation names, or one of these
 * negative codes. An operation ends with one of the same codes in `op->status`.
 */
#ifndef COG_STATUS_H
#define COG_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* X(enumerator, value, name, text): the one table that codes, names and texts are made from. */
#define COG_STATUS_TABLE(X)                                                                        \
    X(COG_OK, 0, "ok", "success")                                                                  \
    X(COG_ETIMEDOUT, -1, "timeout", "the operation timed out")                                     \
    X(COG_ECLOSED, -2, "closed", "the connection was closed")                                      \
    X(COG_ERESET, -3, "reset", "the peer reset the connection")                                    \
    X(COG_EREFUSED, -4, "refused", "the connection was refused")                                   \
    X(COG_EFULL, -5, "full", "there is no room")                                                   \
    X(COG_EEMPTY, -6, "empty", "there is nothing to take")                                         \
    X(COG_EFAILED, -7, "failed", "the coroutine failed")                                           \
    X(COG_ECANCELLED, -8, "cancelled", "the operation was cancelled")                              \
    X(COG_ENOMEM, -9, "no memory", "out of memory")                                                \
    X(COG_EINVALID, -10, "invalid", "an argument is out of its range")                             \
    X(COG_EADDRINUSE, -11, "address in use", "another socket listens on that address")             \
    X(COG_EUNREACHABLE, -12, "unreachable", "no host has that address")                            \
    X(COG_EBADSOCKET, -13, "bad socket", "the socket is not open, or not of the right kind")       \
    X(COG_ENOTSUBSCRIBED, -14, "not subscribed", "the coroutine did not subscribe to the channel") \
    X(COG_ETOOMANYDONE, -15, "too many done", "more tasks were marked done than were put")         \
    X(COG_ESTALLED, -16, "stalled", "coroutines wait for what nobody can bring about")             \
    X(COG_EIO, -17, "i/o error", "reading or writing failed")                                      \
    X(COG_ECORRUPT, -18, "corrupt", "the data is damaged or not of this format")                   \
    X(COG_ELIMIT, -19, "limit reached", "a limit that was set has been reached")                   \
    X(COG_EUNSUPPORTED, -20, "unsupported", "this is not available here")                          \
    X(COG_EPROACTOR, -21, "proactor failed", "the proactor reported an error of the system")       \
    X(COG_EEND, -22, "end", "there is no more: the producer or the file has ended")                \
    X(COG_ESTOPPED, -23, "stopped", "nobody wants any more of it")

enum cog_status {
#define COG_STATUS_ENUMERATOR(enumerator, value, name, text) enumerator = value,
    COG_STATUS_TABLE(COG_STATUS_ENUMERATOR)
#undef COG_STATUS_ENUMERATOR
};

/* The short name of a code ("timeout"), as logs and traces show it; "unknown" for anything else.
 * Never null. */
const char *cog_status_name(int status);

/* A sentence fit for an error message; "unknown status" for anything else. Never null. */
const char *cog_status_text(int status);

#ifdef __cplusplus
}
#endif

#endif
