/* list.c - a list of strings that is long at both ends. */
#include "scenarios/programs/respd/list.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 4 };

struct respd_blob *respd_blob_new(struct respd_budget *budget, struct respd_text text) {
    struct respd_blob *blob = respd_budget_resize(budget, NULL, 0, sizeof *blob + text.bytes);
    if (blob != NULL) {
        blob->bytes = text.bytes;
        memcpy(blob->data, text.data, text.bytes);
    }
    return blob;
}

void respd_blob_free(struct respd_budget *budget, struct respd_blob *blob) {
    if (blob != NULL) {
        respd_budget_give(budget, sizeof *blob + blob->bytes);
        free(blob);
    }
}

void respd_list_term(struct respd_list *list, struct respd_budget *budget) {
    while (list->count > 0) {
        respd_blob_free(budget, respd_list_pop(list, true));
    }
    free(list->items);
    respd_budget_give(budget, list->capacity * sizeof *list->items);
    *list = (struct respd_list){.items = NULL};
}

static bool grow(struct respd_list *list, struct respd_budget *budget) {
    size_t capacity = list->capacity > 0 ? 2 * list->capacity : FIRST_CAPACITY;
    struct respd_blob **items = respd_budget_resize(budget, NULL, 0, capacity * sizeof *items);
    if (items == NULL) {
        return false;
    }
    for (size_t i = 0; i < list->count; i++) {
        items[i] = respd_list_item(list, i);
    }
    free(list->items);
    respd_budget_give(budget, list->capacity * sizeof *items);
    list->items = items;
    list->first = 0;
    list->capacity = capacity;
    return true;
}

bool respd_list_push(struct respd_list *list, struct respd_budget *budget, struct respd_blob *item,
                     bool is_left) {
    if (list->count == list->capacity && !grow(list, budget)) {
        return false;
    }
    size_t mask = list->capacity - 1;
    if (is_left) {
        list->first = (list->first - 1) & mask;
    }
    list->items[(list->first + (is_left ? 0 : list->count)) & mask] = item;
    list->count++;
    return true;
}

struct respd_blob *respd_list_pop(struct respd_list *list, bool is_left) {
    struct respd_blob *item = respd_list_item(list, is_left ? 0 : list->count - 1);
    list->first = is_left ? (list->first + 1) & (list->capacity - 1) : list->first;
    list->count--;
    return item;
}
