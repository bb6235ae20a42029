/* formatter_line.c - where blanks stand between tokens. */
#include "sim/language/formatter_line.h"

#include <string.h>

void sim_format_line_init(struct sim_format_line *line, const struct sim_format_words *words) {
    *line = (struct sim_format_line){.words = words};
}

static bool is_reserved(const struct sim_token *token) {
    return token->kind == SIM_TOKEN_NAME && token->name_number < SIM_WORD_COUNT;
}

static bool is_word(const struct sim_token *token, enum sim_word word) {
    return token->kind == SIM_TOKEN_NAME && token->name_number == (uint32_t)word;
}

static bool is_literal(const struct sim_token *token) {
    return token->kind == SIM_TOKEN_NUMBER || token->kind == SIM_TOKEN_SIZE ||
           token->kind == SIM_TOKEN_DURATION || token->kind == SIM_TOKEN_DECIMAL ||
           token->kind == SIM_TOKEN_TEXT;
}

/* May a value end with this token? A reserved word that is the name of a parameter is a value where
 * one is due: behind another word, an operator or a bracket, and not behind a value. */
static bool is_operand(const struct sim_format_line *line, const struct sim_token *token) {
    if (token->kind != SIM_TOKEN_NAME) {
        return is_literal(token) || token->kind == SIM_TOKEN_RIGHT_PARENTHESIS ||
               token->kind == SIM_TOKEN_RIGHT_BRACKET;
    }
    if (!is_reserved(token)) {
        return true;
    }
    bool is_value = is_word(token, SIM_WORD_NOW) || is_word(token, SIM_WORD_INDEX) ||
                    is_word(token, SIM_WORD_TRUE) || is_word(token, SIM_WORD_FALSE);
    bool is_due = line->token_count > 0 && !line->last_is_operand;
    return is_value || (is_due && line->words->is_parameter[token->name_number]);
}

/* `put QUEUE E`, `publish CHANNEL E`, `send SOCKET E`: a value begins behind the second word. */
static bool is_behind_object(const struct sim_format_line *line) {
    return line->token_count == 2 &&
           (is_word(&line->head, SIM_WORD_PUT) || is_word(&line->head, SIM_WORD_PUBLISH) ||
            is_word(&line->head, SIM_WORD_SEND) || is_word(&line->head, SIM_WORD_SENDALL));
}

/* The parenthesis of `call R(...)`, `spawn R(...)`, `iterate V from R(...)`, `routine R(...)`. */
static bool is_call(const struct sim_format_line *line) {
    bool is_iterated =
        is_word(&line->head, SIM_WORD_ITERATE) && is_word(&line->previous, SIM_WORD_FROM);
    bool is_named = line->token_count == 2 &&
                    (is_word(&line->head, SIM_WORD_CALL) || is_word(&line->head, SIM_WORD_SPAWN) ||
                     is_word(&line->head, SIM_WORD_ROUTINE));
    return line->last.kind == SIM_TOKEN_NAME && (is_iterated || is_named);
}

/* `2%`, not `n % 2`. */
static bool is_percentage(const struct sim_format_line *line, const struct sim_token *next) {
    bool is_number = line->last.kind == SIM_TOKEN_NUMBER || line->last.kind == SIM_TOKEN_DECIMAL;
    bool is_over = next->kind == SIM_TOKEN_END || next->kind == SIM_TOKEN_COMMA;
    bool is_clause = is_reserved(next) && !is_word(next, SIM_WORD_NOW) &&
                     !is_word(next, SIM_WORD_INDEX) && !is_word(next, SIM_WORD_TRUE) &&
                     !is_word(next, SIM_WORD_FALSE);
    return is_number && (is_over || (is_clause && is_word(&line->head, SIM_WORD_LINK)));
}

static bool is_name(const struct sim_token *token, const char *text, const char *name) {
    size_t length = strlen(name);
    return token->kind == SIM_TOKEN_NAME && token->place.length == length &&
           memcmp(text + token->place.offset, name, length) == 0;
}

/* The slash of `1MB/s`. */
static bool is_rate(const struct sim_format_line *line, const struct sim_token *next,
                    const char *text) {
    return is_word(&line->head, SIM_WORD_LINK) && is_name(next, text, "s");
}

static bool is_glued(const struct sim_format_line *line, const struct sim_token *token,
                     const struct sim_token *next, const char *text) {
    switch ((int)token->kind) {
    case SIM_TOKEN_COMMA:
    case SIM_TOKEN_COLON:
    case SIM_TOKEN_RIGHT_PARENTHESIS:
    case SIM_TOKEN_LEFT_BRACKET:
    case SIM_TOKEN_RIGHT_BRACKET:
    case SIM_TOKEN_RANGE:
        return true;
    case SIM_TOKEN_LEFT_PARENTHESIS:
        return is_call(line);
    case SIM_TOKEN_PERCENT:
        return is_percentage(line, next);
    case SIM_TOKEN_SLASH:
        return is_rate(line, next, text);
    default:
        return line->last.kind == SIM_TOKEN_SLASH && is_rate(line, token, text);
    }
}

bool sim_format_line_add(struct sim_format_line *line, const struct sim_token *token,
                         const struct sim_token *next, const char *text) {
    bool is_first = line->token_count == 0;
    bool is_inside = line->last.kind == SIM_TOKEN_LEFT_PARENTHESIS ||
                     line->last.kind == SIM_TOKEN_LEFT_BRACKET ||
                     line->last.kind == SIM_TOKEN_RANGE || line->last_is_sign;
    bool has_blank = !is_first && !is_inside && !is_glued(line, token, next, text);
    bool is_sign =
        token->kind == SIM_TOKEN_MINUS && (!line->last_is_operand || is_behind_object(line));
    bool is_value = is_operand(line, token);
    if (is_first) {
        line->head = *token;
    }
    line->previous = line->last;
    line->last = *token;
    line->last_is_sign = is_sign;
    line->last_is_operand = is_value;
    line->token_count++;
    return has_blank;
}
