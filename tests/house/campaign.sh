#!/usr/bin/env bash
# campaign.sh - what the cogsim program promises of campaigns: the same result by however many threads, and whether it
# was interrupted or not; known failures first; a report for systems of continuous integration. COGSIM names the program.
# shellcheck source=tests/house/calling.sh
source "$(dirname "$0")/calling.sh"

# ---- As many threads as there are, and the same result

# same_result CODE ARG...: byte for byte, text and JSON.
same_result() {
    local format
    for format in --all --json; do
        explore "$1" --jobs 1 "$format" "${@:2}"
        cp out alone
        explore "$1" --jobs 4 "$format" "${@:2}"
        cmp -s out alone || fail "--jobs changes the output of explore $format ${*:2}"
    done
}

for strategy in portfolio random pct=2 pos urw surw guided; do
    same_result 1 --shrink no --time 100s --budget 1000 --strategy "$strategy" "$tree/scenarios/sct" "$tree/scenarios/litmus"
done
same_result 1 --shrink 50 --time 100s --budget 500 "$tree/scenarios/sct"

cat >many.scn <<'END'
scenario "many orders"
var total = 0
coro adder times 5
    repeat 3
        let seen = total
        yield
        set total = seen + 1
outcome total
END
for strategy in portfolio random pct guided; do
    same_result 0 --time 100s --budget 50000 --strategy "$strategy" many.scn
done
sed 's/^outcome total/outcome total\nexpect total != 12/' many.scn >rare.scn
same_result 1 --time 100s --budget 50000 --strategy random --shrink no rare.scn
# another seed, other runs
explore 0 --strategy random --budget 5000 many.scn
cp out alone
explore 0 --strategy random --budget 5000 --seed 2 many.scn
! cmp -s out alone || fail "the seed changes nothing"

# ---- Interrupted, and gone on with

sum() { awk '/^ +[0-9]+  #/ { total += $1 } END { print total + 0 }' out; }

arguments=(--strategy random --budget 500000 --time 100s many.scn)
explore 0 "${arguments[@]}"
cp out plain
[[ $(sum) == 500000 ]] || fail "not all executions are told"
explore 0 --store whole.db "${arguments[@]}"
cmp -s out plain || fail "a store changes the output"
explore 0 --store whole.db "${arguments[@]}"
cmp -s out plain || fail "what is done is not known the second time"

# interrupt SIGNAL CODE: in the middle of its work, which it does not finish.
interrupt() {
    local code=0
    rm -f part.db*
    "$program" explore --jobs 2 --store part.db "${arguments[@]}" >out 2>err </dev/null &
    local pid=$!
    for ((i = 0; i < 1000; i++)); do
        [[ ! -s part.db-wal ]] || break
        sleep 0.01
    done
    sleep 0.1
    kill -s "$1" "$pid"
    { wait "$pid" || code=$?; } 2>wait.err
    ((code == $2)) || fail "after $1: exit code $code instead of $2"
}

interrupt TERM 143
interrupt INT 130
complains "interrupted: the same command goes on from here"
prints "many orders (random:"
[[ $(sum) -gt 0 && $(sum) -lt 500000 ]] || fail "what had been done is not told: $(sum)"
explore 0 --store part.db "${arguments[@]}"
cmp -s out plain || fail "another result after an interruption"
interrupt KILL 137
explore 0 --jobs 2 --store part.db "${arguments[@]}"
cmp -s out plain || fail "another result after having been killed"

# a part at a time; --budget counts in total
arguments=(--time 100s --store parts.db many.scn)
for budget in 20000 100000 500000; do
    explore 0 --strategy random --budget $budget "${arguments[@]}"
    [[ $(sum) == "$budget" ]] || fail "--budget does not count in total"
done
cmp -s out plain || fail "another result in three parts"

# the same of samples that follow others, with parts that end within a round
explore 0 --strategy guided --budget 50000 --time 100s many.scn
cp out plain
prints "happens-before edges; a corpus of"
arguments=(--strategy guided --time 100s --store guided.db many.scn)
for budget in 5 1000 1001 20000 50000; do
    explore 0 --jobs $((budget % 3 + 1)) --budget $budget "${arguments[@]}"
    [[ $(sum) == "$budget" ]] || fail "--budget does not count in total"
