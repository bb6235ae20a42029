#!/usr/bin/env bash
# tree.sh [ROOT] - the rules that hold for every file of the tree: who includes whom, headers that compile alone, complete
# source lists, nothing left unfinished. Prints each violation and exits 1 if there is any.
set -euo pipefail
export LC_ALL=C
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"

violations=$(mktemp)
trap 'rm -f "$violations"' EXIT

violation() {
    printf '%s\n' "$*" | tee -a "$violations"
}

# c_files DIRECTORY... SUFFIXES
c_files() {
    local suffixes=${*: -1}
    find "${@:1:$#-1}" -type f -name "*.[$suffixes]" 2>/dev/null | sort
}

# may_include FILE INCLUDED: data flows one way, scenario -> sim -> core -> trace -> reports.
may_include() {
    case $1:$2 in
    core/*:core/*) ;;
    sim/*:sim/* | sim/*:core/*) ;;
    # The program puts the parts together; it sees of the reports what anybody sees.
    sim/program/*:reports/reports.h | sim/program/*:reports/campaign.h) ;;
    reports/*:reports/*) ;;
    tests/*:core/* | tests/*:sim/* | tests/*:reports/* | tests/*:tests/* | tests/*:scenarios/*) ;;
    # Programs of scenarios are written as users write theirs: on what is installed.
    scenarios/*:scenarios/* | scenarios/*:core/cogen.h | scenarios/*:core/list.h | scenarios/*:core/recorder.h) ;;
    *) return 1 ;;
    esac
}

check_includes() {
    local file number line included own first
    while IFS= read -r file; do
        first=
        while IFS=: read -r number line; do
            included=${line#*[\"<]}
            included=${included%%[\">]*}
            [[ $line == *\"* ]] && first=${first:-$included}
            if [[ $line == *\"* || $included =~ ^(core|sim|reports|tests|scenarios)/ ]]; then
                may_include "$file" "$included" ||
                    violation "$file:$number: may not include $included"
                [[ $included != *.c ]] || violation "$file:$number: includes a source file"
            fi
        done < <(grep -nE '^[[:space:]]*#[[:space:]]*include' "$file" || true)
        own=${file%.c}.h
        if [[ $file == *.c && -f $own && $first != "$own" ]]; then
            violation "$file: its own header does not come first"
        fi
    done < <(c_files core sim reports tests scenarios ch)
}

# header_problem FILE: the header is all there is in the translation unit.
header_problem() {
    grep -q '^#ifndef [A-Z_0-9]*_H$' "$1" || echo "$1: has no include guard"
    gcc -std=c17 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -I. -fsyntax-only -include "$1" -x c /dev/null \
        >/dev/null 2>&1 || echo "$1: does not compile alone"
}

check_headers() {
    local guard
    # Two headers of one guard hide each other.
    while IFS= read -r guard; do
        violation "include guard ${guard#\#ifndef } is used by more than one header"
    done < <(c_files core sim reports tests h | xargs -r grep -hm1 '^#ifndef' | sort | uniq -d)
    export -f header_problem
    c_files core sim reports tests h | xargs -r -P "$(nproc)" -I{} bash -c 'header_problem {}' |
        sort | tee -a "$violations"
}

check_source_lists() {
    local file
    while IFS= read -r file; do
        grep -qE "^[[:space:]]*${file//./\\.}$" CMakeLists.txt || violation "$file: is not in CMakeLists.txt"
    done < <(c_files core sim reports tests cS)
}

check_words() {
    local line
    # Brackets keep the patterns from finding themselves.
    while IFS= read -r line; do
        violation "$line"
    done < <(find . -type d \( -name .git -o -path ./build -o -path ./out -o -name node_modules \) -prune -o -type f -print0 |
        xargs -0 grep -nIE '\<(TOD[O]|FIXM[E])\>|(^|[^[:alnum:]_.$}])/(wor[k]|roo[t]|hom[e]|tm[p])/[[:alnum:]]|\.\./share[d]' |
        sed 's/$/   <- names a place of one machine, or is unfinished/')
}

check_includes
check_headers
check_source_lists
check_words
if [[ -s $violations ]]; then
    printf '%d violations\n' "$(wc -l <"$violations")"
    exit 1
fi
