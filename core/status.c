/* status.c - names and texts of the codes. */
#include "core/status.h"

const char *cog_status_name(int status) {
    switch (status) {
#define COG_STATUS_NAME(enumerator, value, name, text)                                             \
    case enumerator:                                                                               \
        return name;
        COG_STATUS_TABLE(COG_STATUS_NAME)
#undef COG_STATUS_NAME
    }
    return "unknown";
}

const char *cog_status_text(int status) {
    switch (status) {
#define COG_STATUS_TEXT(enumerator, value, name, text)                                             \
    case enumerator:                                                                               \
        return text;
        COG_STATUS_TABLE(COG_STATUS_TEXT)
#undef COG_STATUS_TEXT
    }
    return "unknown status";
}
