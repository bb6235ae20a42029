/* graph_render.h - a picture through Graphviz into the bytes of a file. */
#ifndef REP_GRAPH_RENDER_H
#define REP_GRAPH_RENDER_H

#include "reports/picture.h"
#include "reports/reports.h"

/* `format` is svg, png, pdf or dot. REP_OK: `*bytes` is the caller's, to be released by free().
 * REP_ENOMEM, REP_ERENDER. Not thread-safe. */
int rep_picture_render(const struct rep_picture *picture, const char *format, char **bytes,
                       size_t *byte_count, struct rep_error *error);

#endif
