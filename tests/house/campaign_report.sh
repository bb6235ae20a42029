#!/usr/bin/env bash
# campaign_report.sh - what `cogsim report` tells of a store of campaigns: as text, Markdown and page; of several campaigns, of
# one that was killed; and what it says of files that hold none. COGSIM names the program.
# shellcheck source=tests/house/calling.sh
source "$(dirname "$0")/calling.sh"

# ---- One campaign, and another

mkdir suite
cp "$tree/scenarios/litmus/lost_update.scn" suite/holds.scn
cp "$tree/scenarios/litmus/transfer_in_one_step.scn" suite/changes.scn
cat >suite/faults.scn <<'END'
scenario "a request over a slow link"
explore vary arrivals time
link client <-> server latency 1ms..9ms
coro serve on server
    listen door port 80
    accept conn from door
    log "asked"
coro ask on client
    connect conn to server port 80
at 20s
    partition client server
END
"$program" check suite/faults.scn >out 2>err || fail "the scenario of the test is wrong"
cogsim 0 explore suite --budget 200 --seed 5 --store camp.db
cogsim 0 report camp.db
prints "all 3 scenarios held"
prints "campaign 1, $(date -u +%Y)"
prints ", portfolio, seed 5, cogsim "
prints "cogsim explore suite --budget 200 --seed 5 --store camp.db"
prints ".  held    suite/holds.scn: complete, 4 executions"
prints "suite/faults.scn:3: link client <-> server latency 1ms..9ms: "
prints "partition client server: never"
prints_not "FAILURES"

# It becomes wrong: two names for one failure, which is new.
cp "$tree/scenarios/sct/account.scn" suite/changes.scn
cogsim 1 explore suite --budget 200 --seed 6 --store camp.db --out kept
cogsim 0 report camp.db
prints "1 of 3 scenarios failed"
prints "1 failure is new"
prints "in suite/changes.scn (new), found by "
prints ".x  failed  suite/changes.scn"
prints "..  held    suite/holds.scn"
prints "     | coro auditor"
prints "the order"
prints "kept/suite_changes.scn.svg"
prints "   2  "
prints "   1  "
cogsim 1 explore suite --budget 200 --seed 6 --store camp.db
cogsim 0 report camp.db
prints ".xx  failed  suite/changes.scn"
prints_not "is new"

# The same store, the same bytes.
for format in html md txt; do
    cogsim 0 report camp.db -o "one.$format"
    cogsim 0 report camp.db -o "two.$format"
    cmp -s "one.$format" "two.$format" || fail "a report as $format differs from time to time"
    prints "scenarios" "one.$format"
done
cogsim 0 report camp.db
cmp -s out one.txt || fail "standard output and a file differ"
prints "<h1 class=\"bad\">1 of 3 scenarios failed</h1>" one.html
prints "default-src 'none'" one.html
prints "# cogsim: 1 of 3 scenarios failed" one.md

# One that is killed is told of as well.
"$program" explore suite --strategy random --total 600s --time 600s --all --budget 1000000000 --seed 7 --store camp.db >out 2>err </dev/null &
explorer=$!
for _ in $(seq 200); do
    sleep 0.05
    ! kill -0 "$explorer" 2>/dev/null && break
    "$program" report camp.db >busy 2>busy_err || true
    grep -q "another cogsim is at work" busy_err && break
done
grep -q "another cogsim is at work" busy_err || fail "that a campaign is under way in the store is not said"
kill -KILL "$explorer"
wait "$explorer" 2>/dev/null || true
cogsim 0 report camp.db
prints "it did not come to its end"
prints "campaign 4, "

# ---- What scenarios say is text

cat >'suite/<b>bold.scn' <<'END'
scenario "</h3><script>alert(1)</script>"
var seen = "<img src=x onerror=alert(1)>"
coro main
    check seen == "`rm`"
END
cogsim 1 explore 'suite/<b>bold.scn' --store evil.db
cogsim 0 report evil.db -o evil.html
prints_not "<script" evil.html
prints_not "<img" evil.html
prints_not "<b>bold" evil.html
prints "&lt;script&gt;" evil.html
cogsim 0 report evil.db -o evil.md
# The page of a failure holds code only where fences say so.
awk '/^```/ { code = !code } !code && (/<script/ && !/\\<script/ || /<img/ && !/\\<img/) { exit 1 }' evil.md ||
    fail "markup in Markdown"

# ---- What is no store, or an empty one

cogsim 2 report nowhere.db
complains "nowhere.db"
printf 'SQLite format 3\0and then nothing of the kind' >broken.db
cogsim 2 report broken.db
complains "broken.db"
head -c 6000 camp.db >cut.db
cogsim 2 report cut.db
complains "cut.db"
# patched NAME OFFSET BYTES: the store with other bytes in its head (SQLite's file format, 1.3).
patched() {
    cp camp.db "$1"
    printf %b "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
patched other.db 68 '\0\0\0\7'
cogsim 2 report other.db
complains "this is a database of something else"
patched future.db 60 '\0\0\0\143'
cogsim 2 report future.db
complains "another version of cogsim has made this store"
patched older.db 60 '\0\0\0\2'
cogsim 2 report older.db
complains "holds no campaign yet"
cogsim 2 report camp.db --row 2
complains "there is no option but -o"
cogsim 2 graph camp.db -o x.svg
complains "of which only 'cogsim report' tells"
cogsim 2 diff camp.db suite/holds.scn
complains "of which only 'cogsim report' tells"
cogsim 2 report camp.db suite
cogsim 3 report camp.db -o nowhere/x.html
complains "nowhere/x.html"
if [[ -w /dev/full ]]; then
    cogsim 3 report camp.db -o /dev/full
    complains "No space left on device"
fi
chmod 444 camp.db
cogsim 0 report camp.db
prints "campaign 4, "
printf 'campaign_report: fine\n'