done
cmp -s out plain || fail "another result of guided samples in parts"
explore 0 --json --strategy guided --budget 500 many.scn
jq -e '.covered_edges > 10 and .corpus > 1' out >jq.out || fail "JSON does not tell what is covered"

# the portfolio: in its search, and behind it
arguments=(--budget 100000 --time 100s many.scn)
explore 0 "${arguments[@]}"
cp out plain
rm -f part.db*
for delay in 0.05 0.1 0.2 0.3; do
    timeout -s KILL "$delay" "$program" explore --jobs 2 --store part.db "${arguments[@]}" >out 2>err || true
done 2>wait.err
explore 0 --store part.db "${arguments[@]}"
cmp -s out plain || fail "another result of a portfolio that was killed"

# A scenario that has changed is explored anew, and so is one with another seed; a failure is known.
explore 1 --store part.db --time 100s rare.scn
cp out alone
explore 1 --store part.db --time 100s rare.scn
cmp -s out alone || fail "a failure in the store is told in another way"
sed -i 's/^expect .*//' rare.scn
explore 0 --store part.db --budget 1000 rare.scn
explore 0 --store part.db --budget 1000 --seed 5 rare.scn

# ---- Stores that cannot be used

printf 'this is something else, and not short either\n' >other.db
explore 2 --store other.db many.scn
complains "other.db: this is no store of cogsim"
head -c 6000 whole.db >cut.db
explore 2 --store cut.db many.scn
complains "cut.db: this is no store of cogsim, or it is damaged"
cp whole.db later.db
printf '\0\0\0\11' | dd of=later.db bs=1 seek=60 conv=notrunc status=none
explore 2 --store later.db many.scn
complains "later.db: another version of cogsim has made this store"
cp whole.db foreign.db
printf '\0\0\0\11' | dd of=foreign.db bs=1 seek=68 conv=notrunc status=none
explore 2 --store foreign.db many.scn
complains "foreign.db: this is a database of something else"
explore 3 --store nowhere/some.db many.scn
complains "cannot open nowhere/some.db"

"$program" explore --store shared.db --strategy random --budget 100000000 --time 100s many.scn >first.out 2>&1 &
pid=$!
for ((i = 0; i < 1000; i++)); do
    [[ ! -s shared.db-wal ]] || break
    sleep 0.01
done
explore 3 --store shared.db many.scn
complains "another cogsim is at work with this store"
kill -s INT "$pid"
wait "$pid" || true

code=0
(
    trap '' XFSZ
    ulimit -f 200
    exec "$program" explore --strategy random --budget 300000 --time 100s --store full.db "$tree/scenarios/sct/lazy01.scn" many.scn
) >out 2>err || code=$?
((code == 3)) || fail "a full disk: exit code $code instead of 3"
complains "what was found up to here is told all the same"
prints "check seen < 3 does not hold in looker"

# ---- Time for all

explore 0 --total 1s --budget 100000000 many.scn many.scn many.scn
[[ $(grep -c 'not complete' out) == 3 ]] || fail "not all scenarios have their share of the time"
explore 2 --total 5 many.scn
complains "a duration such as 60s"

# ---- Known failures first

mkdir library
cat >library/lost.scn <<'END'
scenario "two increments"
var counter = 0
coro adder times 2
    let seen = counter
    yield
    set counter = seen + 1
