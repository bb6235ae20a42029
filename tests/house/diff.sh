#!/usr/bin/env bash
# diff.sh - `cogsim diff` as a user calls it: what it compares, what it ends with, and what exploring writes for it.
# COGSIM names the program.
# shellcheck source=tests/house/calling.sh
source "$(dirname "$0")/calling.sh"

cat >lost.scn <<'END'
scenario "two increments"
param pause = 1ms
var counter = 0
coro adder times 2
    sleep pause
    let seen = counter
    yield
    set counter = seen + 1
expect counter == 2
END

# ---- Traces and scenarios ----

cogsim 1 run --trace a.trace lost.scn
cogsim 0 diff a.trace lost.scn
prints "the runs are the same to the last event"
[[ ! -s err ]] || fail "complains though nothing is wrong"
cogsim 1 diff lost.scn a.trace -D pause=2ms
prints "the runs differ"
prints "A  0ms adder[0]: sleep 2ms"
prints "B  0ms adder[0]: sleep 1ms"
prints "8 at another time"
sed 's/sleep pause/sleep 1ms/' lost.scn >same.scn
sed 's/param pause = 1ms/param pause = 1ms\nparam unused = 2/' lost.scn >same2.scn
cogsim 0 diff same.scn same2.scn
cogsim 1 diff lost.scn "$tree/scenarios/litmus/lost_update.scn"

# ---- Schedules ----

cogsim 1 explore --out found lost.scn
prints "beside the nearest that passes: cogsim diff lost.scn --schedule found/lost.scn.schedule --schedule found/lost.scn.passing"
prints "the same as a page: found/lost.scn.diff.html"
failing=found/lost.scn.schedule
passing=found/lost.scn.passing
cogsim 1 replay lost.scn --schedule "$failing"
cogsim 0 replay lost.scn --schedule "$passing"
cogsim 1 diff lost.scn --schedule "$failing" --schedule "$passing"
prints "A  lost.scn --schedule $failing: failed"
prints "B  lost.scn --schedule $passing: ok"
prints "decided: adder["
cogsim 0 diff lost.scn --schedule "$passing" --schedule "$passing"
cogsim 0 diff lost.scn lost.scn --schedule "$passing"
cogsim 1 diff lost.scn --schedule "$passing"
cogsim 1 replay lost.scn --schedule "$failing" --trace failing.trace
cogsim 0 diff failing.trace lost.scn --schedule "$failing"
cogsim 0 diff lost.scn failing.trace --schedule "$failing"

cogsim 1 diff lost.scn --schedule "$failing" --schedule "$passing" --json
jq -e '.verdict == "other" and (.a.verdict == "failed") and (.b.verdict == "ok") and .a.decision.text != .b.decision.text
    and (.rows | length > 3) and (.first.mark | test("[<>|]"))
    and .counts.same + .counts.other_time + 2 * .counts.other_order + .counts.changed + .counts.only_a + .counts.only_b
        >= (.rows | length)' out >jq.out || fail "JSON says otherwise"
cogsim 1 explore --json --out found lost.scn
jq -e '.passing == "found/lost.scn.passing" and .diff == "found/lost.scn.diff.html"' out >jq.out || fail "JSON does not name the files"

# what is not asked for is not written, nor what there is not
mkdir nowhere && cd nowhere
cogsim 1 explore ../lost.scn
[[ $(find . -type f | wc -l) == 0 ]] || fail "exploring writes what nobody asks for"
cd ..
cat >never.scn <<'END'
scenario "it never holds"
coro one
    yield
coro two
    yield
expect 1 == 2
END
cogsim 1 explore --out found never.scn
prints_not "beside the nearest"
[[ ! -e found/never.scn.passing && ! -e found/never.scn.diff.html ]] || fail "a run that passes is made up"

cogsim 0 shrink lost.scn --schedule "$failing" --diff shrunk.html
grep -q 'the nearest run that passes' shrunk.html || fail "shrinking writes no page"
cogsim 2 shrink never.scn --diff never.html
complains "no run of never.scn is known that passes"
[[ ! -e never.html ]] || fail "a run that passes is made up"
cogsim 0 shrink lost.scn --schedule "$failing" --diff shrunk.svg
grep -q 'first difference' shrunk.svg || fail "shrinking draws no picture"
cogsim 2 shrink lost.scn --schedule "$failing" --diff shrunk.doc
complains "a difference is written as .html, .txt, .svg, .png, .pdf or .dot"

