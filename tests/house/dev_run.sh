#!/usr/bin/env bash
# dev_run.sh - what ./dev run promises, on a small tree whose cogsim is a script: a verdict for every scenario each time,
# outputs done again only when something changed, all of them whole, and an exit code that tells.
set -euo pipefail
export LC_ALL=C COGSIM_NO_SETUP=1
dev=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../dev")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

fail() {
    printf 'dev_run: %s\n--- output:\n%s\n' "$*" "${output-}"
    exit 1
}

# dev EXPECTED_CODE ARG...: runs the script, leaves what it printed in `output`.
dev() {
    local expected=$1 code=0
    shift
    output=$("$tree/dev" "$@" 2>&1) || code=$?
    ((code == expected)) || fail "dev $*: exit code $code instead of $expected"
}

prints() {
    [[ $output == *"$1"* ]] || fail "does not print: $1"
}

# runs_since_last: how many scenarios the program has run since the last call.
runs_since_last() {
    local count=0
    [[ ! -f $tree/calls ]] || count=$(wc -l <"$tree/calls")
    rm -f "$tree/calls"
    echo "$count"
}

cp "$dev" "$tree/dev"
mkdir -p "$tree/scenarios/topic/deep" "$tree/elsewhere"
cat >"$tree/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.22)
project(stub NONE)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/cogsim
    COMMAND cp ${CMAKE_SOURCE_DIR}/program ${CMAKE_BINARY_DIR}/cogsim DEPENDS program)
add_custom_target(cogsim_stub ALL DEPENDS ${CMAKE_BINARY_DIR}/cogsim)
END
# The stub judges a scenario by its first word: hold, fail, bad or broken.
cat >"$tree/program" <<END
#!/bin/sh
if [ "\$1" != run ]; then
    [ -s "\$2" ] && echo "\$1 of \$(cat "\$2")" >"\$4"
    exit
fi
echo "\$2" >>"$tree/calls"
read -r word < "\$2"
[ "\$word" = table ] || echo "trace of \$word" >"\$7"
case \$word in
hold) echo '{"ok":true,"steps":12,"time_ns":2000000000,"failures":[]}' ;;
fail) echo '{"ok":false,"steps":3,"time_ns":1500000,"failures":[{"line":7,"text":"no such log"}]}' && exit 1 ;;
table)
    for row in 1 2; do
        echo "trace of row \$row" >"\$7.\$row"
        echo '{"ok":true,"steps":5,"time_ns":1000000,"failures":[]}'
    done ;;
bad) echo "\$2:1:1: error: odd word" >&2 && exit 2 ;;
*) echo "out of memory" >&2 && exit 3 ;;
esac
END
chmod +x "$tree/program"
echo hold >"$tree/scenarios/topic/one.scn"
echo hold >"$tree/scenarios/topic/deep/a name.scn"

dev 0 run
prints "ok   topic/deep/a name"
prints "ok   topic/one"
prints "12 steps         2s simulated   out/topic/one.svg"
prints "2 of 2 scenarios held."
[[ $(runs_since_last) == 2 ]] || fail "did not run both"
[[ $(<"$tree/out/topic/one.svg") == "graph of trace of hold" ]] || fail "wrong picture"
[[ $(<"$tree/out/topic/one.txt") == "report of trace of hold" ]] || fail "wrong text"
[[ $(<"$tree/out/topic/one.trace") == "trace of hold" ]] || fail "wrong trace"
[[ -f "$tree/out/topic/deep/a name.svg" ]] || fail "no picture of a name with a space"

dev 0 run
prints "ok   topic/one"
prints "2 of 2 scenarios held."
[[ $(runs_since_last) == 0 ]] || fail "ran though nothing changed"

echo table >"$tree/scenarios/topic/rows.scn"
dev 0 run
prints "10 steps        1ms simulated   out/topic/rows.1.svg"
[[ $(<"$tree/out/topic/rows.2.svg") == "graph of trace of row 2" ]] || fail "wrong picture of a row"
[[ $(runs_since_last) == 1 ]] || fail "ran more than the table"
dev 0 run
[[ $(runs_since_last) == 0 ]] || fail "ran a table again though nothing changed"
echo "routine r" >"$tree/scenarios/part.scni"
dev 0 run
[[ $(runs_since_last) == 3 ]] || fail "what may be included has changed, and not all is done again"
rm "$tree/scenarios/topic/rows.scn" "$tree/scenarios/part.scni"
dev 0 run
[[ -z $(find "$tree/out" -name 'rows.*') ]] || fail "kept the pictures of what is gone"
runs_since_last >/dev/null

rm "$tree/out/topic/one.txt"
dev 0 run
[[ $(runs_since_last) == 1 && -f $tree/out/topic/one.txt ]] || fail "an output that was removed is not done again"

echo fail >"$tree/scenarios/topic/one.scn"
dev 1 run
prints "FAIL topic/one"
prints "1500us simulated"
prints "scenarios/topic/one.scn:7: no such log"
prints "1 of 2 scenarios held."
[[ $(runs_since_last) == 1 ]] || fail "ran what had not changed"
dev 1 run
prints "scenarios/topic/one.scn:7: no such log"
[[ $(runs_since_last) == 0 ]] || fail "ran a failure again though nothing changed"

echo bad >"$tree/scenarios/topic/one.scn"
dev 1 run
prints "scenarios/topic/one.scn:1:1: error: odd word"
runs_since_last >/dev/null
dev 1 run
prints "scenarios/topic/one.scn:1:1: error: odd word"
[[ $(runs_since_last) == 0 ]] || fail "ran what is no scenario again though nothing changed"
[[ ! -f $tree/out/topic/one.svg ]] || fail "kept the picture of what is no scenario any more"

echo broken >"$tree/scenarios/topic/one.scn"
dev 1 run
prints "out of memory"
runs_since_last >/dev/null
dev 1 run
[[ $(runs_since_last) == 1 ]] || fail "did not try again what the environment made fail"

rm "$tree/scenarios/topic/one.scn"
echo '# changed' >>"$tree/program"
dev 0 run
prints "1 of 1 scenarios held."
[[ $(runs_since_last) == 1 ]] || fail "did not run again with a changed program"
[[ -z $(find "$tree/out" -name 'one*') ]] || fail "kept the outputs of a scenario that is gone"

echo hold >"$tree/elsewhere/two.scn"
cd "$tree/elsewhere"
dev 0 run two.scn ../elsewhere
prints "ok   elsewhere/elsewhere/two"
prints "1 of 1 scenarios held."
dev 2 run no_such_folder
prints "no such file or folder"
cd "$tree"

# A second one waits for the first, here played by a lock that this test holds.
exec 8<"$tree"
flock 8
rm -rf "$tree/out"
"$tree/dev" run >"$tree/second" 2>&1 8<&- &
second=$!
until grep -q 'waiting for the other' "$tree/second"; do
    kill -0 "$second" 2>/dev/null || fail "two at once do not wait for each other"
    sleep 0.01
done
[[ ! -e $tree/out ]] || fail "works while it should wait"
exec 8<&-
wait "$second" || fail "does not go on after waiting"
grep -q "1 of 1 scenarios held" "$tree/second" || fail "does not go on after waiting"
[[ -z $(find "$tree/out" -name '.scratch*') ]] || fail "left scratch files"

dev 0
prints "usage: ./dev COMMAND"
dev 2 walk
prints "no such command: walk"
dev 0 clean
[[ ! -e $tree/build && ! -e $tree/out ]] || fail "clean left something"
