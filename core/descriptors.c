/* descriptors.c - the table of sockets and of what is held on them. */
#include "core/descriptors.h"

#include "core/check.h"

#include <string.h>

enum { PAGE_ENTRIES = 64 };

void cog_descriptors_init(struct cog_descriptors *table, const struct cog_allocator *allocator) {
    *table = (struct cog_descriptors){.allocator = allocator};
}

void cog_descriptors_term(struct cog_descriptors *table) {
    for (size_t i = 0; i < table->page_count; i++) {
        cog_release(table->allocator, table->pages[i], PAGE_ENTRIES * sizeof **table->pages);
    }
    cog_release(table->allocator, table->pages, table->page_count * sizeof *table->pages);
}

/* Room for one more page at least. False: no memory. */
static bool grow(struct cog_descriptors *table) {
    size_t before = table->page_count;
    struct cog_descriptor **pages =
        cog_grow(table->allocator, table->pages, before, &table->page_count, sizeof *table->pages);
    if (pages == NULL) {
        return false;
    }
    table->pages = pages;
    memset(pages + before, 0, (table->page_count - before) * sizeof *pages);
    return true;
}

static void init_page(struct cog_descriptor *page, size_t index) {
    for (size_t i = 0; i < PAGE_ENTRIES; i++) {
        page[i].number = (int32_t)(index * PAGE_ENTRIES + i);
        cog_list_init(&page[i].held[COG_RECEIVING]);
        cog_list_init(&page[i].held[COG_SENDING]);
    }
}

/* The entry of any number, which it makes if there is none; null: no memory. */
static struct cog_descriptor *entry_of(struct cog_descriptors *table, int32_t number) {
    size_t index = (size_t)number / PAGE_ENTRIES;
    while (index >= table->page_count) {
        if (!grow(table)) {
            return NULL;
        }
    }
    if (table->pages[index] == NULL) {
        table->pages[index] =
            cog_allocate_zeroed(table->allocator, PAGE_ENTRIES, sizeof **table->pages);
        if (table->pages[index] == NULL) {
            return NULL;
        }
        init_page(table->pages[index], index);
    }
    return &table->pages[index][(size_t)number % PAGE_ENTRIES];
}

int cog_descriptors_open(struct cog_descriptors *table, int32_t number) {
    struct cog_descriptor *descriptor = entry_of(table, number);
    if (descriptor == NULL) {
        return COG_ENOMEM;
    }
    cog_assert(!descriptor->is_open && cog_descriptor_held(descriptor) == 0);
    descriptor->generation++;
    descriptor->is_open = true;
    descriptor->may_be_ready = COG_BOTH_BITS;
    descriptor->put_off = 0;
    descriptor->unwanted = 0;
    descriptor->drains = false;
    table->open_count++;
    return COG_OK;
}

struct cog_descriptor *cog_descriptors_find(const struct cog_descriptors *table, int32_t number) {
    size_t index = (size_t)number / PAGE_ENTRIES;
    if (number < 0 || index >= table->page_count || table->pages[index] == NULL) {
        return NULL;
    }
    struct cog_descriptor *descriptor = &table->pages[index][(size_t)number % PAGE_ENTRIES];
    return descriptor->is_open ? descriptor : NULL;
}

struct cog_descriptor *cog_descriptors_next(const struct cog_descriptors *table, int32_t from) {
    size_t end = table->page_count * PAGE_ENTRIES;
    for (size_t i = (size_t)from; i < end; i++) {
        struct cog_descriptor *descriptor = cog_descriptors_find(table, (int32_t)i);
        if (descriptor != NULL) {
            return descriptor;
        }
    }
    return NULL;
}

void cog_descriptors_close(struct cog_descriptors *table, struct cog_descriptor *descriptor,
                           struct cog_link *orphans) {
    for (int i = 0; i < COG_DIRECTION_COUNT; i++) {
        while (!cog_list_is_empty(&descriptor->held[i])) {
            struct cog_link *link = descriptor->held[i].next;
            cog_link_remove(link);
            cog_list_push_back(orphans, link);
        }
    }
    descriptor->is_open = false;
    table->open_count--;
}

void cog_descriptors_hold(struct cog_descriptors *table, struct cog_descriptor *descriptor,
                          struct cog_op *op) {
    cog_assert(descriptor->is_open);
    cog_list_push_back(&descriptor->held[cog_op_direction(op)], &op->link);
    table->held_count++;
}

void cog_descriptors_release(struct cog_descriptors *table, struct cog_op *op) {
    cog_assert(table->held_count > 0);
    cog_link_remove(&op->link);
    table->held_count--;
}

uint8_t cog_descriptor_held(const struct cog_descriptor *descriptor) {
    return (uint8_t)((cog_list_is_empty(&descriptor->held[COG_RECEIVING]) ? 0 : COG_RECEIVING_BIT) |
                     (cog_list_is_empty(&descriptor->held[COG_SENDING]) ? 0 : COG_SENDING_BIT));
}
