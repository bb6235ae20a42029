/* stream.c - a socket read by lines and written in blocks.
 *
 *   read:   [ had already | unread: first .. end | room ]
 *   write:  [ unsent: 0 .. unsent_count          | room ]
 *
 * Received bytes enter the read buffer before anybody is told of them, and leave it only with a
 * call that succeeds; so a call that times out loses none.
 */
#include "core/cogen.h"

#include "core/check.h"
#include "core/timeouts.h"

#include <string.h>

enum { BYTES_DEFAULT = 4096 };

struct cog_stream {
    const struct cog_allocator *allocator;
    int32_t socket;
    char *unread; /* the read buffer */
    size_t read_bytes;
    size_t first;
    size_t end;
    char *unsent; /* the write buffer */
    size_t write_bytes;
    size_t unsent_count;
};

int cog_stream_new(struct cog_scheduler *scheduler, int32_t socket,
                   const struct cog_stream_options *options, struct cog_stream **out) {
    cog_assert(scheduler != NULL && out != NULL);
    const struct cog_allocator *allocator = cog_scheduler_allocator(scheduler);
    struct cog_stream *stream = cog_allocate_zeroed(allocator, 1, sizeof *stream);
    if (stream == NULL) {
        return COG_ENOMEM;
    }
    stream->allocator = allocator;
    stream->socket = socket;
    stream->read_bytes =
        options != NULL && options->read_bytes > 0 ? options->read_bytes : BYTES_DEFAULT;
    stream->write_bytes =
        options != NULL && options->write_bytes > 0 ? options->write_bytes : BYTES_DEFAULT;
    stream->unread = cog_allocate(allocator, stream->read_bytes);
    stream->unsent = cog_allocate(allocator, stream->write_bytes);
    if (stream->unread == NULL || stream->unsent == NULL) {
        cog_stream_free(stream);
        return COG_ENOMEM;
    }
    *out = stream;
    return COG_OK;
}

void cog_stream_free(struct cog_stream *stream) {
    if (stream != NULL) {
        cog_release(stream->allocator, stream->unread, stream->read_bytes);
        cog_release(stream->allocator, stream->unsent, stream->write_bytes);
        cog_release(stream->allocator, stream, sizeof *stream);
    }
}

/* How to wait for each of the parts of a call: a strong timeout is for all of them together, and
 * becomes their deadline. */
static const struct cog_wait_options *for_parts(struct cog_coro *self,
                                                const struct cog_wait_options *wait,
                                                struct cog_wait_options *own) {
    if (wait == NULL || wait->timeout_kind != COG_TIMEOUT_RELATIVE || !wait->is_strong ||
        wait->timeout_ns < 0) {
        return wait;
    }
    int64_t now_ns = cog_now_ns(cog_coro_scheduler(self));
    *own = *wait;
    own->timeout_kind = COG_TIMEOUT_ABSOLUTE;
    own->timeout_ns = cog_deadline_after(now_ns, wait->timeout_ns);
    return own;
}

/* Receives into the room behind what is unread, which there is. COG_OK or a code. */
static int fill(struct cog_coro *self, struct cog_stream *stream,
                const struct cog_wait_options *wait) {
    if (stream->first > 0) {
        memmove(stream->unread, stream->unread + stream->first, stream->end - stream->first);
        stream->end -= stream->first;
        stream->first = 0;
    }
    int64_t received = cog_recv(self, stream->socket, stream->unread + stream->end,
                                stream->read_bytes - stream->end, wait);
    if (received < 0) {
        return (int)received;
    }
    stream->end += (size_t)received;
    return COG_OK;
}

static void take(struct cog_stream *stream, char *buffer, size_t bytes) {
    memcpy(buffer, stream->unread + stream->first, bytes);
    stream->first += bytes;
}

int64_t cog_stream_read(struct cog_coro *self, struct cog_stream *stream, char *buffer,
                        size_t bytes, const struct cog_wait_options *wait) {
    cog_assert(stream != NULL && buffer != NULL);
    if (bytes == 0) {
        return COG_EINVALID;
    }
    if (stream->first == stream->end) {
        int status = fill(self, stream, wait);
        if (status != COG_OK) {
            return status;
        }
    }
    size_t unread = stream->end - stream->first;
    size_t taken = unread < bytes ? unread : bytes;
    take(stream, buffer, taken);
    return (int64_t)taken;
}

int64_t cog_stream_readall(struct cog_coro *self, struct cog_stream *stream, char *buffer,
                           size_t bytes, const struct cog_wait_options *wait) {
    cog_assert(stream != NULL && (buffer != NULL || bytes == 0));
    if (bytes > stream->read_bytes) {
        return COG_EINVALID;
    }
    struct cog_wait_options own;
    wait = for_parts(self, wait, &own);
    while (stream->end - stream->first < bytes) {
        int status = fill(self, stream, wait);
        if (status != COG_OK) {
            return status;
        }
    }
    take(stream, buffer, bytes);
    return (int64_t)bytes;
}

int64_t cog_stream_readline(struct cog_coro *self, struct cog_stream *stream, const char **line,
                            const struct cog_wait_options *wait) {
    cog_assert(stream != NULL && line != NULL);
    struct cog_wait_options own;
    wait = for_parts(self, wait, &own);
    size_t seen = 0; /* bytes of what is unread that hold no newline */
    for (;;) {
        const char *start = stream->unread + stream->first;
        size_t unread = stream->end - stream->first;
        const char *newline = memchr(start + seen, '\n', unread - seen);
        if (newline != NULL) {
            size_t bytes = (size_t)(newline - start) + 1;
            *line = start;
            stream->first += bytes;
            return (int64_t)bytes;
        }
        seen = unread;
        if (unread == stream->read_bytes) {
            return COG_EFULL;
        }
        int status = fill(self, stream, wait);
        if (status != COG_OK) {
            return status;
        }
    }
}

int cog_stream_flush(struct cog_coro *self, struct cog_stream *stream,
                     const struct cog_wait_options *wait) {
    cog_assert(stream != NULL);
    if (stream->unsent_count == 0) {
        return COG_OK;
    }
    int64_t status = cog_sendall(self, stream->socket, stream->unsent, stream->unsent_count, wait);
    size_t sent = cog_transferred(self);
    stream->unsent_count -= sent;
    memmove(stream->unsent, stream->unsent + sent, stream->unsent_count);
    return status < 0 ? (int)status : COG_OK;
}

int64_t cog_stream_write(struct cog_coro *self, struct cog_stream *stream, const char *data,
                         size_t bytes, const struct cog_wait_options *wait) {
    cog_assert(stream != NULL && (data != NULL || bytes == 0));
    struct cog_wait_options own;
    wait = for_parts(self, wait, &own);
    size_t written = 0;
    while (written < bytes) {
        if (stream->unsent_count == stream->write_bytes) {
            int status = cog_stream_flush(self, stream, wait);
            if (status != COG_OK) {
                return written > 0 ? (int64_t)written : status;
            }
        }
        size_t room = stream->write_bytes - stream->unsent_count;
        size_t part = bytes - written < room ? bytes - written : room;
        memcpy(stream->unsent + stream->unsent_count, data + written, part);
        stream->unsent_count += part;
        written += part;
    }
    return (int64_t)written;
}
