/* parser.c - finds the commands in what a client has sent. */
#include "scenarios/programs/respd/parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES_MAX = 32, LINE_BYTES_MAX = 65536, ARGUMENTS_MAX = 1024 * 1024 };

void respd_parser_init(struct respd_parser *parser, struct respd_budget *budget,
                       size_t bulk_bytes_max) {
    *parser = (struct respd_parser){.budget = budget,
                                    .bulk_bytes_max = bulk_bytes_max,
                                    .bulk_bytes = -1,
                                    .span_capacity = RESPD_SPANS_AT_HAND};
    parser->spans = parser->at_hand;
}

void respd_parser_term(struct respd_parser *parser) {
    if (parser->spans != parser->at_hand) {
        free(parser->spans);
        respd_budget_give(parser->budget, parser->span_capacity * sizeof *parser->spans);
    }
    parser->spans = parser->at_hand;
    parser->span_capacity = RESPD_SPANS_AT_HAND;
}

void respd_parser_next(struct respd_parser *parser) {
    if (parser->span_capacity > RESPD_SPANS_AT_HAND) {
        respd_parser_term(parser);
    }
    parser->position = 0;
    parser->scanned = 0;
    parser->arguments_left = 0;
    parser->bulk_bytes = -1;
    parser->is_array = false;
    parser->argument_count = 0;
}

static enum respd_parsed refuse(struct respd_parser *parser, const char *why) {
    (void)snprintf(parser->error, sizeof parser->error, "%s", why);
    return RESPD_PARSED_ERROR;
}

static bool grow(struct respd_parser *parser) {
    bool is_at_hand = parser->spans == parser->at_hand;
    size_t before = parser->span_capacity * sizeof *parser->spans;
    struct respd_span *spans = respd_budget_resize(
        parser->budget, is_at_hand ? NULL : parser->spans, is_at_hand ? 0 : before, 2 * before);
    if (spans == NULL) {
        return false;
    }
    if (is_at_hand) {
        memcpy(spans, parser->at_hand, sizeof parser->at_hand);
    }
    parser->spans = spans;
    parser->span_capacity *= 2;
    return true;
}

static bool add(struct respd_parser *parser, size_t first, size_t bytes) {
    if (parser->argument_count == parser->span_capacity && !grow(parser)) {
        return false;
    }
    parser->spans[parser->argument_count++] =
        (struct respd_span){.first = (uint32_t)first, .bytes = (uint32_t)bytes};
    return true;
}

/* ---- Arrays ---- */

/* Reads "*3\r\n" or "$3\r\n" at the position; takes it only when it is whole. */
static enum respd_parsed read_head(struct respd_parser *parser, const char *data, size_t bytes,
                                   const char *wrong, int64_t *out) {
    const char *head = data + parser->position;
    size_t there = bytes - parser->position;
    const char *newline = memchr(head, '\n', there < HEAD_BYTES_MAX ? there : HEAD_BYTES_MAX);
    if (newline == NULL) {
        return there < HEAD_BYTES_MAX ? RESPD_PARSED_PART : refuse(parser, wrong);
    }
    size_t line_bytes = (size_t)(newline - head);
    if (line_bytes < 2 || head[line_bytes - 1] != '\r' ||
        !respd_text_number((struct respd_text){head + 1, line_bytes - 2}, out)) {
        return refuse(parser, wrong);
    }
    parser->position += line_bytes + 1;
    return RESPD_PARSED_COMMAND;
}

static enum respd_parsed read_bulk_head(struct respd_parser *parser, const char *data,
                                        size_t bytes) {
    char first = data[parser->position];
    if (first != '$') {
        (void)snprintf(parser->error, sizeof parser->error, "expected '$', got '%c'",
                       first >= ' ' && first <= '~' ? first : '?');
        return RESPD_PARSED_ERROR;
    }
    static const char wrong[] = "invalid bulk length";
    int64_t size = 0;
    enum respd_parsed parsed = read_head(parser, data, bytes, wrong, &size);
    if (parsed == RESPD_PARSED_COMMAND) {
        if (size < 0 || (uint64_t)size > parser->bulk_bytes_max) {
            return refuse(parser, wrong);
        }
        parser->bulk_bytes = size;
    }
    return parsed;
}

