/* parser_text.c - texts: escapes resolved, `{E}` parsed where it stands. */
#include "sim/language/parser.h"

#include <string.h>

/* A text token being read. */
struct text_reader {
    struct sim_parser *parser;
    struct sim_place place; /* of the token */
    uint32_t at;
    uint32_t end; /* at the closing quote */
    char *bytes;  /* the piece so far; as much room as the token has bytes */
    size_t length;
};

static struct sim_place place_in(const struct text_reader *reader, uint32_t offset,
                                 uint32_t length) {
    struct sim_place place = reader->place;
    const char *text = reader->parser->lexer.text;
    for (uint32_t i = reader->place.offset; i < offset; i++) {
        place.column += ((unsigned char)text[i + 1] & 0xc0U) != 0x80U;
    }
    place.offset = offset;
    place.length = length;
    return place;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool bad_escape(struct text_reader *reader, uint32_t length) {
    struct sim_parser *parser = reader->parser;
    struct sim_finding *finding =
        sim_parser_error(parser, place_in(reader, reader->at, length), "unknown escape in a text");
    sim_diagnostics_label(parser->diagnostics, finding,
                          "escapes are \\n \\t \\\" \\\\ \\{ \\} and \\xHH");
    return false;
}

/* At a backslash, which another character always follows. */
static bool read_escape(struct text_reader *reader) {
    const char *text = reader->parser->lexer.text;
    char c = text[reader->at + 1];
    if (c == 'x') {
        int high = reader->at + 2 < reader->end ? hex_digit(text[reader->at + 2]) : -1;
        int low = reader->at + 3 < reader->end ? hex_digit(text[reader->at + 3]) : -1;
        if (high < 0 || low < 0) {
            return bad_escape(reader, 2);
        }
        reader->bytes[reader->length++] = (char)(high * 16 + low);
        reader->at += 4;
        return true;
    }
    static const char escapes[] = "nt\"\\{}";
    static const char meanings[] = "\n\t\"\\{}";
    const char *found = c == '\0' ? NULL : strchr(escapes, c);
    if (found == NULL) {
        return bad_escape(reader, 2);
    }
    reader->bytes[reader->length++] = meanings[found - escapes];
    reader->at += 2;
    return true;
}

/* Reads bytes up to an interpolation or the end. */
static bool read_bytes(struct text_reader *reader) {
    const char *text = reader->parser->lexer.text;
    while (reader->at < reader->end && text[reader->at] != '{') {
        char c = text[reader->at];
        if (c == '}') {
            struct sim_finding *finding = sim_parser_error(
                reader->parser, place_in(reader, reader->at, 1), "a '}' without its '{'");
            sim_diagnostics_label(reader->parser->diagnostics, finding,
                                  "a brace that is meant to be seen is written \\}");
            return false;
        }
        if (c == '\\') {
            if (!read_escape(reader)) {
                return false;
            }
        } else {
            reader->bytes[reader->length++] = c;
            reader->at++;
        }
    }
    return true;
}

static struct sim_text_piece *add_piece(struct text_reader *reader, struct sim_expression *text) {
    struct sim_text_piece *pieces =
        sim_arena_push(reader->parser->arena, text->as.text.pieces, &text->as.text.piece_count,
                       sizeof(struct sim_text_piece));
    if (pieces == NULL) {
        return NULL;
    }
    text->as.text.pieces = pieces;
    return &pieces[text->as.text.piece_count - 1];
}

static bool flush_bytes(struct text_reader *reader, struct sim_expression *text) {
    if (reader->length == 0) {
        return true;
    }
    const char *copy = sim_arena_copy(reader->parser->arena, reader->bytes, reader->length);
    struct sim_text_piece *piece = add_piece(reader, text);
    if (copy == NULL || piece == NULL) {
        return false;
    }
    piece->bytes = (struct sim_text){.bytes = copy, .length = reader->length};
    reader->length = 0;
    return true;
}

static bool unclosed(struct text_reader *reader) {
    struct sim_finding *finding =
        sim_parser_error(reader->parser, place_in(reader, reader->at, 1), "a '{' without its '}'");
    sim_diagnostics_label(reader->parser->diagnostics, finding,
                          "a brace that is meant to be seen is written \\{");
    return false;
}

static bool empty_braces(struct text_reader *reader, uint32_t close) {
    struct sim_finding *finding =
        sim_parser_error(reader->parser, place_in(reader, reader->at, close + 1 - reader->at),
                         "braces with no value in them");
    sim_diagnostics_label(reader->parser->diagnostics, finding,
                          "braces that are meant to be seen are written \\{ and \\}");
    return false;
}

/* Lets the parser work between the braces, as if the line ended at the closing one. */
static struct sim_expression *parse_between(struct sim_parser *parser, struct sim_place start,
                                            uint32_t close) {
    struct sim_lexer lexer = parser->lexer;
    struct sim_token token = parser->token;
    struct sim_token last = parser->last;
    parser->lexer.at = start.offset;
    parser->lexer.counted_at = start.offset;
    parser->lexer.counted_column = start.column;
    parser->lexer.line_end = close;
    sim_parser_advance(parser);
    struct sim_expression *expression = sim_parser_expression(parser);
    if (expression != NULL && parser->token.kind != SIM_TOKEN_END) {
        (void)sim_parser_unexpected(parser, "'}'");
        expression = NULL;
    }
    parser->lexer = lexer;
    parser->token = token;
    parser->last = last;
    return expression;
}

/* At an opening brace. */
static bool read_interpolation(struct text_reader *reader, struct sim_expression *text) {
    const char *source = reader->parser->lexer.text;
    const char *close = memchr(source + reader->at, '}', reader->end - reader->at);
    if (close == NULL) {
        return unclosed(reader);
    }
    uint32_t close_offset = (uint32_t)(close - source);
    if (close_offset == reader->at + strspn(source + reader->at + 1, " ") + 1) {
        return empty_braces(reader, close_offset);
    }
    struct sim_place start = place_in(reader, reader->at + 1, 0);
    struct sim_expression *expression = parse_between(reader->parser, start, close_offset);
    struct sim_text_piece *piece = expression == NULL ? NULL : add_piece(reader, text);
    if (piece == NULL) {
        return false;
    }
    piece->expression = expression;
    if (text->depth <= expression->depth) {
        text->depth = expression->depth + 1;
    }
    /* Counting columns goes on here, so that a text of many braces is counted once. */
    reader->place = place_in(reader, close_offset, 0);
    reader->at = close_offset + 1;
    return true;
}

static bool read_pieces(struct text_reader *reader, struct sim_expression *text) {
    const char *source = reader->parser->lexer.text;
    while (reader->at < reader->end) {
        if (!read_bytes(reader) || !flush_bytes(reader, text)) {
            return false;
        }
        if (reader->at < reader->end && source[reader->at] == '{' &&
            !read_interpolation(reader, text)) {
            return false;
        }
    }
    if (text->depth > SIM_EXPRESSION_DEPTH_MAX) {
        (void)sim_parser_error(reader->parser, text->place, "the expression is too long");
        return false;
    }
    return true;
}

static bool start_reading(struct text_reader *reader, struct sim_parser *parser) {
    struct sim_place place = parser->token.place;
    *reader = (struct text_reader){.parser = parser,
                                   .place = place,
                                   .at = place.offset + 1,
                                   .end = place.offset + place.length - 1};
    reader->bytes = sim_arena_allocate(parser->arena, place.length);
    return reader->bytes != NULL;
}

/* A text that is broken still is a text: the line goes on after it. */
struct sim_expression *sim_parser_text(struct sim_parser *parser) {
    struct text_reader reader;
    struct sim_expression *text =
        sim_parser_make_expression(parser, SIM_EXPRESSION_TEXT, parser->token.place);
    if (text == NULL || !start_reading(&reader, parser)) {
        return NULL;
    }
    (void)read_pieces(&reader, text);
    sim_parser_advance(parser);
    return text;
}
