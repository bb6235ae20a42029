/* graphviz.c - the one context of Graphviz. */
#include "reports/graphviz.h"

#include <stdint.h>

GVC_t *rep_graphviz_context(void) {
    static GVC_t *graphviz_context;
    if (graphviz_context == NULL) {
        graphviz_context = gvContext();
        /* Warnings would go to standard error, which belongs to the program. */
        agseterr(AGMAX);
    }
    return graphviz_context;
}

void rep_graphviz_set(void *object, const char *name, const char *value) {
    /* Graphviz's interface of that age takes strings without const and leaves them alone. */
    agsafeset(object, (char *)(uintptr_t)name, (char *)(uintptr_t)value, (char *)(uintptr_t) "");
}
