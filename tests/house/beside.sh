#!/usr/bin/env bash
# beside.sh - two runs beside each other as a user gets them: pages of `cogsim report`, what exploring writes, the commands that it
# prints, and why there is nothing. COGSIM names the program, COGSIM_BUILD the build directory, in which C programs are.
# shellcheck source=tests/house/calling.sh
source "$(dirname "$0")/calling.sh"

has_two() { grep -q 'id="trace-b">$' "$1" && grep -q 'id="differing">$' "$1"; }

# block PAGE ID: what the page holds there, as it was.
block() {
    sed -n "/<script type=\"application\/octet-stream\" id=\"$2\">/,/<\/script>/p" "$1" | sed '1d;$d' | base64 -d
}

# again WORD: runs the command about cogsim that was printed behind the word, which must end with 1 and complain of nothing.
again() {
    local line
    line=$(sed -n "s/.*$1: cogsim //p" out | head -1)
    [[ -n $line ]] || fail "prints no command behind '$1'"
    eval "cogsim 1 $line"
    [[ ! -s err ]] || fail "'cogsim $line' complains"
}

cat >lost.scn <<'END'
scenario "increments get lost"
param count = 2
each pause
    1ms
    2ms
var counter = 0
coro adder times count
    sleep pause
    let seen = counter
    yield
    set counter = seen + 1
expect counter == count
END

# ---- What exploring prints is all that one needs ----

cogsim 1 explore --out 'a folder' --row 2 -D count=3 --vary order,arrivals lost.scn
prints "--row 2 --vary arrivals,order"
prints "-D count=3"
again "beside the nearest that passes"
prints "decided: "
cogsim 1 explore --out 'a folder' --vary order,arrivals "$tree/scenarios/sct/lazy01.scn"
again "this way"
cogsim 1 explore --out plain lost.scn
prints "--schedule plain/lost.scn.1.passing --row 1"
prints_not "--vary"
cp out explored
again "beside the nearest that passes"

# ---- Pages ----

row=(--row 1)
failing=plain/lost.scn.1.schedule
passing=plain/lost.scn.1.passing
cp explored out
prints "both timelines: plain/lost.scn.1.html"
has_two plain/lost.scn.1.html || fail "exploring writes no page with two runs"
cogsim 0 report lost.scn "${row[@]}" --schedule $failing --beside $passing -o two.html
has_two two.html || fail "the other run is not in the page"
cogsim 1 replay lost.scn "${row[@]}" --schedule $failing --trace a.trace
cogsim 0 replay lost.scn "${row[@]}" --schedule $passing --trace b.trace
block two.html trace | cmp - a.trace || fail "the page holds another trace"
block two.html trace-b | cmp - b.trace || fail "the page holds another second trace"
block two.html differing | grep -qaF "lost.scn --schedule $passing" || fail "the second run has no name"
cogsim 0 report a.trace --beside b.trace -o traces.html
has_two traces.html || fail "a trace is not in the page"
cogsim 0 report lost.scn "${row[@]}" --schedule $failing --beside b.trace -o mixed.html
block mixed.html trace-b | cmp - b.trace || fail "the trace beside a scenario is another"
cogsim 0 report lost.scn "${row[@]}" --schedule $failing --beside $passing -o again.html
cmp two.html again.html || fail "the same runs, and another page"

# One that passes stands alone; of one that fails the nearest that passes is found.
cogsim 0 report lost.scn "${row[@]}" --schedule $passing -o passing.html
! has_two passing.html || fail "a run that passes has another one beside it"
cogsim 0 report lost.scn "${row[@]}" --schedule $failing -o failing.html
has_two failing.html || fail "the nearest run that passes is not found"
block failing.html differing | grep -qaF "the nearest run that passes" || fail "it has another name"
block failing.html differing | grep -qaF "it passes" || fail "what decides is not told"
cogsim 0 report lost.scn "${row[@]}" --schedule $failing --alone -o alone.html
! has_two alone.html || fail "a run that is to be alone is not"
block alone.html trace | cmp - a.trace || fail "the page holds another trace"
cogsim 0 report a.trace -o trace.html
cmp alone.html trace.html || fail "a trace gives another page than its run"