expect counter == 2
END
cp many.scn library/fine.scn
explore 1 --jobs 2 --budget 2000 --corpus known --out written --junit report.xml library
files=(known/*)
[[ ${#files[@]} == 2 && -s written/library_lost.scn.schedule ]] || fail "what was found is not written"
signature=$(basename known/*.scn .scn)
"$program" run "known/$signature.scn" >out 2>err && fail "what is left does not fail"
"$program" fmt --check "known/$signature.scn" >out 2>err || fail "what is left is not formatted"

explore 1 --budget 2000 --corpus known library
[[ $(head -n 1 out) == "known  known/$signature.scn, of library/lost.scn: expect counter == 2" ]] || fail "what is known does not come first"
files=(known/*)
[[ ${#files[@]} == 2 ]] || fail "a failure is kept twice"
explore 1 --json --budget 2000 --corpus known library
jq -se '.[0].state == "known" and .[0].signature == "'"$signature"'" and (.[0].ok | not)' out >jq.out || fail "JSON says otherwise"

# by itself where the scenario is not explored
explore 1 --corpus known library/fine.scn
prints "known  known/$signature.scn: expect counter == 2"

# doubles
cp "known/$signature.scn" known/zz.scn
explore 1 --budget 2000 --corpus known library/fine.scn
prints "double known/zz.scn: it fails as one before it does; --tidy removes it"
[[ -e known/zz.scn ]] || fail "removed without --tidy"
explore 1 --budget 2000 --corpus known --tidy library/fine.scn
[[ ! -e known/zz.scn && -e known/$signature.scn ]] || fail "a double stays"

# mended
sed -i '/^    yield/d; s/^    set counter.*/    add 1 to counter/; /^    let seen/d' library/lost.scn
explore 0 --budget 2000 --corpus known library
prints "mended known/$signature.scn, of library/lost.scn: it no longer fails"
explore 0 --budget 2000 --corpus known --tidy library
[[ -e known/mended/$signature.scn && -e known/mended/$signature.schedule && ! -e known/$signature.scn ]] ||
    fail "what is mended is not put aside"
explore 0 --budget 2000 --corpus known library
prints_not mended

# the same folder, whoever is first
for jobs in 1 3; do
    # few runs, so that its time does not cut it short
    explore 1 --jobs "$jobs" --budget 500 --shrink 200 --corpus "known$jobs" "$tree/scenarios/sct"
done
diff -r known1 known3 >out 2>&1 || fail "--jobs changes what is kept"

printf 'scenario "broken"\ncoro a\n    yeild\n' >known1/broken.scn
explore 2 --budget 100 --corpus known1 library
complains "did you mean 'yield'"
prints "scenarios held"
explore 2 --tidy library
complains "--tidy: which folder?"
explore 2 --corpus known --shrink no library
complains "does not go with --shrink no"
printf 'x\n' >file
explore 2 --corpus file library
complains "file"

# ---- The report

grep -qF '<testsuites name="cogsim explore" tests="2" failures="1" errors="0"' report.xml || fail "the report counts otherwise"
grep -qF '<failure type="failure" message="library/lost.scn:7: expect counter == 2' report.xml || fail "the report does not tell the failure"
grep -qF 'name="fine.scn: many orders"' report.xml || fail "the report does not name what held"
printf 'scenario "broken"\ncoro a\n    yeild\n' >broken.scn
explore 2 --junit report.xml broken.scn
grep -qF '<error type="error" message="broken.scn:3:' report.xml || fail "the report does not tell the error"
complains "did you mean 'yield'"
explore 3 --budget 10 --junit nowhere/report.xml many.scn
complains "cannot write nowhere/report.xml"
explore 3 --budget 10 --junit /dev/full many.scn
complains "cannot write /dev/full"

# ---- The seed of a commit

explore 2 --seed 0 many.scn
complains "'0' is neither a number from 1 nor 'commit'"
explore 2 --seed 18446744073709551616 many.scn
explore 2 --seed commit many.scn
complains "git knows of no commit here"
git init -q . 2>wait.err
git -c user.name=nobody -c user.email=nobody@example.org commit -q --allow-empty -m empty 2>wait.err
explore 0 --seed commit --strategy random --budget 3000 many.scn
prints ", of the commit"
tail -n +2 out >by_commit
seed=$(sed -n 's/^seed \([0-9]*\), .*/\1/p' out)
[[ $(printf '%015x' "$seed") == "$(git rev-parse HEAD | cut -c1-15)" ]] || fail "the seed is not made of the commit"
explore 0 --seed "$seed" --strategy random --budget 3000 many.scn
cmp -s out by_commit || fail "the seed of the commit is not that which is told"
