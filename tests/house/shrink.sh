#!/usr/bin/env bash
# shrink.sh - what the cogsim program promises of shrinking: that what is left is the same failure, small, formatted and
# by itself; and what it makes of wrong input. COGSIM names the program; the scenarios are those of the tree.
# shellcheck source=tests/house/calling.sh
source "$(dirname "$0")/calling.sh"

# ---- Every program with a fault

count=0
for file in "$tree"/scenarios/sct/*.scn; do
    name=$(basename "$file" .scn)
    cogsim 0 shrink --json -o "$name.small.scn" "$file"
    cp out "$name.json"
    (($(jq '.after.decisions' "$name.json") < 15)) || fail "$name: 15 decisions or more"
    jq -e '.done and .after.statements <= .before.statements and .after.coroutines <= .before.coroutines
        and (.pair.text | startswith("if `"))
        and (.pair.passes or (.scenario_pair | endswith("it passes")))' "$name.json" >jq.out || fail "$name: $(cat "$name.json")"
    # the result fails, twice with the same trace, by the same check
    cogsim 1 run --json "$name.small.scn"
    hash=$(jq -r .trace_hash out)
    [[ ! -s err ]] || fail "$name: the schedule does not fit"
    cogsim 1 run --json "$name.small.scn"
    [[ $(jq -r .trace_hash out) == "$hash" ]] || fail "$name: two runs differ"
    cogsim 0 shrink --json "$name.small.scn"
    [[ $(jq -r .failure out) == "$(jq -r .failure "$name.json")" && $(jq -r .signature out) == "$(jq -r .signature "$name.json")" ]] ||
        [[ $name == account* ]] || fail "$name: another failure: $(jq -r .failure out)"
    # shrinking ends
    (($(jq .after.statements out) == $(jq .after.statements "$name.json"))) || fail "$name: could be smaller at once"
    # the same input, the same result
    cogsim 0 shrink -o again.scn "$file"
    cmp -s again.scn "$name.small.scn" || fail "$name: two shrinkings differ"
    count=$((count + 1))
done
((count == 18)) || fail "$count programs with faults, not 18"
cogsim 0 check ./*.small.scn
! grep -q warning out err || fail "what is left has warnings"
cogsim 0 fmt --check ./*.small.scn

# ---- What goes

cat >world.scni <<'END'
param unused_pause = 3ms
link client <-> server latency 5ms..40ms
routine answer(conn)
    recv    ask from conn max 64
    sleep   unused_pause
    sendall conn "re: {ask}"
END
cat >late.scn <<'END'
scenario "a late answer"  # more than this is not needed
include "world.scni"
param patience = 15ms
param copies = 4
each greeting, size_
    "hi", 1
    "hello", 2
shared done_count = 0
queue unused size 3
coro server_loop on server background
    listen door port 80
    repeat
        accept conn from door
        spawn answer(conn)
coro counter on other times copies
    let seen = done_count
    set done_count = seen + size_
    log "{greeting} {index}"
coro idle_ on other after 2ms
    sleep 3ms
    log "idle"
coro client_loop on client
    connect conn to server port 80 timeout 1s
    send conn greeting
    recv text from conn max 64 timeout patience + 100ms
    log text
expect done_count == copies * size_
explore vary order budget 1000
END
cogsim 0 shrink -o small.scn --row 2 -D copies=3 late.scn
prints "decisions"
prints "coroutines        5 -> 1"
prints "cogsim run small.scn"
grep -qF 'expect done_count == 3 * 2' small.scn || fail "the parameters have no values: $(cat small.scn)"
grep -qF 'coro counter times 3' small.scn || fail "the copies are none that hold in a row: $(cat small.scn)"
! grep -qE 'include|param|each|unused|idle_|link' small.scn || fail "more is left than it takes: $(cat small.scn)"
cogsim 1 run small.scn
cogsim 0 check small.scn
cogsim 0 fmt --check small.scn

# a reserved word that names a parameter
cat >named.scn <<'END'
scenario "a parameter of a word's name"
param latency = 2ms
link a -> b latency latency
var x = 0
coro one on a
    sleep latency
    pick x from 1, 2, 3
expect x < 3
END
cogsim 0 shrink named.scn
prints 'pick x from'
prints "is decided in place of \`pick x: 3\`"

# arrivals
cat >tie.scn <<'END'
scenario "two deadlines of one instant"
var first = "nobody"
coro left
    wait never_sent timeout 5ms
    on timeout
        if first == "nobody"
            set first = "left"
coro right
    sleep 1ms
    wait never_sent timeout 4ms
    on timeout
        if first == "nobody"
            set first = "right"
explore vary arrivals
expect first == "left"
END
cogsim 0 shrink -o tie.small.scn tie.scn
prints "in place of"
grep -qF 'explore vary arrivals' tie.small.scn || fail "what varies is forgotten: $(cat tie.small.scn)"
cogsim 1 run tie.small.scn
! grep -q "does not fit" err || fail "the schedule does not fit"

# a failure of every order
printf 'scenario "always"\nvar x = 0\ncoro a\n    yield\n    set x = 1\ncoro b\n    yield\nexpect x == 2\n' >always.scn
cogsim 0 shrink -o always.small.scn always.scn
cogsim 1 run always.small.scn
! grep -q 'coro b' always.small.scn || fail "an idle coroutine stays"

# a schedule of its own, and one from a file
file=$tree/scenarios/sct/bluetooth.scn
mkdir found
cogsim 1 explore --strategy random --shrink no --out found "$file"
long=$(compgen -G 'found/*.schedule')
! compgen -G 'found/*.shrunk.scn' >ls.out || fail "--shrink no shrinks"
compgen -G 'found/*.svg' >ls.out || fail "there is no graph"
lines=$(grep -vc '^#' "$long")
cogsim 0 shrink --schedule "$long" --json "$file"
(($(jq .after.schedule_lines out) < lines)) || fail "the schedule stays as long"
(cat "$file" && printf 'schedule\n' && sed '/^#/d; s/^/    /' "$long") >with_schedule.scn
cogsim 0 shrink with_schedule.scn
prints 'check not too_late in request'

# ---- Exploring shrinks by itself

rm -f found/*
cogsim 1 explore --strategy random --out found "$file"
prints "if \`"
prints "it passes"
prints "statements are left of it in found/"
cogsim 1 run found/*.shrunk.scn
short=$(grep -vc '^#' found/*.schedule)
((short < lines && short < 15)) || fail "the schedule of an exploration stays long: $short lines of $lines"
grep -q '(1)' found/*.svg || fail "the graph points at nothing"
grep -q '(2)' found/*.svg || fail "the graph points at one event only"
cogsim 0 graph small.scn --mark 3-5,9 -o small.svg
grep -q 'their order decides' small.svg || fail "the legend says nothing of marks"
cogsim 0 graph small.scn -o small.svg
! grep -q 'their order decides' small.svg || fail "the legend speaks of marks that are not there"
for marks in 0 3- 5-3 x 1,,2 1,2,3,4,5,6,7,8,9; do
    cogsim 2 graph small.scn --mark "$marks" -o small.svg
    complains "are no events"
done
cogsim 1 replay "$file" --schedule found/*.schedule
prints "check not too_late does not hold"
cogsim 1 explore --json --shrink 500 "$file"
jq -e '.pair.passes and (.pair.first.line > 0) and (.pair.first.event > 0)' out >jq.out || fail "JSON tells no pair"
cogsim 1 explore --shrink no "$file"
prints_not "it passes"

# ---- Budgets

cogsim 0 shrink --budget 20 --json "$file"
jq -e '.done | not' out >jq.out || fail "a budget of 20 runs is enough"
cogsim 0 shrink --budget 1 "$file"
prints "where it was stopped"

# ---- Wrong input

cogsim 2 shrink
complains "which scenario?"
cogsim 2 shrink one.scn two.scn
complains "name one file"
cogsim 2 shrink nowhere.scn
complains "nowhere.scn"
cogsim 2 shrink "$tree/scenarios/sct"
complains "name one file"
printf 'scenario "t"\ncoro a\n    yield\n' >fine.scn
cogsim 2 shrink fine.scn
complains "nothing fails in any order"
printf 'a: after yield\n' >some.schedule
cogsim 2 shrink --schedule some.schedule fine.scn
complains "nothing fails with this schedule"
printf 'no line of a schedule\n' >bad.schedule
cogsim 2 shrink --schedule bad.schedule late.scn --row 1
complains "bad.schedule:1: this is no line of a schedule"
cogsim 2 shrink --schedule nowhere.schedule late.scn --row 1
complains "nowhere.schedule"
cogsim 3 shrink -o nowhere/small.scn always.scn
complains "cannot write nowhere/small.scn"
cogsim 3 shrink -o /dev/full always.scn
complains "cannot write /dev/full"
cogsim 2 shrink --vary ordre always.scn
complains "this is 'ordre'"
cogsim 2 shrink -D nobody=3 always.scn
complains "has no parameter of that name"
cogsim 2 shrink --budget 0 always.scn
complains "a number from 1"
cogsim 2 explore --shrink 0 always.scn
complains "neither a number of runs from 1 nor no"
cogsim 2 explore --shrink some always.scn
complains "neither a number of runs from 1 nor no"
printf 'scenario "t"\ncoro a\n    yeild\n' >broken.scn
cogsim 2 shrink broken.scn
complains "did you mean 'yield'"
"$program" shrink --help >out 2>err || fail "--help fails"
prints "usage: cogsim shrink"
if "$program" shrink always.scn >/dev/full 2>err; then
    fail "a full disk goes unnoticed"
fi
complains "cannot write"
