/* calls.c - the operations as calls of stackful coroutines: set, await, hand out the result. */
#include "core/cogen.h"

#include "core/check.h"

/* Suspends self until the operation that was set has ended, waiting as `wait` says. */
static int await(struct cog_coro *self, const struct cog_wait_options *wait) {
    struct cog_op *op = cog_coro_op(self);
    if (wait != NULL && wait->has_priority) {
        cog_set_priority(op, wait->priority);
    }
    if (wait != NULL && wait->timeout_kind == COG_TIMEOUT_RELATIVE) {
        cog_set_timeout(op, wait->timeout_ns, wait->is_strong);
    } else if (wait != NULL && wait->timeout_kind == COG_TIMEOUT_ABSOLUTE) {
        cog_set_deadline(op, wait->timeout_ns, wait->is_strong);
    } else if (wait != NULL && wait->timeout_kind == COG_TIMEOUT_NONE) {
        cog_set_no_timeout(op);
    }
    return cog_await(self);
}

/* The same for operations that end with a value. */
static int await_value(struct cog_coro *self, union cog_value *value,
                       const struct cog_wait_options *wait) {
    int status = await(self, wait);
    if (status == COG_OK && value != NULL) {
        *value = cog_coro_op(self)->value;
    }
    return status;
}

static int32_t await_socket(struct cog_coro *self, const struct cog_wait_options *wait) {
    int status = await(self, wait);
    return status == COG_OK ? cog_coro_op(self)->socket : status;
}

static int64_t await_transfer(struct cog_coro *self, const struct cog_wait_options *wait) {
    int status = await(self, wait);
    return status == COG_OK ? (int64_t)cog_coro_op(self)->u.io.done : status;
}

int cog_start(struct cog_scheduler *scheduler, cog_function function, void *argument,
              const char *name, struct cog_coro **out) {
    struct cog_coro *coro = NULL;
    int status = cog_coro_new_stackful(scheduler, function, argument,
                                       &(struct cog_stackful_options){.name = name}, &coro);
    if (status == COG_OK) {
        status = cog_add(scheduler, coro, true);
    }
    if (status != COG_OK) {
        cog_coro_release(coro);
        return status;
    }
    *out = coro;
    return COG_OK;
}

int cog_go(struct cog_scheduler *scheduler, cog_function function, void *argument,
           const char *name) {
    struct cog_coro *coro = NULL;
    int status = cog_start(scheduler, function, argument, name, &coro);
    cog_coro_release(coro);
    return status;
}

int cog_yield(struct cog_coro *self) {
    cog_set_yield(cog_coro_op(self));
    return cog_await(self);
}

int cog_sleep(struct cog_coro *self, int64_t duration_ns) {
    cog_set_sleep(cog_coro_op(self), duration_ns);
    return cog_await(self);
}

int cog_sleep_until(struct cog_coro *self, int64_t deadline_ns) {
    cog_set_sleep_until(cog_coro_op(self), deadline_ns);
    return cog_await(self);
}

int cog_wait(struct cog_coro *self, struct cog_signal *signal, union cog_value *value,
             const struct cog_wait_options *wait) {
    cog_set_wait(cog_coro_op(self), signal);
    return await_value(self, value, wait);
}

int64_t cog_signal(struct cog_coro *self, struct cog_signal *signal, union cog_value value,
                   uint32_t recipients, const struct cog_wait_options *wait) {
    cog_set_signal(cog_coro_op(self), signal, value, recipients);
    int status = await(self, wait);
    return status == COG_OK ? cog_coro_op(self)->value.number : status;
}

int cog_spawn(struct cog_coro *self, struct cog_coro *coro, const struct cog_wait_options *wait) {
    cog_set_spawn(cog_coro_op(self), coro);
    return await(self, wait);
}

int cog_call(struct cog_coro *self, struct cog_coro *coro, union cog_value *result,
             const struct cog_wait_options *wait) {
    cog_set_call(cog_coro_op(self), coro);
    return await_value(self, result, wait);
}

int cog_call_function(struct cog_coro *self, cog_function function, void *argument,
                      const char *name, union cog_value *result,
                      const struct cog_wait_options *wait) {
    struct cog_coro *callee = NULL;
    int status = cog_coro_new_stackful(cog_coro_scheduler(self), function, argument,
                                       &(struct cog_stackful_options){.name = name}, &callee);
    if (status != COG_OK) {
        return status;
    }
    cog_set_call_take(cog_coro_op(self), callee);
    return await_value(self, result, wait);
}

