/* list.h - intrusive circular doubly linked lists: ready queue and wait lists are made of them.
 *
 * A list is a link of its own; an element is linked when its `next` is not null. Removing needs no
 * list.
 */
#ifndef COG_LIST_H
#define COG_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct cog_link {
    struct cog_link *next; /* null while the element is in no list */
    struct cog_link *prev;
};

/* The thing of `type` that contains `pointer` as its `member`. */
#define cog_container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

static inline void cog_list_init(struct cog_link *list) {
    list->next = list;
    list->prev = list;
}

static inline bool cog_list_is_empty(const struct cog_link *list) {
    return list->next == list;
}

static inline bool cog_link_is_linked(const struct cog_link *link) {
    return link->next != NULL;
}

static inline bool cog_list_has(const struct cog_link *list, const struct cog_link *link) {
    const struct cog_link *at = list->next;
    while (at != list && at != link) {
        at = at->next;
    }
    return at == link;
}

static inline void cog_list_insert_after(struct cog_link *place, struct cog_link *link) {
    link->prev = place;
    link->next = place->next;
    place->next->prev = link;
    place->next = link;
}

static inline void cog_list_push_front(struct cog_link *list, struct cog_link *link) {
    cog_list_insert_after(list, link);
}

static inline void cog_list_push_back(struct cog_link *list, struct cog_link *link) {
    cog_list_insert_after(list->prev, link);
}

static inline void cog_link_remove(struct cog_link *link) {
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->next = NULL;
    link->prev = NULL;
}

#endif
