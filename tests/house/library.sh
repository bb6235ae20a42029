#!/usr/bin/env bash
# library.sh [ROOT] - what is promised of the library of scenarios: its table of contents names every file, and no other; each
# begins with a comment that says what one learns, is formatted, and has nothing that the checker warns of. There are at least
# eighty. COGSIM names the program.
set -euo pipefail
export LC_ALL=C
program=$(realpath "${COGSIM:?COGSIM names the program}")
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}/scenarios"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

complain() {
    printf '%s\n' "$*"
    failures=$((failures + 1))
}

# The files that the table names: each line one name, which may hold {a,b}.
# shellcheck disable=SC2016 # the backticks stand for themselves
named() {
    local name head tail part
    while read -r name; do
        if [[ $name != *"{"* ]]; then
            printf '%s\n' "$name"
            continue
        fi
        head=${name%%\{*} tail=${name##*\}}
        name=${name#*\{}
        for part in ${name%%\}*}; do
            printf '%s%s%s\n' "$head" "$part" "$tail"
        done
    done < <(sed -n 's/^| `\([^`]*\.scn\)` |.*/\1/p' README.md | tr -d ' ' | sed '/{/s/,/ /g')
}

named | sort >"$scratch/named"
find . -name '*.scn' -type f | sed 's#^\./##' | sort >"$scratch/found"
while read -r name; do
    complain "README.md does not name $name"
done < <(comm -13 "$scratch/named" "$scratch/found")
while read -r name; do
    complain "README.md names $name, which is not there"
done < <(comm -23 "$scratch/named" "$scratch/found")

count=0
while read -r name; do
    count=$((count + 1))
    [[ $(head -c 2 "$name") == "# " ]] || complain "$name does not begin with what one learns"
    grep -qE '^(expect|normally|sometimes|never) ' "$name" || complain "$name expects nothing"
done <"$scratch/found"
((count >= 80)) || complain "there are only $count scenarios"

output=$("$program" check . 2>&1 >/dev/null) || true
[[ -z $output ]] || complain "$output"
output=$("$program" fmt --check . 2>&1) || complain "$output"

printf '%d scenarios, %d failures\n' "$count" "$failures"
((failures == 0))
