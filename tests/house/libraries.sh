#!/usr/bin/env bash
# libraries.sh - what the built libraries may not contain: state that lasts between calls, printing, exiting, and in core
# and reports the symbols of the layers that they do not know.
#
# COGSIM_BUILD is the build directory; ctest sets it.
set -euo pipefail
export LC_ALL=C
build=${COGSIM_BUILD:-$(dirname "${BASH_SOURCE[0]}")/../../build}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# needs FILE PATTERN: the symbols matching it that the file needs from elsewhere. A failed assertion may tell why.
needs() {
    nm -uA "$1" 2>/dev/null | grep -v ':check\.c\.o:' | awk '{print $NF}' | grep -xE "$2" | sort -u
}

# holds FILE: its variables that can change. Constant tables of pointers (.data.rel.ro) are written by the loader only.
# Graphviz forces the one exception: it bears only one context a process.
holds() {
    objdump -t "$1" | grep -E '[[:space:]](\.data|\.bss|\.tdata|\.tbss|\*COM\*)(\.[^[:space:]]*)?[[:space:]]' |
        grep -v '\.data\.rel\.ro' | awk '$NF !~ /^\./ && $NF !~ /graphviz_context/ {print $NF}'
}

output='printf|vprintf|puts|putchar|perror|stdout|stderr|__printf_chk|__vprintf_chk|exit|_exit|quick_exit'

# problems FILE FOREIGN_PREFIXES: one line each.
problems() {
    needs "$1" "$output" | sed 's/^/prints or exits: /'
    needs "$1" "($2)_.*" | sed 's/^/belongs to another layer: /'
    holds "$1" | sed 's/^/lasting state: /'
}

found=0
report() {
    local line
    [[ -f $1 ]] || { echo "$1 is missing" && exit 1; }
    while IFS= read -r line; do
        printf '%s: %s\n' "$(basename "$1")" "$line"
        found=1
    done < <(problems "$1" "$2" || true)
}

# The canary: an object with one of each must be found out.
cat >"$scratch/canary.c" <<'END'
#include <stdio.h>
void sim_foreign(void);
int canary_counter;
static int canary_hidden = 1;
_Thread_local int canary_thread;
static const char *const canary_names[] = {"a", "b"};
const char *canary(int i);
const char *canary(int i) {
    static int canary_static;
    puts("canary");
    sim_foreign();
    canary_static += canary_hidden++;
    return canary_names[(i + canary_static) % 2];
}
END
gcc -c -o "$scratch/canary.o" "$scratch/canary.c"
expected='puts|sim_foreign|canary_counter|canary_hidden|canary_thread|canary_static'
count=$({ problems "$scratch/canary.o" sim || true; } | grep -cE ": ($expected)")
if ((count != 6)); then
    echo "the canary is not found out:"
    problems "$scratch/canary.o" sim
    exit 1
fi

report "$build/libcogen.a" 'sim|rep'
report "$build/libcogsim.a" 'rep'
report "$build/libreports.a" 'cog|sim'
((found == 0))
