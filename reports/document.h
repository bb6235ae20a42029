/* document.h - pages to be read: they run nothing and fetch nothing. What they have in common is
 * their head and their look, in light and dark and on paper.
 */
#ifndef REP_DOCUMENT_H
#define REP_DOCUMENT_H

#include "reports/text.h"

/* Everything up to and with the beginning of the body. The title is `kind` and `title` behind it;
 * `style` follows the common one. */
void rep_document_begin(struct rep_text *out, const char *kind, const char *title,
                        const char *style);
void rep_document_end(struct rep_text *out);

#endif
