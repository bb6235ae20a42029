/* value.c - texts, comparison and writing of values. */
#include "sim/value.h"

#include "sim/duration.h"
#include "sim/instance.h"
#include "sim/language/buffer.h"

#include <inttypes.h>
#include <string.h>

const char *sim_tag_name(enum sim_tag tag) {
    switch (tag) {
    case SIM_TAG_UNSET:
        return "nothing";
    case SIM_TAG_NUMBER:
        return "a number";
    case SIM_TAG_DURATION:
        return "a duration";
    case SIM_TAG_BOOL:
        return "true or false";
    case SIM_TAG_TEXT:
        return "a text";
    case SIM_TAG_SOCKET:
        return "a socket";
    case SIM_TAG_HANDLE:
        return "a coroutine";
    case SIM_TAG_LIST:
        return "a list";
    }
    return "nothing";
}

bool sim_tag_fits(enum sim_tag tag, enum sim_type type) {
    switch (type) {
    case SIM_TYPE_ANY:
        return true;
    case SIM_TYPE_NUMBER:
        return tag == SIM_TAG_NUMBER;
    case SIM_TYPE_DURATION:
        return tag == SIM_TAG_DURATION;
    case SIM_TYPE_BOOL:
        return tag == SIM_TAG_BOOL;
    case SIM_TYPE_TEXT:
        return tag == SIM_TAG_TEXT;
    case SIM_TYPE_SOCKET:
        return tag == SIM_TAG_SOCKET;
    case SIM_TYPE_HANDLE:
        return tag == SIM_TAG_HANDLE;
    case SIM_TYPE_LIST:
        return tag == SIM_TAG_LIST;
    }
    return false;
}

struct sim_string *sim_string_new(const struct cog_allocator *allocator, size_t bytes) {
    if (bytes > SIZE_MAX - sizeof(struct sim_string) - 1) {
        return NULL;
    }
    struct sim_string *string = cog_allocate(allocator, sizeof *string + bytes + 1);
    if (string != NULL) {
        string->bytes = bytes;
        string->text[bytes] = '\0';
    }
    return string;
}

struct sim_value sim_value_text(const struct cog_allocator *allocator, const char *text,
                                size_t bytes) {
    struct sim_string *string = sim_string_new(allocator, bytes);
    if (string == NULL) {
        return (struct sim_value){.word = 0};
    }
    if (bytes > 0) {
        memcpy(string->text, text, bytes);
    }
    return sim_value_pointer(SIM_TAG_TEXT, string);
}

static bool lists_are_equal(const struct sim_list *a, const struct sim_list *b) {
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (!sim_value_equal(a->items[i], b->items[i])) {
            return false;
        }
    }
    return true;
}

bool sim_value_equal(struct sim_value a, struct sim_value b) {
    if (a.word == b.word) {
        return true;
    }
    if (sim_value_tag(a) != sim_value_tag(b)) {
        return false;
    }
    if (sim_value_tag(a) == SIM_TAG_TEXT) {
        const struct sim_string *left = sim_value_get_pointer(a);
        const struct sim_string *right = sim_value_get_pointer(b);
        return left->bytes == right->bytes && memcmp(left->text, right->text, left->bytes) == 0;
    }
    return sim_value_tag(a) == SIM_TAG_LIST &&
           lists_are_equal(sim_value_get_pointer(a), sim_value_get_pointer(b));
}

static void append_list(struct sim_buffer *buffer, const struct sim_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        sim_buffer_add_text(buffer, i > 0 ? "," : "");
        sim_value_append(buffer, list->items[i]);
    }
}

void sim_value_append(struct sim_buffer *buffer, struct sim_value value) {
    char text[SIM_DURATION_BYTES];
    const struct sim_string *string;
    switch (sim_value_tag(value)) {
    case SIM_TAG_UNSET:
        sim_buffer_add_text(buffer, "nothing");
        break;
    case SIM_TAG_NUMBER:
        sim_buffer_add_format(buffer, "%" PRId64, sim_value_get_integer(value));
        break;
    case SIM_TAG_DURATION:
        sim_buffer_add_text(buffer, sim_duration_format(sim_value_get_integer(value), text));
        break;
    case SIM_TAG_BOOL:
        sim_buffer_add_text(buffer, sim_value_get_integer(value) != 0 ? "true" : "false");
        break;
    case SIM_TAG_TEXT:
        string = sim_value_get_pointer(value);
        sim_buffer_add(buffer, string->text, string->bytes);
        break;
    case SIM_TAG_SOCKET:
        sim_buffer_add_format(buffer, "socket %" PRId64, sim_value_get_integer(value));
        break;
    case SIM_TAG_HANDLE:
        sim_buffer_add_text(buffer,
                            ((const struct sim_instance *)sim_value_get_pointer(value))->name);
        break;
    case SIM_TAG_LIST:
        append_list(buffer, sim_value_get_pointer(value));
        break;
    }
}
