#!/usr/bin/env bash
# tutorial_canary.sh - tutorial.sh must accept a copy of the pages and the programs, and reject, each for itself, a changed line
# of code, of output and of the README's example, a file that is not shown, a block of no file, a program that fails, one
# that prints something else, and a page that ends within a block. COGSIM_BUILD names the build directory.
set -euo pipefail
export LC_ALL=C
house=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
real_build=$(realpath "${COGSIM_BUILD:?names the build directory}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export COGSIM_BUILD=$scratch/build
failures=0

# A tutorial of two programs, so that it takes no time.
# shellcheck disable=SC2016 # the backticks stand for themselves
plant() {
    rm -rf "$scratch/tree" "$scratch/build"
    mkdir -p "$scratch/tree/core/tutorial" "$scratch/build/tutorial"
    cp "$house"/../../core/*.h "$scratch/tree/core"
    cp "$real_build/libcogen.a" "$real_build/cogen.pc" "$scratch/build"
    cd "$scratch/tree"
    printf '/* %s.c - x */\nint main(void) {\n    return 0;\n}\n' a >core/tutorial/a.c
    printf '/* %s.c - x */\nint main(void) {\n    return 0;\n}\n' b >core/tutorial/b.c
    printf '#!/bin/sh\necho "this is a"\n' >"$COGSIM_BUILD/tutorial/a"
    printf '#!/bin/sh\necho "this is b"\n' >"$COGSIM_BUILD/tutorial/b"
    chmod +x "$COGSIM_BUILD"/tutorial/*
    local name
    for name in a b; do
        printf '## %s\n\n```c\n%s\n```\n\ntext\n\n```sh\nls\n```\n\n```output\nthis is %s\n```\n\n' \
            "$name" "$(<"core/tutorial/$name.c")" "$name"
    done >core/TUTORIAL.md
    printf '# x\n\n```\nanything\n```\n\n```c\n#include "core/cogen.h"\n#include <stdio.h>\n\nint main(void) {\n' >README.md
    printf '    return puts(cog_status_name(COG_OK)) < 0;\n}\n```\n\n```output\nok\n```\n' >>README.md
}

# judged CODE WHAT SHELL_CODE: after the code has run in the sound tree, the check must end with the code and say WHAT.
judged() {
    local code=0 output
    plant
    eval "$3"
    output=$("$house/tutorial.sh" "$scratch/tree" 2>&1) || code=$?
    if ((code != $1)) || [[ $output != *"$2"* ]]; then
        printf '%s: exit code %d instead of %d\n%s\n' "$2" "$code" "$1" "$output"
        failures=$((failures + 1))
    fi
}

judged 0 "" ":"
judged 1 "shows another core/tutorial/a.c" "sed -i 's/return 0/return 1/' core/tutorial/a.c"
judged 1 "shows another core/tutorial/b.c" "echo >>core/tutorial/b.c"
judged 1 "core/tutorial/a.c prints something else" "sed -i 's/^this is a/this is  a/' core/TUTORIAL.md"
judged 1 "core/tutorial/b.c prints something else" "echo 'echo more >&2' >>\$COGSIM_BUILD/tutorial/b"
judged 1 "core/tutorial/b.c: exit code 3" "echo 'exit 3' >>\$COGSIM_BUILD/tutorial/b"
judged 1 "core/tutorial/b.c: exit code 127" "rm \$COGSIM_BUILD/tutorial/b"
judged 1 "core/tutorial/c.c is not in core/TUTORIAL.md" "cp core/tutorial/b.c core/tutorial/c.c"
judged 1 "does not name its file" "sed -i 's|^/. b.c|/* z.c|' core/TUTORIAL.md"
judged 1 "belong together" "sed -i '0,/^\`\`\`output/s//\`\`\`text/' core/TUTORIAL.md"
judged 1 "ends within an example" "echo '\`\`\`c' >>core/TUTORIAL.md"
judged 1 "begins inside another" "sed -i '0,/^\`\`\`$/s//text/' core/TUTORIAL.md"
judged 1 "README.md's example prints something else" "sed -i 's/^ok/okay/' README.md"
judged 1 "README.md's example does not compile" "sed -i 's/COG_OK/COG_GOOD/' README.md"
judged 1 "README.md: ends within an example, or has none" "echo nothing >README.md"
((failures == 0))
