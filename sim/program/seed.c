/* seed.c - asks git. */
#include "sim/program/seed.h"

#include "sim/program/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The first fifteen digits of the commit, of which nobody has two alike. */
static bool ask_git(uint64_t *seed, char commit[SEED_COMMIT_BYTES]) {
    char line[128] = "";
    FILE *git = popen("git rev-parse --verify HEAD 2>/dev/null", "r");
    bool is_read = git != NULL && fgets(line, sizeof line, git) != NULL;
    bool is_well = git != NULL && pclose(git) == 0;
    size_t digits = strspn(line, "0123456789abcdef");
    if (!is_read || !is_well || digits < 40 || (line[digits] != '\n' && line[digits] != '\0')) {
        return false;
    }
    (void)snprintf(commit, SEED_COMMIT_BYTES, "%.*s", (int)digits, line);
    line[15] = '\0';
    *seed = strtoull(line, NULL, 16);
    return true;
}

bool seed_read(const char *text, uint64_t *seed, char commit[SEED_COMMIT_BYTES]) {
    commit[0] = '\0';
    *seed = 1;
    if (text == NULL) {
        return true;
    }
    if (strcmp(text, "commit") == 0) {
        if (!ask_git(seed, commit)) {
            complain("--seed commit: git knows of no commit here; go to a working copy that has "
                     "one, or give a number");
            return false;
        }
        return true;
    }
    char *end = NULL;
    size_t digits = strspn(text, "0123456789");
    errno = 0;
    *seed = strtoull(text, &end, 10);
    if (digits == 0 || text[digits] != '\0' || errno != 0 || *seed == 0) {
        complain("--seed: '%s' is neither a number from 1 nor 'commit'", text);
        return false;
    }
    return true;
}
