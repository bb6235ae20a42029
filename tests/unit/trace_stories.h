/* trace_stories.h - traces of made-up runs, for tests of the reports. Each still is to be finished
 * by builder_finish. */
#ifndef TESTS_TRACE_STORIES_H
#define TESTS_TRACE_STORIES_H

#include "tests/unit/trace_builder.h"

/* A partition delays data past a strong deadline. */
void story_partition(struct builder *builder);

/* A generated run of about `event_count` events: workers that share a queue, weak timeouts,
 * visitors, awkward texts. */
void story_long(struct builder *builder, size_t event_count);

#endif
