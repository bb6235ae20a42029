/* parser.h - finds the commands in what a client has sent.
 *
 * A command is an array of bulks, or a line of words:
 *
 *     *2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n          ECHO "hi"\r\n
 *
 * The parser never waits: it is shown all bytes from the command's first one on that there are,
 * and says whether that is a whole command. Shown again with more behind them, it goes on where it
 * was. What it keeps are positions, so that the bytes may move between two calls.
 */
#ifndef RESPD_PARSER_H
#define RESPD_PARSER_H

#include "scenarios/programs/respd/buffer.h"
#include "scenarios/programs/respd/text.h"

#include <stdint.h>

enum { RESPD_SPANS_AT_HAND = 8 };

struct respd_span {
    uint32_t first; /* from the command's first byte on */
    uint32_t bytes;
};

enum respd_parsed {
    RESPD_PARSED_PART,    /* more bytes are needed */
    RESPD_PARSED_COMMAND, /* one of argument_count arguments; none is nothing to do */
    RESPD_PARSED_ERROR,   /* these bytes are no commands; parser->error says why */
};

struct respd_parser {
    struct respd_budget *budget; /* of the spans, when they are many */
    size_t bulk_bytes_max;
    size_t position; /* what lies before it has been understood; after a command: its size */
    size_t scanned;  /* no newline before that */
    int64_t arguments_left;
    int64_t bulk_bytes; /* of the argument that comes; -1: its size comes first */
    bool is_array;      /* its head has been read */
    size_t argument_count;
    struct respd_span *spans;
    size_t span_capacity;
    struct respd_span at_hand[RESPD_SPANS_AT_HAND];
    char error[64];
};

void respd_parser_init(struct respd_parser *parser, struct respd_budget *budget,
                       size_t bulk_bytes_max);
void respd_parser_term(struct respd_parser *parser);

/* May change the bytes of a line, in which quotes and escapes are taken out. */
enum respd_parsed respd_parse(struct respd_parser *parser, char *data, size_t bytes);

/* Begins the next command. */
void respd_parser_next(struct respd_parser *parser);

static inline struct respd_text respd_parser_argument(const struct respd_parser *parser,
                                                      const char *data, size_t index) {
    const struct respd_span *span = &parser->spans[index];
    return (struct respd_text){data + span->first, span->bytes};
}

#endif
