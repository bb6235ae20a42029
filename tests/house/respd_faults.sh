#!/usr/bin/env bash
# respd_faults.sh - the scenarios about respd hold in every order that is tried, and each finds the fault that it is about: a
# copy of respd with one is put in the server's place. COGSIM names the program.
set -euo pipefail
export LC_ALL=C
program=$(realpath "${COGSIM:?COGSIM names the program}")
tree=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    printf 'respd_faults: %s\n' "$*"
    head -c 2000 out
    exit 1
}

explore() { timeout 250 "$program" explore --budget 500 "$tree/scenarios/programs/$1.scn" >out 2>&1; }

objects=()
mkdir -p tree/scenarios faulty
cp -r "$tree/scenarios/programs" tree/scenarios/
compile() {
    "${CC:-cc}" -std=c17 -D_POSIX_C_SOURCE=200809L -g -fPIC -I"$work/tree" -I"$tree" -o "$2" -c "$1"
}
for source in tree/scenarios/programs/respd/*.c; do
    [[ $source == */main.c ]] || { objects+=("${source%.c}.o") && compile "$source" "${source%.c}.o"; }
done

# finds SCENARIO FILE SCRIPT: the scenario does not hold with the fault that the sed script makes in the file.
finds() {
    local scenario=$1 source=tree/scenarios/programs/respd/$2.c script=$3
    cp "$source" kept.c
    sed -i "$script" "$source"
    ! cmp -s "$source" kept.c || fail "$script changes nothing"
    compile "$source" "${source%.c}.o"
    "${CC:-cc}" -shared -o faulty/respd.so "${objects[@]}"
    ! COGSIM_PROGRAMS=$work/faulty explore "$scenario" || fail "$scenario does not find '$script'"
    grep -q '^FAIL' out || fail "$scenario, '$script':"
    cp kept.c "$source"
    compile "$source" "${source%.c}.o"
}

for scenario in "$tree"/scenarios/programs/respd_*.scn; do
    explore "$(basename "$scenario" .scn)" || fail "$scenario does not hold"
done

finds respd_pieces parser 's/position < size + 2/position < size/'
finds respd_pieces parser 's/parser->scanned = bytes;/parser->scanned = bytes + 1;/'
finds respd_reset client '/^static void end_session/,/^}/s/respd_topics_leave_all(.*waiting.*;//'
finds respd_slow_reader commands_channels 's/^    if (is_over) {/    if (0) {/'
finds respd_blpop commands_lists '/^static void release/,/^}/s/respd_client_wake(client);//'
finds respd_blpop commands_lists '/^static void release/,/^}/s/respd_topics_leave_all(.*;//'
finds respd_expiry store 's/key->deadline_ns <= now_ns/0/'
finds respd_expiry store '/^void respd_store_remove/,/^}/s/leave(store, key);//'
finds respd_idle client '/^static int64_t silence_ns/,/^}/s/if (.*) {/if (0) {/'
finds respd_shutdown client '/^void respd_client_finish/,/^}/s/if (.*) {/if (1) {/'

echo "respd_faults: all found"
