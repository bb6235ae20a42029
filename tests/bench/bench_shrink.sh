#!/usr/bin/env bash
# bench_shrink.sh NAME FILE.scn... - how small failures get: a line of a table for the first of the scenarios that
# exploring makes fail, under this name; none if none fails. COGSIM names the program.
# Each failure is one of a random order, as long as it was found. A fault that keeps a run from ending takes a minute.
set -euo pipefail
export LC_ALL=C
program=${COGSIM:?COGSIM names the program}
name=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for file in "$@"; do
    rm -rf "$work/found"
    mkdir "$work/found"
    code=0
    timeout 60 "$program" explore --strategy random --budget 2000 --time 2s --shrink no --out "$work/found" "$file" \
        >"$work/out" 2>&1 </dev/null || code=$?
    schedule=$(compgen -G "$work/found/*.schedule" | head -n 1 || true)
    [[ $code == 1 && -n $schedule ]] || continue
    row=$(sed -n 's/.*\.scn\.\([0-9]*\)\.schedule$/\1/p' <<<"$schedule")
    timeout 120 "$program" shrink --json --time 30s ${row:+--row "$row"} --schedule "$schedule" "$file" >"$work/json" 2>"$work/err" \
        </dev/null || continue
    jq -r --arg name "$name" --arg file "${file#scenarios/}" '
        (if $name == "" then ($file | ltrimstr("sct/") | rtrimstr(".scn")) else "`\($name)` | \($file)" end) as $what |
        "| \($what) | \(.before.decisions) | \(.after.decisions) | \(.before.statements) | \(.after.statements) | " +
        "\(.before.coroutines) | \(.after.coroutines) | \(.runs) | \(.scenario_pair // .pair.text // "" | gsub("\\|"; "\\|")) |"' \
        "$work/json"
    exit 0
done
