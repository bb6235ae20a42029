#!/usr/bin/env bash
# tutorial.sh [ROOT] - the tutorial and the README say what is so: each ```c block of core/TUTORIAL.md is the file of core/tutorial/
# that its first line names, byte for byte, and no file is missing; the program built from it prints exactly the ```output
# block that follows, and succeeds. README.md's ```c block is compiled here, and held to the same. COGSIM_BUILD names the
# build directory.
set -euo pipefail
export LC_ALL=C
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"
build=${COGSIM_BUILD:?names the build directory}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

fail() {
    printf '%s\n' "$*"
    failures=$((failures + 1))
}

# extract PAGE DIRECTORY: writes the blocks to 01.c, 01.output, 02.c and so on.
extract() {
    mkdir -p "$2"
    awk -v folder="$2" '
        /^```$/ && inside { close(file); inside = 0; next }
        /^```/ && inside { print FILENAME ":" NR ": a block begins inside another"; failed = 1 }
        /^```/ {
            inside = 1
            kind = substr($0, 4)
            if (kind == "c" && has_code || kind == "output" && !has_code) {
                print FILENAME ":" NR ": a c block and an output block belong together"
                failed = 1
            }
            if (kind == "c") { count++; has_code = 1 }
            if (kind == "output") { has_code = 0 }
            keep = kind == "c" || kind == "output"
            file = sprintf("%s/%02d.%s", folder, count, kind)
            if (keep) printf "" >file
            next
        }
        inside && keep { print >file }
        END {
            if (inside || has_code || !count) { print FILENAME ": ends within an example, or has none"; failed = 1 }
            exit failed
        }
    ' "$1" || fail "$1 cannot be read"
}

# compare WHAT EXPECTED FOUND
compare() {
    diff -u "$2" "$3" >"$scratch/difference" || fail "$1:"$'\n'"$(<"$scratch/difference")"
}

# check_program WHAT PROGRAM OUTPUT: it succeeds and prints exactly that.
check_program() {
    local code=0
    timeout 60 "$2" >"$scratch/printed" 2>&1 </dev/null || code=$?
    ((code == 0)) || fail "$1: exit code $code"
    compare "$1 prints something else" "$3" "$scratch/printed"
}

check_tutorial() {
    local block name shown=" "
    for block in "$scratch"/tutorial/*.c; do
        [[ -e $block ]] || return 0
        name=$(sed -nE '1s|^/\* ([a-z0-9_]+)\.c - .*|\1|p' "$block")
        if [[ -z $name || ! -f core/tutorial/$name.c ]]; then
            fail "core/TUTORIAL.md: a block does not name its file: $(head -n 1 "$block")"
            continue
        fi
        shown+="$name "
        compare "core/TUTORIAL.md shows another core/tutorial/$name.c" "core/tutorial/$name.c" "$block"
        check_program "core/tutorial/$name.c" "$build/tutorial/$name" "${block%.c}.output"
    done
    for block in core/tutorial/*.c; do
        name=$(basename "$block" .c)
        [[ $shown == *" $name "* ]] || fail "$block is not in core/TUTORIAL.md"
    done
}

check_readme() {
    local block uring=()
    ! grep -qs -- '-luring' "$build/cogen.pc" || uring=(-luring)
    for block in "$scratch"/readme/*.c; do
        [[ -e $block ]] || return 0
        if "${CC:-cc}" -Wall -Wextra -Werror -I. "$block" "$build/libcogen.a" "${uring[@]}" -pthread \
            -o "$scratch/example" >"$scratch/errors" 2>&1; then
            check_program "README.md's example" "$scratch/example" "${block%.c}.output"
        else
            fail "README.md's example does not compile:"$'\n'"$(<"$scratch/errors")"
        fi
    done
}

extract core/TUTORIAL.md "$scratch/tutorial"
extract README.md "$scratch/readme"
check_tutorial
check_readme
((failures == 0))
