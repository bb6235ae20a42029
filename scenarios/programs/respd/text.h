/* text.h - bytes that belong to somebody else, and the numbers that are written in them. */
#ifndef RESPD_TEXT_H
#define RESPD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct respd_text {
    const char *data; /* not terminated */
    size_t bytes;
};

/* As strcmp, of a text and a word, both in whatever case. */
int respd_text_compare(struct respd_text text, const char *word);

/* Is it that word, in whatever case? */
bool respd_text_is(struct respd_text text, const char *word);

bool respd_text_equals(struct respd_text left, struct respd_text right);

/* The text as a whole number: an optional minus and digits, without leading zeros, as Redis has it.
 * False if it is none, or beyond int64_t. */
bool respd_text_number(struct respd_text text, int64_t *out);

/* Seconds with an optional fraction, in nanoseconds; times beyond some centuries are cut to that.
 * False if it is none. */
bool respd_text_seconds(struct respd_text text, int64_t *out_ns);

/* What *amount of a unit, in nanoseconds, is from now_ns on; cut at the end of time. */
int64_t respd_time_after(int64_t now_ns, int64_t amount, int64_t unit_ns);

#endif
