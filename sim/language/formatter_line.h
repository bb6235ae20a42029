/* formatter_line.h - one line of code in its layout, indentation and comment apart. */
#ifndef SIM_LANGUAGE_FORMATTER_LINE_H
#define SIM_LANGUAGE_FORMATTER_LINE_H

#include "sim/language/buffer.h"
#include "sim/language/lexer.h"
#include "sim/language/words.h"

/* Which reserved words the file has made names of parameters. */
struct sim_format_words {
    bool is_parameter[SIM_WORD_COUNT];
};

/* What has been seen of a line. */
struct sim_format_line {
    const struct sim_format_words *words;
    struct sim_token head;     /* its first word */
    struct sim_token previous; /* the token before `last` */
    struct sim_token last;
    uint32_t token_count;
    bool last_is_operand; /* something that a value may end with */
    bool last_is_sign;    /* a minus that belongs to what follows */
};

void sim_format_line_init(struct sim_format_line *line, const struct sim_format_words *words);

/* Takes the next token, which `next` follows. Whether there is a blank before it. */
bool sim_format_line_add(struct sim_format_line *line, const struct sim_token *token,
                         const struct sim_token *next, const char *text);

#endif