int cog_join(struct cog_coro *self, struct cog_coro *coro, union cog_value *result,
             const struct cog_wait_options *wait) {
    cog_set_join(cog_coro_op(self), coro);
    return await_value(self, result, wait);
}

int cog_queue_put(struct cog_coro *self, struct cog_queue *queue, union cog_value value,
                  const struct cog_wait_options *wait) {
    cog_set_put(cog_coro_op(self), queue, value, false);
    return await(self, wait);
}

int cog_queue_get(struct cog_coro *self, struct cog_queue *queue, union cog_value *value,
                  const struct cog_wait_options *wait) {
    cog_set_get(cog_coro_op(self), queue, false);
    return await_value(self, value, wait);
}

int cog_queue_try_put(struct cog_coro *self, struct cog_queue *queue, union cog_value value) {
    cog_set_put(cog_coro_op(self), queue, value, true);
    return cog_await(self);
}

int cog_queue_try_get(struct cog_coro *self, struct cog_queue *queue, union cog_value *value) {
    cog_set_get(cog_coro_op(self), queue, true);
    return await_value(self, value, NULL);
}

int cog_queue_done(struct cog_coro *self, struct cog_queue *queue) {
    cog_set_queue_done(cog_coro_op(self), queue);
    return cog_await(self);
}

int cog_queue_join(struct cog_coro *self, struct cog_queue *queue,
                   const struct cog_wait_options *wait) {
    cog_set_queue_join(cog_coro_op(self), queue);
    return await(self, wait);
}

int cog_publish(struct cog_coro *self, struct cog_channel *channel, union cog_value message,
                const struct cog_wait_options *wait) {
    cog_set_publish(cog_coro_op(self), channel, message);
    return await(self, wait);
}

int cog_subscribe(struct cog_coro *self, struct cog_channel *channel) {
    cog_set_subscribe(cog_coro_op(self), channel);
    return cog_await(self);
}

int cog_unsubscribe(struct cog_coro *self, struct cog_channel *channel) {
    cog_set_unsubscribe(cog_coro_op(self), channel);
    return cog_await(self);
}

int cog_subscribe_key(struct cog_coro *self, struct cog_channel *channel, uint64_t key) {
    cog_set_subscribe_key(cog_coro_op(self), channel, key);
    return cog_await(self);
}

int cog_unsubscribe_key(struct cog_coro *self, struct cog_channel *channel, uint64_t key) {
    cog_set_unsubscribe_key(cog_coro_op(self), channel, key);
    return cog_await(self);
}

static int64_t await_messages(struct cog_coro *self, const struct cog_wait_options *wait) {
    int status = await(self, wait);
    return status == COG_OK ? (int64_t)cog_coro_op(self)->u.messages.count : status;
}

int64_t cog_fetch(struct cog_coro *self, struct cog_channel *channel,
                  const struct cog_wait_options *wait) {
    cog_set_fetch(cog_coro_op(self), channel);
    return await_messages(self, wait);
}

int64_t cog_fetch_key(struct cog_coro *self, struct cog_channel *channel, uint64_t key,
                      const struct cog_wait_options *wait) {
    cog_set_fetch_key(cog_coro_op(self), channel, key);
    return await_messages(self, wait);
}

int cog_pipe_next(struct cog_coro *self, struct cog_pipe *pipe, union cog_value *chunk,
                  const struct cog_wait_options *wait) {
    cog_set_pipe_next(cog_coro_op(self), pipe);
    return await_value(self, chunk, wait);
}

int cog_pipe_chunk(struct cog_coro *self, struct cog_pipe *pipe, union cog_value chunk,
                   const struct cog_wait_options *wait) {
    cog_set_pipe_chunk(cog_coro_op(self), pipe, chunk);
    return await(self, wait);
}

int cog_pipe_stop(struct cog_coro *self, struct cog_pipe *pipe,
                  const struct cog_wait_options *wait) {
    cog_set_pipe_stop(cog_coro_op(self), pipe);
    return await(self, wait);
}

