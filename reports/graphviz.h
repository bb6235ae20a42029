/* graphviz.h - the one context of Graphviz.
 *
 * Graphviz keeps one context a process: a second one crashes in its pango plug-in. That context is
 * this library's only mutable state; it is made at the first picture and lives as long as the
 * process.
 */
#ifndef REP_GRAPHVIZ_H
#define REP_GRAPHVIZ_H

#include <graphviz/gvc.h>

/* Null: it cannot be started. Comes before the first graph: it sets up what graphs rely on. Not
 * thread-safe. */
GVC_t *rep_graphviz_context(void);

/* Gives a graph, node or edge an attribute, of which the default is "". */
void rep_graphviz_set(void *object, const char *name, const char *value);

#endif