# ---- Files ----

for suffix in txt html; do
    cogsim 1 diff lost.scn --schedule "$failing" --schedule "$passing" -o "a.$suffix"
    [[ ! -s out ]] || fail "prints what goes to a file"
    cogsim 1 diff lost.scn --schedule "$failing" --schedule "$passing" -o "b.$suffix"
    cmp "a.$suffix" "b.$suffix" || fail "the same runs, and other bytes"
done
grep -q '<tr id="row-[0-9]*" class="[a-z]* first">' a.html || fail "no first difference in the page"
! grep -qi '<script\|http:\|https:\|javascript' a.html || fail "the page runs or fetches something"
if command -v xmllint >/dev/null; then
    xmllint --html --noout a.html 2>xml || true
    ! grep -v 'Tag \(main\|header\) invalid\|^ *\^\|^<\(main\|header\)>' xml || fail "the page is no HTML"
fi
cogsim 3 diff lost.scn same.scn -D pause=3ms -o no/a.html
cogsim 2 diff lost.scn a.trace -o a.doc
complains "a difference is written as .html, .txt, .svg, .png, .pdf or .dot"

# ---- Pictures ----

for suffix in svg png pdf dot; do
    cogsim 1 diff lost.scn --schedule "$failing" --schedule "$passing" -o "a.$suffix"
    [[ -s a.$suffix ]] || fail "no a.$suffix"
done
for suffix in svg png dot; do
    cogsim 1 diff lost.scn --schedule "$failing" --schedule "$passing" -o "b.$suffix"
    cmp "a.$suffix" "b.$suffix" || fail "the same runs, and another picture"
done
[[ $(grep -c 'first difference' a.svg) == 2 ]] || fail "the first difference is not marked in both"
grep -q 'decided: adder' a.svg || fail "the decision is not told"
[[ $(grep -c 'id="event-' a.svg) -gt 3 && $(grep -c 'id="b-event-' a.svg) -gt 3 ]] || fail "an event of a run has no id"
sed -n 's/.* id="\([^"]*\)".*/\1/p' a.svg | sort | uniq -d >twice
[[ ! -s twice ]] || fail "ids are there twice: $(head -3 twice)"
cogsim 0 diff a.trace a.trace -o same.svg
! grep -q 'first difference' same.svg || fail "runs that are the same differ"
# a long run is drawn around its difference only
for word in one other; do
    printf 'scenario "long"\ncoro only\n    repeat 60\n        sleep 1us\n    log "%s"\n    repeat 60\n        sleep 1us\n' \
        $word >long_$word.scn
done
cogsim 1 diff long_one.scn long_other.scn -o long.svg
grep -qE 'A: long_one.scn; [0-9]{2} of [0-9]{3} lines are drawn' long.svg || fail "all of a long run is drawn"
ln -s /dev/full full.html
cogsim 3 diff lost.scn --schedule "$failing" --schedule "$passing" -o full.html
complains "No space left"

# ---- Wrong input ----

cogsim 2 diff
complains "name two scenarios or traces"
cogsim 2 diff lost.scn
cogsim 2 diff lost.scn lost.scn lost.scn
cogsim 2 diff lost.scn nothing.scn
complains "nothing.scn"
cogsim 2 diff a.trace failing.trace --schedule "$failing"
complains "--schedule: a.trace is a trace"
cogsim 2 diff lost.scn --schedule "$failing" --schedule "$failing" --schedule "$failing"
complains "--schedule takes a value, twice at most"
cogsim 2 diff lost.scn --schedule nothing.schedule
complains "cannot read nothing.schedule"
head -c 100 a.trace >cut.trace
cogsim 2 diff a.trace cut.trace
complains "cut.trace"
cogsim 1 run --trace whole.trace lost.scn
head -c $(($(stat -c %s whole.trace) - 30)) whole.trace >cut2.trace
"$program" diff --salvage a.trace cut2.trace >out 2>err && fail "a trace that is cut is the same"
complains "cut2.trace"
cogsim 0 diff --help
prints "exit codes: 0 the same happens in both"
echo "diff: fine"
