/* schedule.c - lines of text. */
#include "sim/schedule.h"

#include "core/status.h"

#include <string.h>

void sim_schedule_init(struct sim_schedule *schedule, const struct cog_allocator *allocator) {
    *schedule = (struct sim_schedule){.allocator = allocator};
}

void sim_schedule_cut(struct sim_schedule *schedule, uint32_t count) {
    while (schedule->count > count) {
        const struct sim_schedule_entry *entry = &schedule->entries[--schedule->count];
        cog_release(schedule->allocator, (char *)entry->text, strlen(entry->text) + 1);
    }
}

void sim_schedule_term(struct sim_schedule *schedule) {
    sim_schedule_cut(schedule, 0);
    cog_release(schedule->allocator, schedule->entries,
                schedule->capacity * sizeof schedule->entries[0]);
    sim_schedule_init(schedule, schedule->allocator);
}

int sim_schedule_add(struct sim_schedule *schedule, const char *text, size_t bytes, uint32_t line) {
    struct sim_schedule_entry *grown =
        cog_grow(schedule->allocator, schedule->entries, schedule->count, &schedule->capacity,
                 sizeof grown[0]);
    if (grown == NULL) {
        return COG_ENOMEM;
    }
    schedule->entries = grown;
    const char *nul = memchr(text, '\0', bytes);
    bytes = nul != NULL ? (size_t)(nul - text) : bytes;
    char *copy = cog_allocate(schedule->allocator, bytes + 1);
    if (copy == NULL) {
        return COG_ENOMEM;
    }
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    grown[schedule->count++] = (struct sim_schedule_entry){.text = copy, .line = line};
    return COG_OK;
}

/* Adds a line without the blanks around it, if it says anything. */
static int add_line(struct sim_schedule *schedule, const char *text, size_t bytes, uint32_t line) {
    while (bytes > 0 && (text[0] == ' ' || text[0] == '\t')) {
        text++;
        bytes--;
    }
    while (bytes > 0 &&
           (text[bytes - 1] == ' ' || text[bytes - 1] == '\t' || text[bytes - 1] == '\r')) {
        bytes--;
    }
    if (bytes == 0 || text[0] == '#') {
        return COG_OK;
    }
    const char *colon = memchr(text, ':', bytes);
    bool is_line = colon != NULL && colon > text && (size_t)(colon - text) + 2 < bytes &&
                   colon[1] == ' ' && memchr(text, '\0', bytes) == NULL;
    return is_line ? sim_schedule_add(schedule, text, bytes, line) : COG_EINVALID;
}

int sim_schedule_read(struct sim_schedule *schedule, const char *text, size_t bytes,
                      uint32_t *line) {
    *line = 0;
    int status = COG_OK;
    while (bytes > 0 && status == COG_OK) {
        const char *end = memchr(text, '\n', bytes);
        size_t length = end != NULL ? (size_t)(end - text) : bytes;
        (*line)++;
        status = add_line(schedule, text, length, *line);
        length += end != NULL ? 1 : 0;
        text += length;
        bytes -= length;
    }
    return status;
}

int sim_schedule_of_scenario(struct sim_schedule *schedule, const struct sim_scenario *scenario,
                             uint32_t *line) {
    int status = COG_OK;
    for (uint32_t i = 0; i < scenario->schedule_line_count && status == COG_OK; i++) {
        const struct sim_schedule_line *source = &scenario->schedule_lines[i];
        *line = source->place.line;
        status = add_line(schedule, source->text.bytes, source->text.length, *line);
    }
    return status;
}

void sim_schedule_write(const struct sim_schedule *schedule, uint32_t indentation,
                        struct sim_buffer *buffer) {
    for (uint32_t i = 0; i < schedule->count; i++) {
        sim_buffer_add_repeated(buffer, ' ', indentation);
        sim_buffer_add_text(buffer, schedule->entries[i].text);
        sim_buffer_add_text(buffer, "\n");
    }
}
