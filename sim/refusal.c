/* refusal.c - finds what cannot run. */
#include "sim/refusal.h"

#include "sim/network.h"

static void refuse(struct sim_diagnostics *diagnostics, struct sim_place place, const char *what) {
    struct sim_finding *finding =
        sim_diagnostics_error(diagnostics, place, "this version of cogsim cannot run %s", what);
    sim_diagnostics_help(diagnostics, finding, "'cogsim check' checks it");
}

static void refuse_in_block(const struct sim_block *block, struct sim_diagnostics *diagnostics);

static void refuse_in_statement(const struct sim_statement *statement,
                                struct sim_diagnostics *diagnostics) {
    switch ((int)statement->kind) {
    case SIM_STATEMENT_EMIT:
        refuse(diagnostics, statement->place, "'emit'");
        break;
    case SIM_STATEMENT_ITERATE:
        refuse(diagnostics, statement->place, "'iterate'");
        break;
    case SIM_STATEMENT_IF:
        refuse_in_block(&statement->as.branch.then, diagnostics);
        refuse_in_block(&statement->as.branch.otherwise, diagnostics);
        break;
    case SIM_STATEMENT_REPEAT:
    case SIM_STATEMENT_WHILE:
        refuse_in_block(&statement->as.loop.body, diagnostics);
        break;
    default:
        break;
    }
    for (uint32_t i = 0; i < statement->handler_count; i++) {
        refuse_in_block(&statement->handlers[i].block, diagnostics);
    }
}

static void refuse_in_block(const struct sim_block *block, struct sim_diagnostics *diagnostics) {
    for (uint32_t i = 0; i < block->count; i++) {
        refuse_in_statement(&block->statements[i], diagnostics);
    }
}

static void refuse_in_link(const struct sim_link *link, struct sim_diagnostics *diagnostics) {
    if (link->has_loss) {
        refuse(diagnostics, link->loss_place, "'loss'");
    }
    if (link->has_duplicate) {
        refuse(diagnostics, link->duplicate_place, "'duplicate'");
    }
}

static void refuse_in_world(const struct sim_world_statement *statement,
                            struct sim_diagnostics *diagnostics) {
    switch (statement->kind) {
    case SIM_WORLD_CLOG:
        refuse(diagnostics, statement->place, "'clog'");
        break;
    case SIM_WORLD_CRASH:
        refuse(diagnostics, statement->place, "'crash'");
        break;
    case SIM_WORLD_RESTART:
        refuse(diagnostics, statement->place, "'restart'");
        break;
    case SIM_WORLD_STEP:
        refuse(diagnostics, statement->place, "'step'");
        break;
    case SIM_WORLD_LINK:
        refuse_in_link(statement->link, diagnostics);
        break;
    case SIM_WORLD_PARTITION:
    case SIM_WORLD_HEAL:
    case SIM_WORLD_SIGNAL:
    case SIM_WORLD_SET:
        break;
    }
}

static void refuse_in_hosts(const struct sim_scenario *scenario,
                            struct sim_diagnostics *diagnostics) {
    if (scenario->host_count > SIM_HOSTS_MAX) {
        refuse(diagnostics, scenario->hosts[SIM_HOSTS_MAX].place, "more than 1024 hosts");
    }
    for (uint32_t i = 0; i < scenario->host_count; i++) {
        if (scenario->hosts[i].has_program) {
            refuse(diagnostics, scenario->hosts[i].place, "a host's 'program'");
        }
    }
}

void sim_scenario_refuse(const struct sim_scenario *scenario, struct sim_diagnostics *diagnostics) {
    refuse_in_hosts(scenario, diagnostics);
    for (uint32_t i = 0; i < scenario->link_count; i++) {
        refuse_in_link(&scenario->links[i], diagnostics);
    }
    for (uint32_t i = 0; i < scenario->world_block_count; i++) {
        for (uint32_t j = 0; j < scenario->world_blocks[i].count; j++) {
            refuse_in_world(&scenario->world_blocks[i].statements[j], diagnostics);
        }
    }
    for (uint32_t i = 0; i < scenario->coroutine_count; i++) {
        refuse_in_block(&scenario->coroutines[i].body, diagnostics);
    }
    for (uint32_t i = 0; i < scenario->routine_count; i++) {
        refuse_in_block(&scenario->routines[i].body, diagnostics);
    }
    if (scenario->has_schedule) {
        refuse(diagnostics, scenario->schedule_place, "a 'schedule' block");
    }
    sim_diagnostics_sort(diagnostics);
}
