/* standalone.h - one text of a scenario that is many: what it includes spliced in, the values of
 * parameters and of one row of `each` in place, comments and its schedule left out.
 */
#ifndef SIM_SHRINK_STANDALONE_H
#define SIM_SHRINK_STANDALONE_H

#include "sim/language/ast.h"
#include "sim/language/buffer.h"
#include "sim/language/source.h"

enum sim_standalone_form {
    SIM_STANDALONE_REPLACED, /* a parameter's value stands wherever its name stood */
    SIM_STANDALONE_NAMED,    /* parameters stay, with these values: where a name is also a word of
                                the language, that is sure to mean the same */
};

/* Adds the text, in no particular layout. scenario: parsed from the source, with everything that
 * was said of its parameters. vary: what its `explore` line shall say. */
void sim_standalone_add(struct sim_buffer *text, const struct sim_source *source,
                        const struct sim_scenario *scenario, unsigned vary,
                        enum sim_standalone_form form);

/* The length of what a line says: to its comment, blanks at its end apart. */
size_t sim_line_length(const char *line, size_t length);

#endif
