/* cancel_order.h - a clean-up handler that cancels somebody. */
#ifndef TESTS_CANCEL_ORDER_H
#define TESTS_CANCEL_ORDER_H

#include "core/cogen.h"

/* The handler's argument; status is what cog_cancel returned. */
struct cancel_order {
    struct cog_coro *coro;
    int status;
};

static inline void cancel_as_told(void *argument) {
    struct cancel_order *order = argument;
    order->status = cog_cancel(order->coro);
}

#endif