static enum respd_parsed parse_array(struct respd_parser *parser, const char *data, size_t bytes) {
    if (!parser->is_array) {
        static const char wrong[] = "invalid multibulk length";
        enum respd_parsed parsed = read_head(parser, data, bytes, wrong, &parser->arguments_left);
        if (parsed != RESPD_PARSED_COMMAND) {
            return parsed;
        }
        if (parser->arguments_left > ARGUMENTS_MAX) {
            return refuse(parser, wrong);
        }
        parser->is_array = true;
    }
    while (parser->arguments_left > 0) {
        if (parser->bulk_bytes < 0) {
            if (parser->position == bytes) {
                return RESPD_PARSED_PART;
            }
            enum respd_parsed parsed = read_bulk_head(parser, data, bytes);
            if (parsed != RESPD_PARSED_COMMAND) {
                return parsed;
            }
        }
        size_t size = (size_t)parser->bulk_bytes;
        if (bytes - parser->position < size + 2) {
            return RESPD_PARSED_PART;
        }
        if (memcmp(data + parser->position + size, "\r\n", 2) != 0) {
            return refuse(parser, "a bulk does not end with CRLF");
        }
        if (!add(parser, parser->position, size)) {
            return refuse(parser, "out of memory");
        }
        parser->position += size + 2;
        parser->bulk_bytes = -1;
        parser->arguments_left--;
    }
    return RESPD_PARSED_COMMAND;
}

/* ---- Lines ---- */

static int hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* What stands for itself after a backslash within double quotes; *at is behind it then. */
static char read_escape(const char *line, size_t end, size_t *at) {
    char c = line[(*at)++];
    if (c == 'x' && *at + 1 < end && hex_digit(line[*at]) >= 0 && hex_digit(line[*at + 1]) >= 0) {
        *at += 2;
        return (char)(hex_digit(line[*at - 2]) * 16 + hex_digit(line[*at - 1]));
    }
    return (char)(c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c);
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\0';
}

/* Reads a quoted part, *at behind its quote, to *to on; that is never ahead of *at. */
static bool read_quoted(char *line, size_t end, char quote, size_t *at, size_t *to) {
    while (*at < end && line[*at] != quote) {
        char c = line[(*at)++];
        if (c == '\\' && *at < end && (quote == '"' || line[*at] == '\'')) {
            c = read_escape(line, end, at);
        }
        line[(*to)++] = c;
    }
    if (*at == end) {
        return false;
    }
    (*at)++;
    return *at == end || is_blank(line[*at]);
}

static enum respd_parsed split(struct respd_parser *parser, char *line, size_t end) {
    size_t at = 0;
    for (;;) {
        while (at < end && is_blank(line[at])) {
            at++;
        }
        if (at == end) {
            return RESPD_PARSED_COMMAND;
        }
        size_t first = at;
        size_t to = at;
        while (at < end && !is_blank(line[at])) {
            char c = line[at++];
            if (c != '"' && c != '\'') {
                line[to++] = c;
            } else if (!read_quoted(line, end, c, &at, &to)) {
                return refuse(parser, "unbalanced quotes in request");
            }
        }
        if (!add(parser, first, to - first)) {
            return refuse(parser, "out of memory");
        }
    }
}

static enum respd_parsed parse_line(struct respd_parser *parser, char *data, size_t bytes) {
    const char *newline = memchr(data + parser->scanned, '\n', bytes - parser->scanned);
    parser->scanned = bytes;
    if (newline == NULL) {
        return bytes < LINE_BYTES_MAX ? RESPD_PARSED_PART
                                      : refuse(parser, "too big inline request");
    }
    parser->position = (size_t)(newline - data) + 1;
    return split(parser, data, parser->position - 1);
}

enum respd_parsed respd_parse(struct respd_parser *parser, char *data, size_t bytes) {
    if (bytes == 0) {
        return RESPD_PARSED_PART;
    }
    return data[0] == '*' ? parse_array(parser, data, bytes) : parse_line(parser, data, bytes);
}
