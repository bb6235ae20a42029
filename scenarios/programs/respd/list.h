/* list.h - a list of strings that is long at both ends: a ring of pointers. */
#ifndef RESPD_LIST_H
#define RESPD_LIST_H

#include "scenarios/programs/respd/buffer.h"
#include "scenarios/programs/respd/text.h"

/* A string of its own. */
struct respd_blob {
    size_t bytes;
    char data[];
};

struct respd_blob *respd_blob_new(struct respd_budget *budget,
                                  struct respd_text text);                  /* or null */
void respd_blob_free(struct respd_budget *budget, struct respd_blob *blob); /* null is allowed */

static inline struct respd_text respd_blob_text(const struct respd_blob *blob) {
    return (struct respd_text){blob->data, blob->bytes};
}

struct respd_list {
    struct respd_blob **items;
    size_t first;
    size_t count;
    size_t capacity; /* a power of two, or 0 */
};

void respd_list_term(struct respd_list *list, struct respd_budget *budget);

/* Puts an item in at the left or right end. False: out of memory. */
bool respd_list_push(struct respd_list *list, struct respd_budget *budget, struct respd_blob *item,
                     bool is_left);
struct respd_blob *respd_list_pop(struct respd_list *list, bool is_left); /* count > 0 */

static inline struct respd_blob *respd_list_item(const struct respd_list *list, size_t index) {
    return list->items[(list->first + index) & (list->capacity - 1)];
}

#endif