# ---- Where there is no other run ----

cat >never.scn <<'END'
scenario "it never holds"
coro one
    yield
coro two
    yield
expect 1 == 2
END
cogsim 1 explore --out found never.scn
prints "no page beside another run: no run is known that passes, or fails otherwise"
cogsim 1 explore --out found --shrink no never.scn
prints "no page beside another run: no other run is looked for with --shrink no"
cogsim 0 report never.scn -o never.html
! has_two never.html || fail "a run that passes is made up"
cogsim 1 explore never.scn
prints_not "no page beside"

# ---- One that fails in another way ----

cat >otherwise.scn <<'END'
scenario "it fails one way or the other"
var first = ""
coro one
    yield
    if first == ""
        set first = "one"
        check first == "another than one"
coro two
    yield
    if first == ""
        set first = "two"
        check first == "another than two"
END
cogsim 1 explore --out found otherwise.scn
prints "it fails in another way"
[[ -s found/otherwise.scn.otherwise && ! -e found/otherwise.scn.passing ]] || fail "the schedule of the other failure is not written"
has_two found/otherwise.scn.html || fail "a run that fails otherwise is not shown"
again "beside the nearest that fails otherwise"
cogsim 1 explore --json --out found otherwise.scn
jq -e '.otherwise == "found/otherwise.scn.otherwise" and .passing == null and .page == "found/otherwise.scn.html"' out >jq.out ||
    fail "JSON does not name the files"
cogsim 0 report otherwise.scn -o otherwise.html
! has_two otherwise.html || fail "a run that fails passes for one that does not"

# ---- C programs ----

export COGSIM_PROGRAMS=${COGSIM_BUILD:?COGSIM_BUILD names the build directory}/programs
cat >server.scn <<'END'
scenario "a C program answers two"
host server program "echo"
link client <-> server latency 5ms
var first = ""
coro one on client
    connect  conn to server port 7
    sendall  conn "one\n"
    recvline line from conn max 64
    if first == ""
        set first = "one"
    close    conn
coro two on client
    connect  conn to server port 7
    sendall  conn "two\n"
    recvline line from conn max 64
    if first == ""
        set first = "two"
    close    conn
    sleep    20ms
explore vary order
expect first == "one"
END
cogsim 1 explore --out programs server.scn
prints "both timelines: programs/server.scn.html"
has_two programs/server.scn.html || fail "a C program has no page"
grep -q '<tr id="row-[0-9]*" class="[a-z]* first">' programs/server.scn.diff.html || fail "nothing differs in the page"
again "beside the nearest that passes"
cogsim 0 replay server.scn --schedule programs/server.scn.passing
# One that crashes leaves no trace, but the nearest run that does not crash is there.
cogsim 1 explore --out programs "$tree/scenarios/programs/early.scn"
prints "no page beside another run: the C program ends the process, which leaves no trace"
prints "the nearest that passes: cogsim replay"
cogsim 0 replay "$tree/scenarios/programs/early.scn" --schedule programs/*early.scn.passing
[[ ! -e $(echo programs/*early.scn.html) ]] || fail "a page of a crash"

# ---- Wrong input ----

cogsim 2 report a.trace --beside $passing -o x.html
complains "$passing is a schedule, and a.trace a trace"
cogsim 2 report lost.scn --beside nothing -o x.html
complains "cannot read nothing"
cogsim 2 report lost.scn --beside b.trace
complains "a page shows two runs (-o FILE.html)"
cogsim 2 report lost.scn --beside b.trace -o x.txt
cogsim 3 report a.trace --beside b.trace -o no/x.html
complains "cannot write no/x.html"
[[ ! -e x.html ]] || fail "a page of wrong input"
cogsim 2 diff lost.scn --vary nothing --schedule $failing
complains "this is 'nothing'"
cogsim 0 report --help
prints "--beside FILE"
prints "--alone"
echo "beside: fine"
