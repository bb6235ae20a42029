/* table_network.h - the proactor of the table's stage: it attempts what it holds, by
 * core/readiness.h, on a connection that the test feeds. */
#ifndef TESTS_TABLE_NETWORK_H
#define TESTS_TABLE_NETWORK_H

#include "tests/unit/table_stage.h"

struct cog_proactor table_network_proactor(struct table_stage *stage);

/* What the peer does: as much as completes the operation; some of it; it fails. */
void table_network_complete(struct table_stage *stage);
void table_network_progress(struct table_stage *stage);
void table_network_fail(struct table_stage *stage);

#endif
