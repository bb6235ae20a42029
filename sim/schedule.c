/* schedule.c - lines of text. */
#include "sim/schedule.h"

#include "core/status.h"

#include <inttypes.h>
#include <stdio.h>
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

/* N of "production: N", which no step or draw is called; 0: it is another line. */
static uint32_t production_count_of(const char *text) {
    static const char label[] = "production: ";
    uint32_t count = 0;
    if (strncmp(text, label, sizeof label - 1) != 0) {
        return 0;
    }
    const char *at = text + sizeof label - 1;
    for (; *at >= '0' && *at <= '9' && count <= UINT32_MAX / 10 - 1; at++) {
        count = count * 10 + (uint32_t)(*at - '0');
    }
    return *at == '\0' ? count : 0;
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
    grown[schedule->count++] = (struct sim_schedule_entry){
        .text = copy, .line = line, .production_count = production_count_of(copy)};
    return COG_OK;
}

int sim_schedule_add_choice(struct sim_schedule *schedule, uint64_t choice) {
    int status = sim_schedule_add(schedule, "", 0, 0);
    if (status == COG_OK) {
        struct sim_schedule_entry *entry = &schedule->entries[schedule->count - 1];
        entry->is_choice = true;
        entry->choice = choice;
    }
    return status;
}

int sim_schedule_add_all(struct sim_schedule *schedule, const struct sim_schedule *from,
                         uint32_t first, uint32_t end) {
    int status = COG_OK;
    for (uint32_t i = first; i < end && status == COG_OK; i++) {
        const struct sim_schedule_entry *entry = &from->entries[i];
        status = sim_schedule_add(schedule, entry->text, strlen(entry->text), entry->line);
        if (status == COG_OK) {
            const char *text = schedule->entries[schedule->count - 1].text;
            schedule->entries[schedule->count - 1] = *entry;
            schedule->entries[schedule->count - 1].text = text;
        }
    }
    return status;
}

/* Fewer in a row are told one by one: they say more. */
enum { FOLDED_MIN = 4 };

int sim_schedule_add_folded(struct sim_schedule *schedule, const struct sim_schedule *recorded) {
    int status = COG_OK;
    uint32_t end;
    for (uint32_t i = 0; i < recorded->count && status == COG_OK; i = end) {
        for (end = i; end < recorded->count && recorded->entries[end].choice == 0; end++) {
        }
        if (end - i >= FOLDED_MIN) {
            char text[40];
            int bytes = snprintf(text, sizeof text, "production: %" PRIu32, end - i);
            status = sim_schedule_add(schedule, text, (size_t)bytes, 0);
            continue;
        }
        end = end > i ? end : i + 1;
        status = sim_schedule_add_all(schedule, recorded, i, end);
    }
    return status;
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
