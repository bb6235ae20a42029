/* facts.h - the facts about a run that head every report. */
#ifndef REP_FACTS_H
#define REP_FACTS_H

#include "reports/trace_model.h"

void rep_add_title(const struct rep_model *model, struct rep_text *text);

/* "ok", "failed"; "unfinished" if the trace does not say. */
void rep_add_verdict(const struct rep_model *model, struct rep_text *text);
bool rep_verdict_is_ok(const struct rep_model *model);

/* "560ms simulated, 57 events, 2 coroutines on 2 hosts, seed 1, trace 0123456789abcdef". */
void rep_add_facts(const struct rep_model *model, struct rep_text *text);

#endif
