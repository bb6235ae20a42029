#!/usr/bin/env bash
# tree_canary.sh - plants one violation of each rule in a small tree of its own; tree.sh must find each of them, and
# nothing before they are planted.
set -euo pipefail
export LC_ALL=C
check=$(realpath "$(dirname "${BASH_SOURCE[0]}")/tree.sh")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

header() {
    printf '#ifndef %s\n#define %s\n%s\n#endif\n' "$1" "$1" "${2-}"
}

plant() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/core" "$tree/sim/program" "$tree/reports" "$tree/tests/unit"
    cd "$tree"
    header COG_A_H 'int cog_a(void);' >core/a.h
    header SIM_B_H '#include "core/a.h"' >sim/b.h
    header REP_H '#include <stddef.h>' >reports/reports.h
    printf '#include "core/a.h"\nint cog_a(void) {\n    return 0;\n}\n' >core/a.c
    printf '#include "sim/b.h"\n#include "reports/reports.h"\n' >sim/program/main.c
    printf '#include "sim/b.h"\n#include "reports/reports.h"\n' >tests/unit/test_a.c
    printf 'set(S\n    core/a.c\n    sim/program/main.c\n)\nset(T\n    tests/unit/test_a.c\n)\n' >CMakeLists.txt
}

# must_find WHAT SHELL_CODE: after the code has run in the sound tree, the check must fail and say WHAT.
must_find() {
    local output code=0
    plant
    eval "$2"
    output=$("$check" "$tree") || code=$?
    if ((code != 1)) || [[ $output != *"$1"* ]]; then
        printf 'not found: %s (exit code %d)\n%s\n' "$1" "$code" "$output"
        failures=$((failures + 1))
    fi
}

plant
"$check" "$tree" || { echo "the sound tree is rejected" && exit 1; }

must_find "core/a.h:4: may not include sim/b.h" "header COG_A_H $'\n#include \"sim/b.h\"' >core/a.h"
must_find "core/a.c:2: may not include sim/b.h" "sed -i '1a #include <sim/b.h>' core/a.c"
must_find "sim/b.h:3: may not include reports/reports.h" "header SIM_B_H '#include \"reports/reports.h\"' >sim/b.h"
must_find "reports/reports.h:3: may not include core/a.h" "header REP_H '#include \"core/a.h\"' >reports/reports.h"
must_find "core/a.c:1: may not include a.h" "sed -i 's|core/a.h|a.h|' core/a.c"
must_find "includes a source file" "echo '#include \"core/a.c\"' >>tests/unit/test_a.c"
must_find "its own header does not come first" "header COG_C_H >core/c.h; sed -i '1i #include \"core/c.h\"' core/a.c"
must_find "COG_A_H is used by more than one" "header COG_A_H >core/c.h"
must_find "core/c.h: has no include guard" "echo 'int cog_c(void);' >core/c.h"
must_find "core/c.h: does not compile alone" "header COG_C_H 'size_t cog_c(void);' >core/c.h"
must_find "core/c.c: is not in CMakeLists.txt" "echo 'int cog_c;' >core/c.c"
must_find "core/deep/c.c: is not in CMakeLists.txt" "mkdir core/deep; echo 'int cog_c;' >core/deep/c.c"
must_find "tests/unit/test_b.c: is not in CMakeLists.txt" "touch tests/unit/test_b.c"
must_find "core/a.c:5:" "echo '/* TOD''O: more */' >>core/a.c"
must_find "NOTES:1:" "echo 'see /wor''k/notes' >NOTES"

((failures == 0))