int cog_take(struct cog_coro *self, struct cog_mailbox *mailbox, union cog_value *value,
             const struct cog_wait_options *wait) {
    cog_set_take(cog_coro_op(self), mailbox);
    return await_value(self, value, wait);
}

/* ---- Sockets ---- */

int32_t cog_listen(struct cog_coro *self, const struct sockaddr *address, size_t address_bytes,
                   int backlog) {
    cog_set_listen(cog_coro_op(self), address, address_bytes, backlog);
    return await_socket(self, NULL);
}

int32_t cog_bind(struct cog_coro *self, const struct sockaddr *address, size_t address_bytes) {
    cog_set_bind(cog_coro_op(self), address, address_bytes);
    return await_socket(self, NULL);
}

int32_t cog_accept(struct cog_coro *self, int32_t listener, const struct cog_wait_options *wait) {
    cog_set_accept(cog_coro_op(self), listener);
    return await_socket(self, wait);
}

int32_t cog_connect(struct cog_coro *self, const struct sockaddr *address, size_t address_bytes,
                    const struct cog_wait_options *wait) {
    cog_set_connect(cog_coro_op(self), address, address_bytes);
    return await_socket(self, wait);
}

int64_t cog_recv(struct cog_coro *self, int32_t socket, char *buffer, size_t bytes,
                 const struct cog_wait_options *wait) {
    cog_set_recv(cog_coro_op(self), socket, buffer, bytes);
    return await_transfer(self, wait);
}

int64_t cog_recvall(struct cog_coro *self, int32_t socket, char *buffer, size_t bytes,
                    const struct cog_wait_options *wait) {
    cog_set_recvall(cog_coro_op(self), socket, buffer, bytes);
    return await_transfer(self, wait);
}

int64_t cog_recvline(struct cog_coro *self, int32_t socket, char *buffer, size_t bytes,
                     const struct cog_wait_options *wait) {
    cog_set_recvline(cog_coro_op(self), socket, buffer, bytes);
    return await_transfer(self, wait);
}

int64_t cog_recvfrom(struct cog_coro *self, int32_t socket, char *buffer, size_t bytes,
                     struct sockaddr *address, size_t *address_bytes,
                     const struct cog_wait_options *wait) {
    cog_assert((address == NULL) == (address_bytes == NULL));
    cog_set_recvfrom(cog_coro_op(self), socket, buffer, bytes, address,
                     address_bytes != NULL ? *address_bytes : 0);
    int64_t received = await_transfer(self, wait);
    if (received >= 0 && address_bytes != NULL) {
        *address_bytes = (size_t)cog_coro_op(self)->value.bits;
    }
    return received;
}

int64_t cog_send(struct cog_coro *self, int32_t socket, const char *buffer, size_t bytes,
                 const struct cog_wait_options *wait) {
    cog_set_send(cog_coro_op(self), socket, buffer, bytes);
    return await_transfer(self, wait);
}

int64_t cog_sendall(struct cog_coro *self, int32_t socket, const char *buffer, size_t bytes,
                    const struct cog_wait_options *wait) {
    cog_set_sendall(cog_coro_op(self), socket, buffer, bytes);
    return await_transfer(self, wait);
}

int64_t cog_sendto(struct cog_coro *self, int32_t socket, const char *buffer, size_t bytes,
                   const struct sockaddr *address, size_t address_bytes,
                   const struct cog_wait_options *wait) {
    cog_set_sendto(cog_coro_op(self), socket, buffer, bytes, address, address_bytes);
    return await_transfer(self, wait);
}

int64_t cog_sendfile(struct cog_coro *self, int32_t socket, int file, int64_t offset, size_t bytes,
                     size_t block_bytes, const struct cog_wait_options *wait) {
    cog_set_sendfile(cog_coro_op(self), socket, file, offset, bytes, block_bytes);
    return await_transfer(self, wait);
}

size_t cog_transferred(struct cog_coro *self) {
    return cog_coro_op(self)->u.io.done;
}

int cog_shutdown(struct cog_coro *self, int32_t socket) {
    cog_set_shutdown(cog_coro_op(self), socket);
    return cog_await(self);
}

int cog_close(struct cog_coro *self, int32_t socket) {
    cog_set_close(cog_coro_op(self), socket);
    return cog_await(self);
}
