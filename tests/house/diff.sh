#!/usr/bin/env bash
# diff.sh - `cogsim diff` as a user calls it: what it compares, what it ends with, and what exploring writes for it.
# COGSIM names the program.
set -euo pipefail
export LC_ALL=C
tree=$(cd "$(dirname "$0")/../.." && pwd)
program=$(realpath "${COGSIM:?COGSIM names the program}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    printf 'diff: %s\n--- standard output:\n%s\n--- standard error:\n%s\n' "$*" \
        "$(head -c 3000 out 2>/dev/null)" "$(head -c 2000 err 2>/dev/null)"
    exit 1
}

# cogsim CODE ARG...: runs the program, which must end so; leaves what it printed in the files out and err.
cogsim() {
    local expected=$1 code=0
    shift
    "$program" "$@" >out 2>err </dev/null || code=$?
    ((code == expected)) || fail "cogsim $*: exit code $code instead of $expected"
}

prints() { grep -qF -- "$1" out || fail "does not print: $1"; }
prints_not() { ! grep -qF -- "$1" out || fail "prints: $1"; }
complains() { grep -qF -- "$1" err || fail "does not complain: $1"; }

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
[[ $(find . -type f | wc -l) == 2 ]] || fail "exploring writes what nobody asks for"
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
cogsim 2 shrink lost.scn --schedule "$failing" --diff shrunk.svg

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
cogsim 2 diff lost.scn a.trace -o a.svg
complains "a difference is written as .html or .txt"
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
