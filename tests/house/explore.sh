#!/usr/bin/env bash
# explore.sh - what the cogsim program promises of exploring: what it finds, what it says of how much it has seen, and
# what it makes of wrong input. COGSIM names the program; the scenarios are those of the tree.
# shellcheck source=tests/house/calling.sh
source "$(dirname "$0")/calling.sh"

# ---- The library

# Those that say what may vary hold in every way in which they can go.
grep -l '^explore ' -r "$tree/scenarios" --include='*.scn' | grep -v '/sct/\|latency_race\|programs/lookup' | sort >explored
mapfile -t files <explored
((${#files[@]} >= 50)) || fail "only ${#files[@]} scenarios say what may vary"
explore 0 --budget 20000 "${files[@]}"

# Each program with a fault fails, in each of its files.
faults=0
for file in "$tree"/scenarios/sct/*.scn; do
    explore 1 "$file"
    prints FAIL
    faults=$((faults + 1))
done
((faults == 18)) || fail "$faults programs with faults, not 18"

# ---- What is found

cat >lost.scn <<'END'
scenario "two increments"
param copies = 2
var counter = 0
coro adder times copies
    let seen = counter
    yield
    set counter = seen + 1
outcome counter
expect counter == copies
END
explore 1 lost.scn
prints "up to the first that failed"
prints "lost.scn:9: expect counter == copies"
prints "(failed)"
explore 1 --all lost.scn
prints "complete, 4 executions"
prints "2  ##########            1 (failed)"
explore 1 --all -D copies=3 lost.scn
prints "complete, 36 executions"
explore 1 --all --strategy dfs lost.scn
prints "(dfs: complete, 6 executions)"
for strategy in optimal-dpor source-dpor sleep-sets; do
    explore 1 --all --strategy "$strategy" lost.scn
    prints "($strategy: complete, 4 executions)"
done
# a larger one
explore 0 --strategy optimal-dpor -D n=10 "$tree/scenarios/litmus/counts/last_zero.scn"
prints "(optimal-dpor: complete, 3328 executions)"
explore 0 --all --strategy preemptions=0 lost.scn
prints "(preemptions: 2 executions, all within the bound)"
explore 1 --all --strategy delays=1 lost.scn
prints "all within the bound"

cat >stuck.scn <<'END'
scenario "two locks in two orders"
lock a
lock b
coro left
    acquire a
    acquire b
    release b
    release a
coro right
    acquire b
    acquire a
    release a
    release b
END
explore 1 stuck.scn
prints "stalled at 0ms"
prints "held by left, which waits itself"
prints "left waits for right waits for left"

cat >sometimes.scn <<'END'
scenario "what never comes about"
shared x = 0
coro writer
    set x = 1
coro reader
    let seen = x
    log "{seen}"
sometimes log "2"
END
explore 1 sometimes.scn
prints "in no execution: all 2 have been seen"
explore 1 --budget 1 sometimes.scn
prints "not reached: in 1, which are not all"
prints "not complete"

cat >coin.scn <<'END'
scenario "two coins"
var left = 0
var right = 0
coro thrower
    pick left from 0, 1
    pick right from 0, 1, 2
outcome left, right
END
explore 0 coin.scn
prints "complete, 6 executions"
explore 0 --vary arrivals coin.scn
prints "complete, 6 executions"

cat >tie.scn <<'END'
scenario "two deadlines of one instant"
var first = "nobody"
coro left
    wait never_sent timeout 5ms
    on timeout
        if first == "nobody"
            set first = "left"
coro right
    wait never_sent timeout 5ms
    on timeout
        if first == "nobody"
            set first = "right"
outcome first
explore vary arrivals
expect outcomes
    "left"
    "right"
END
explore 0 tie.scn
prints "complete, 2 executions"

# ---- Rows, several files, JSON

cat >rows.scn <<'END'
scenario "rows"
each limit
    1
    2
shared x = 0
coro adder times 2
    let seen = x
    set x = seen + 1
expect x <= limit
END
explore 1 --all rows.scn
prints "rows.scn [limit = 1]"
prints "1 of 2 scenarios held"
explore 0 --row 2 rows.scn
prints_not "limit = 1"
explore 1 --json --all rows.scn
[[ $(jq -s 'length' out) == 2 ]] || fail "not two JSON objects"
[[ $(jq -s '.[0].complete and (.[0].ok | not) and .[1].ok and .[1].schedules == 4' out) == true ]] || fail "JSON says otherwise"
[[ $(jq -s '.[0].failures[0].line' out) == 9 ]] || fail "JSON names another line"
explore 1 --all lost.scn coin.scn tie.scn stuck.scn
cp out alone
explore 1 --all --jobs 3 lost.scn coin.scn tie.scn stuck.scn
cmp -s out alone || fail "--jobs changes the output"

# ---- Samples

for strategy in random pct pct=2 pos urw surw guided portfolio; do
    explore 1 --strategy "$strategy" --budget 1000 "$tree/scenarios/sct/reorder.scn"
done
explore 1 --strategy random --seed 7 "$tree/scenarios/sct/reorder.scn"
cp out once
explore 1 --strategy random --seed 7 "$tree/scenarios/sct/reorder.scn"
cmp -s out once || fail "the same seed, and another result"
explore 0 --strategy canonical --budget 10 "$tree/scenarios/sct/reorder.scn"
explore 0 --budget 2000 "$tree/scenarios/network/latency_race.scn"

# Who is met first differs from run to run; the way to a failure is that to it all the same.
cat >children.scn <<'END'
scenario "children of two"
shared order = 0
shared x = 0
routine child
    let seen = x
    yield
    set x = seen + 1
coro left
    add 1 to order
    spawn child as c
    join c
coro right
    add 10 to order
    spawn child as c
    spawn child as d
    join c
    join d
expect x > 1
END
for strategy in random pct pos surw guided optimal-dpor; do
    for seed in 1 2 3 4 5; do
        explore 1 --strategy "$strategy" --seed "$seed" --shrink no children.scn
        prints "x is 1"
    done
done

# ---- Schedules

# replay CODE ARG...
replay() {
    local expected=$1 code=0
    shift
    "$program" replay "$@" >out 2>err </dev/null || code=$?
    ((code == expected)) || fail "cogsim replay $*: exit code $code instead of $expected"
}

cat >late.scn <<'END'
scenario "who looks last sees both"
shared data = 0
coro looker
    let seen = data
    check seen < 2
coro one
    add 1 to data
coro two
    add 1 to data
END
mkdir schedules
explore 1 --out schedules late.scn
prints "cogsim replay late.scn --schedule schedules/late.scn.schedule"
replay 1 late.scn --schedule schedules/late.scn.schedule --trace by_file.trace
prints "check seen < 2 does not hold in looker"
[[ ! -s err ]] || fail "a schedule that fits is complained of"
{
    cat late.scn
    echo "schedule"
    sed '/^#/d; s/^/    /' schedules/late.scn.schedule
} >with_block.scn
"$program" run with_block.scn >out 2>err && fail "the schedule in the file is not followed"
prints "check seen < 2 does not hold in looker"
replay 1 with_block.scn --trace by_block.trace
hash_of() { "$program" report "$1" | grep -o 'trace [0-9a-f]*$'; }
[[ $(hash_of by_file.trace) == $(hash_of by_block.trace) ]] || fail "the same schedule, and another trace"
"$program" report by_block.trace >out 2>err || fail "the trace cannot be read"
prints_not idle

# The program changes: the schedule is followed as far as it goes, and it is said where it does not.
sed 's/add 1 to data/set data = 1/' with_block.scn >changed.scn
replay 0 changed.scn
grep -q '^changed.scn:1[0-9]: warning: the schedule does not fit' err || {
    # one step of each is still there under its name
    [[ ! -s err ]] || fail "a drift without its place"
}
sed 's/^coro one/coro uno/' with_block.scn >renamed.scn
replay 0 renamed.scn
grep -q '^renamed.scn:1[0-9]: warning: the schedule does not fit' err || fail "a drift is not told"
replay 0 with_block.scn --schedule /dev/null
replay 0 with_block.scn --schedule /dev/null --then random --seed 3
printf 'what is this\n' >nonsense
replay 2 late.scn --schedule nonsense
complains "nonsense:1: this is no line of a schedule"
replay 2 late.scn
complains "has no 'schedule' block"
replay 2 late.scn --schedule nowhere
complains "nowhere"
replay 2 with_block.scn --then sideways
complains "'sideways' is neither canonical nor random"
replay 2
complains "which scenario, or recording?"

# Every fault is found again by its schedule, and its trace is the same twice.
for file in "$tree"/scenarios/sct/*.scn; do
    rm -f schedules/*
    explore 1 --out schedules "$file"
    for schedule in schedules/*.schedule; do
        replay 1 "$file" --schedule "$schedule" --trace first.trace
        replay 1 "$file" --schedule "$schedule" --trace second.trace
        cmp -s first.trace second.trace || fail "$file: two traces of one schedule"
    done
done

# ---- What is declared comes into play

cat >idle.scn <<'END'
scenario "a network that nobody uses"
link client <-> server latency 1ms..5ms
at 10ms..20ms
    partition client server
coro writer on client
    sleep 5ms
END
explore 0 --vary time --budget 2000 idle.scn
prints "idle.scn:2: nothing was sent that way, so that no latency was chosen"
prints "idle.scn:3: it was over before the time of this block in every execution"
prints "idle.scn:4: the partition held nothing back in any execution"
explore 1 --strict --vary time --budget 2000 idle.scn
prints FAIL
explore 1 --strict --vary time --budget 2000 --json idle.scn
[[ $(jq -c '[.ok, (.never_in_play | map(.line))]' out) == '[false,[2,3,4]]' ]] || fail "JSON says otherwise"
cat >busy.scn <<'END'
scenario "a network that is used"
link client <-> server latency 1ms..5ms
at 1ms..2ms
    partition client server
at 9ms
    heal client server
coro caller on client
    connect conn to server port 80
    sendall conn "hello"
coro called on server
    listen door port 80
    accept conn from door
    recv   text from conn max 64
explore vary size time
END
explore 0 --strict --budget 2000 busy.scn
prints_not "in any execution"
explore 1 --strict --vary order busy.scn
prints "busy.scn:2: the latency stays at the low end of its range: time does not vary (--vary time)"
prints "busy.scn:3: the time stays at the low end of its range: time does not vary (--vary time)"

# ---- Limits

cat >long.scn <<'END'
scenario "many orders"
shared x = 0
coro adder times 6
    repeat 3
        add 1 to x
END
explore 0 --time 100ms --budget 100000000 --strategy dfs long.scn
prints "not complete"
explore 0 --budget 1000 --strategy optimal-dpor long.scn
prints "1000 executions, not complete"
explore 0 --budget 1000 --strategy random long.scn
prints "(random: 1000 executions, not complete)"

# ---- Wrong input

# What Nagle's algorithm delays may be lost in a reset: where faults vary, all of them are seen; a schedule says which, its
# replay tells what was lost, and it is made small.
delayed=$tree/scenarios/network/delayed_and_reset.scn
explore 0 --strict "$delayed"
prints "(portfolio: complete, 3 executions)"
explore 1 --vary order "$delayed"
prints "delayed_and_reset.scn:32: faults do not vary (--vary faults)"
explore 0 --vary order,faults "$delayed"
prints "(portfolio: complete, 6 executions)"
sed '/^normally/,$d' "$delayed" >delayed.scn
printf 'never seen == "one and a reset"\nexplore vary faults\n' >>delayed.scn
explore 1 --out lost_bytes delayed.scn
grep -qx 'delayed bytes of socket 3 thrown away: 10' lost_bytes/delayed.scn.schedule || fail "no such schedule"
"$program" replay delayed.scn --schedule lost_bytes/delayed.scn.schedule --trace delayed.trace >out && fail "it holds"
"$program" report delayed.trace >out
prints "* 10 bytes that Nagle's algorithm still delayed were thrown away"
"$program" export delayed.trace -o delayed.pcapng
grep -qa 'one' delayed.pcapng || fail "what was sent is not captured"
! grep -qa 'two\|three' delayed.pcapng || fail "what was thrown away is captured"
"$program" shrink delayed.scn -o delayed.small.scn >out 2>err || true
grep -qx '    delayed bytes of socket 3 thrown away: 4' delayed.small.scn || fail "not small: $(cat delayed.small.scn)"
printf 'scenario "alone"\ncoro one\n    sleep 1ms\nexplore vary faults\n' >alone.scn
explore 1 --strict alone.scn
prints "alone.scn:4: no datagram was sent, and no connection reset while sent bytes could have been delayed"

explore 2
complains "which scenarios?"
explore 2 nowhere.scn
complains "nowhere.scn"
explore 2 --vary ordre lost.scn
complains "this is 'ordre'"
explore 2 --strategy optimal lost.scn
complains "there is no 'optimal'"
complains "optimal-dpor"
explore 2 --strategy delays lost.scn
complains "delays=N"
explore 2 --strategy pct=0 lost.scn
complains "there is no 'pct=0'"
explore 2 --strategy dfs=3 lost.scn
complains "there is no 'dfs=3'"
explore 2 --time 60 lost.scn
complains "a duration such as 60s"
explore 2 --budget 0 lost.scn
complains "a number from 1"
explore 2 -D copis=3 lost.scn
complains "no scenario here has a parameter of that name"
printf 'scenario "t"\ncoro a\n    yeild\n' >broken.scn
explore 2 broken.scn
complains "did you mean 'yield'"
"$program" explore --help >out 2>err || fail "--help fails"
prints "usage: cogsim explore"
if "$program" explore lost.scn >/dev/full 2>err; then
    fail "a full disk goes unnoticed"
fi
complains "cannot write"

# ---- States ----

explore 0 --strategy states -D n=5 "$tree/scenarios/litmus/counts/philosophers.scn"
prints "(states: complete, 1743 states, 5155 transitions)"
explore 0 --strategy states --json -D n=4 "$tree/scenarios/litmus/counts/counter.scn"
prints '"states":541'
explore 1 --strategy states --budget 100 -D n=5 "$tree/scenarios/litmus/counts/philosophers.scn"
prints "100 states, "
prints "not complete"
cat >after_you.scn <<'END_OF_SCENARIO'
scenario "after you"
shared left = false
shared right = true
coro one
    while right
        set left = false
        set left = true
    set left = false
coro other
    while left
        set right = false
        set right = true
    set right = false
END_OF_SCENARIO
"$program" run after_you.scn >out 2>err || fail "in production's order they get through"
explore 1 --strategy states after_you.scn
prints "livelock: these steps can go round for ever"
prints "one: read right"
prints "other: read left"
explore 1 --strategy states --json after_you.scn
prints '"ok":false'
prints '"livelocks":1'
prints '"starvations":0'
explore 1 --strategy states "$tree/scenarios/starvation/polling.scn"
prints "starvation: others can go round for ever, and this waits in vain"
prints "guest  acquire door timeout 1ms  line 17"
prints "held by holder[0], which is at \`sleep 2ms\`, line 11"
prints "while these steps go round, every 4ms"
prints "2ms later"
explore 1 --strategy states --json "$tree/scenarios/starvation/readers_first.scn"
prints '"livelocks":0'
prints '"starvations":1'
explore 1 --strategy states --junit starved.xml "$tree/scenarios/starvation/readers_first.scn"
grep -q 'starvation: others can go round' starved.xml || fail "JUnit does not tell of a starvation"
explore 0 --strategy states "$tree/scenarios/starvation/in_line.scn" "$tree/scenarios/starvation/writer_is_let_in.scn"
prints "states: complete"
explore 0 --strategy states --json "$tree/scenarios/starvation/in_line.scn"
prints '"rounds_complete":true'
explore 0 --budget 1000 --time 60s "$tree/scenarios/starvation/polling.scn"
prints "the search gave up where an execution had 65536 steps"
explore 0 --budget 1000 --time 60s --json "$tree/scenarios/starvation/polling.scn"
prints '"gave_up_at_steps":65536'
explore 0 --strategy dfs --time 1s "$tree/scenarios/starvation/readers_first.scn" # whose executions have no end
cat >spinner.scn <<'END_OF_SCENARIO'
scenario "one waits for another, who will come"
shared door = 0
coro waits
    while door == 0
        yield
coro opens
    set door = 1
END_OF_SCENARIO
explore 0 --strategy states spinner.scn
prints "states: complete"
explore 2 --strategy states "$tree/scenarios/races/receive.scn"
complains "its states can not be told apart, for it uses sockets"
