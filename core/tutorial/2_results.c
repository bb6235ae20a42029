/* 2_results.c - coroutines that sleep, hand back a result, or fail. */
#include "core/cogen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Result: what the fruit costs, in cents. */
static int look_up(struct cog_coro *self, void *argument) {
    static const struct {
        const char *fruit;
        int64_t cents;
    } prices[] = {{"apple", 40}, {"pear", 55}};
    const char *fruit = argument;
    int status = cog_sleep(self, 20 * COG_MILLISECOND); /* a slow data base */
    if (status != COG_OK) {
        return status;
    }
    for (size_t i = 0; i < sizeof prices / sizeof prices[0]; i++) {
        if (strcmp(prices[i].fruit, fruit) == 0) {
            cog_coro_return(self, (union cog_value){.number = prices[i].cents});
            return COG_OK;
        }
    }
    return COG_EEMPTY;
}

/* Result: the price of a dozen, for which it needs the price of one. */
static int price_dozen(struct cog_coro *self, void *argument) {
    union cog_value cents = {.number = 0};
    int status = cog_call_function(self, look_up, argument, "look_up", &cents, NULL);
    if (status == COG_OK) {
        cog_coro_return(self, (union cog_value){.number = 12 * cents.number});
    }
    return status;
}

/* Asks for two prices at once, and waits for both. */
static int shop(struct cog_coro *self, void *argument) {
    (void)argument;
    struct cog_scheduler *scheduler = cog_coro_scheduler(self);
    struct cog_coro *pear = NULL;
    struct cog_coro *apples = NULL;
    union cog_value pear_cents = {.number = 0};
    union cog_value apples_cents = {.number = 0};
    int status = cog_start(scheduler, look_up, "pear", "pear", &pear);
    if (status == COG_OK) {
        status = cog_start(scheduler, price_dozen, "apple", "apples", &apples);
    }
    if (status == COG_OK) {
        status = cog_join(self, pear, &pear_cents, NULL);
    }
    if (status == COG_OK) {
        status = cog_join(self, apples, &apples_cents, NULL);
    }
    cog_coro_release(pear);
    cog_coro_release(apples);
    if (status == COG_OK) {
        printf("a pear: %lld cents, a dozen apples: %lld cents\n", (long long)pear_cents.number,
               (long long)apples_cents.number);
    }
    return status;
}

/* Runs a coroutine to its end, and says how it failed if it does. Returns its status. */
static int run(struct cog_scheduler *scheduler, cog_function function, void *argument,
               const char *name) {
    struct cog_coro *coro = NULL;
    int status = cog_start(scheduler, function, argument, name, &coro);
    if (status == COG_OK) {
        status = cog_run(scheduler);
    }
    if (status == COG_OK) {
        status = cog_coro_status(coro);
    }
    if (status != COG_OK && coro != NULL) {
        char trail[128];
        cog_coro_trail(coro, trail, sizeof trail);
        printf("failed: %s\n", trail);
    }
    cog_coro_release(coro);
    return status;
}

int main(void) {
    struct cog_scheduler *scheduler = NULL;
    int status = cog_scheduler_new(NULL, &scheduler);
    if (status == COG_OK) {
        status = run(scheduler, shop, NULL, "shop");
    }
    if (status == COG_OK) {
        (void)run(scheduler, price_dozen, "durian", "durians"); /* fails: there are none */
    }
    cog_scheduler_free(scheduler);
    return status == COG_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
