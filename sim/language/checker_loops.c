/* checker_loops.c - warnings of loops that nothing leads out of and that never wait: whoever enters
 * one lets nobody else run, and time stand still.
 *
 * With `shared` variables around, reading and writing are waits too; then nothing is said.
 */
#include "sim/language/checker.h"

static bool is_for_ever(const struct sim_statement *statement) {
    const struct sim_expression *value = statement->as.loop.value;
    if (statement->kind == SIM_STATEMENT_REPEAT) {
        return value == NULL;
    }
    return statement->kind == SIM_STATEMENT_WHILE && value != NULL &&
           value->kind == SIM_EXPRESSION_BOOL && value->as.integer != 0;
}

/* Does it go on at once, whatever happens? A `check` may fail. */
static bool goes_on(enum sim_statement_kind kind) {
    switch ((int)kind) {
    case SIM_STATEMENT_LET:
    case SIM_STATEMENT_SET:
    case SIM_STATEMENT_IF:
    case SIM_STATEMENT_REPEAT:
    case SIM_STATEMENT_WHILE:
    case SIM_STATEMENT_CONTINUE:
    case SIM_STATEMENT_LOG:
    case SIM_STATEMENT_PICK:
        return true;
    default:
        return false;
    }
}

static bool block_goes_on(struct sim_block *block) {
    for (uint32_t i = 0; i < block->count; i++) {
        struct sim_statement *statement = &block->statements[i];
        struct sim_statement_parts parts = sim_statement_parts(statement);
        if (statement->is_broken || !goes_on(statement->kind)) {
            return false;
        }
        for (uint32_t j = 0; j < SIM_PART_BLOCKS_MAX; j++) {
            if (parts.blocks[j] != NULL && !block_goes_on(parts.blocks[j])) {
                return false;
            }
        }
    }
    return true;
}

static void check_block(struct sim_checker *checker, struct sim_block *block);

static void check_statement(struct sim_checker *checker, struct sim_statement *statement) {
    struct sim_statement_parts parts = sim_statement_parts(statement);
    if (!statement->is_broken && is_for_ever(statement) && block_goes_on(parts.blocks[0])) {
        struct sim_finding *finding =
            sim_diagnostics_warning(checker->diagnostics, statement->place,
                                    "this loop neither ends nor waits: nothing else can run");
        sim_diagnostics_label(checker->diagnostics, finding,
                              "a 'break', a 'sleep' or a 'yield' is missing");
        return;
    }
    for (uint32_t i = 0; i < SIM_PART_BLOCKS_MAX; i++) {
        if (parts.blocks[i] != NULL) {
            check_block(checker, parts.blocks[i]);
        }
    }
    for (uint32_t i = 0; i < statement->handler_count; i++) {
        check_block(checker, &statement->handlers[i].block);
    }
}

static void check_block(struct sim_checker *checker, struct sim_block *block) {
    for (uint32_t i = 0; i < block->count; i++) {
        check_statement(checker, &block->statements[i]);
    }
}

void sim_checker_loops(struct sim_checker *checker) {
    for (uint32_t i = 0; i < checker->scenario->variable_count; i++) {
        if (checker->scenario->variables[i].is_shared) {
            return;
        }
    }
    for (uint32_t i = 0; i < checker->body_count; i++) {
        check_block(checker, &checker->bodies[i].coroutine->body);
    }
}
