/* refusal.c - finds what cannot run. */
#include "sim/refusal.h"

#include "sim/network.h"

/* Where the findings go, if anywhere, and how many there are. */
struct refusal {
    struct sim_diagnostics *diagnostics;
    size_t count;
};

static void refuse(struct refusal *refusal, struct sim_place place, const char *what) {
    refusal->count++;
    if (refusal->diagnostics == NULL) {
        return;
    }
    struct sim_diagnostics *diagnostics = refusal->diagnostics;
    struct sim_finding *finding =
        sim_diagnostics_error(diagnostics, place, "this version of cogsim cannot run %s", what);
    sim_diagnostics_help(diagnostics, finding, "'cogsim check' checks it");
}

static void refuse_in_link(const struct sim_link *link, struct refusal *refusal) {
    if (link->has_loss) {
        refuse(refusal, link->loss_place, "'loss'");
    }
    if (link->has_duplicate) {
        refuse(refusal, link->duplicate_place, "'duplicate'");
    }
}

static void refuse_in_world(const struct sim_world_statement *statement, struct refusal *refusal) {
    switch (statement->kind) {
    case SIM_WORLD_CLOG:
        refuse(refusal, statement->place, "'clog'");
        break;
    case SIM_WORLD_CRASH:
        refuse(refusal, statement->place, "'crash'");
        break;
    case SIM_WORLD_RESTART:
        refuse(refusal, statement->place, "'restart'");
        break;
    case SIM_WORLD_STEP:
        refuse(refusal, statement->place, "'step'");
        break;
    case SIM_WORLD_LINK:
        refuse_in_link(statement->link, refusal);
        break;
    case SIM_WORLD_PARTITION:
    case SIM_WORLD_HEAL:
    case SIM_WORLD_SIGNAL:
    case SIM_WORLD_SET:
        break;
    }
}

static void refuse_in_hosts(const struct sim_scenario *scenario, struct refusal *refusal) {
    if (scenario->host_count > SIM_HOSTS_MAX) {
        refuse(refusal, scenario->hosts[SIM_HOSTS_MAX].place, "more than 1024 hosts");
    }
}

bool sim_scenario_refuse(const struct sim_scenario *scenario, struct sim_diagnostics *diagnostics) {
    struct refusal all = {.diagnostics = diagnostics};
    struct refusal *refusal = &all;
    refuse_in_hosts(scenario, refusal);
    for (uint32_t i = 0; i < scenario->link_count; i++) {
        refuse_in_link(&scenario->links[i], refusal);
    }
    for (uint32_t i = 0; i < scenario->world_block_count; i++) {
        for (uint32_t j = 0; j < scenario->world_blocks[i].count; j++) {
            refuse_in_world(&scenario->world_blocks[i].statements[j], refusal);
        }
    }
    if (diagnostics != NULL) {
        sim_diagnostics_sort(diagnostics);
    }
    return all.count > 0;
}
