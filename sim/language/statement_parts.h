/* statement_parts.h - what a statement is made of, whatever its kind: for walks over the tree. */
#ifndef SIM_LANGUAGE_STATEMENT_PARTS_H
#define SIM_LANGUAGE_STATEMENT_PARTS_H

#include "sim/language/ast.h"

enum { SIM_PART_EXPRESSIONS_MAX = 5, SIM_PART_BLOCKS_MAX = 2 };

/* Null where the kind has no such part, or this statement does not use it. */
struct sim_statement_parts {
    struct sim_expression *expressions[SIM_PART_EXPRESSIONS_MAX]; /* with nulls between them */
    struct sim_expression_list *list;
    struct sim_target *object;                     /* read and written at once */
    struct sim_target *target;                     /* written; its kind may be NONE */
    struct sim_block *blocks[SIM_PART_BLOCKS_MAX]; /* handlers apart */
};

struct sim_statement_parts sim_statement_parts(struct sim_statement *statement);

/* The word that a statement begins with. */
const char *sim_statement_word(enum sim_statement_kind kind);

#endif
