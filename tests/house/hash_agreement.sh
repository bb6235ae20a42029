#!/usr/bin/env bash
# hash_agreement.sh [ROOT] - every scenario, run by the program as each compiler and optimisation level made it, gives the same
# trace, byte for byte, and the same hash, log and verdict; and so does a second run of the same program.
#
# COGSIM_VARIANTS names the programs; ./dev test builds them. Without it there is nothing to compare: skipped (77).
set -euo pipefail
export LC_ALL=C
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"
read -ra programs <<<"${COGSIM_VARIANTS-}"
((${#programs[@]} > 1)) || { echo "COGSIM_VARIANTS does not name two programs" && exit 77; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
differences=0
compared=0

# run PROGRAM SCENARIO NAME: leaves the trace (of the rows of a table, all of them), the JSON and the exit code under that
# name.
run() {
    local code=0
    rm -f "$scratch"/rows*
    "$1" run "$2" --root . --json --trace "$scratch/rows" >"$scratch/$3.json" 2>"$scratch/$3.errors" </dev/null || code=$?
    cat "$scratch"/rows* >"$scratch/$3.trace" 2>/dev/null || true
    if ((code > 1)); then
        printf '%s: exit code %d of %s\n' "$2" "$code" "$1"
        cat "$scratch/$3.errors"
        exit 1
    fi
    echo "$code" >"$scratch/$3.code"
}

while IFS= read -r -d '' scenario; do
    run "${programs[0]}" "$scenario" first
    jq -e '.trace_hash | test("^[0-9a-f]{16}$")' "$scratch/first.json" >/dev/null ||
        { echo "$scenario: no trace_hash of 16 hex digits" && exit 1; }
    for program in "${programs[@]}"; do
        run "$program" "$scenario" other
        for part in trace json code; do
            if ! cmp -s "$scratch/first.$part" "$scratch/other.$part"; then
                printf '%s: the %s of %s differs from that of %s\n' "$scenario" "$part" "$program" "${programs[0]}"
                [[ $part == trace ]] || diff "$scratch/first.$part" "$scratch/other.$part" || true
                differences=$((differences + 1))
            fi
        done
        compared=$((compared + 1))
    done
done < <(find scenarios -name '*.scn' -type f -print0 | sort -z)

((compared > 0)) || { echo "there are no scenarios" && exit 1; }
printf '%d runs compared, %d differences\n' "$compared" "$differences"
((differences == 0))
