#!/usr/bin/env bash
# reuse.sh - what the cogsim program promises of parameters, tables of cases and included files, and of running several
# scenarios at a time. COGSIM names the program.
# shellcheck source=tests/house/calling.sh
source "$(dirname "$0")/calling.sh"

# ---- Parameters

cat >pause.scn <<'END'
scenario "a pause"
param pause = 5ms
param name = "bob"
coro sleeper
    sleep pause
    log   "{name} at {now}"
expect log "{name} at {pause}" at pause
END
cogsim 0 run --log pause.scn
prints $'5ms\tsleeper\tbob at 5ms'
cogsim 0 run --log pause.scn -D pause=1h -Dname='a = b'
prints $'1h\tsleeper\ta = b at 1h'
cogsim 0 run --log pause.scn -D pause=1s -D pause=2s
prints $'2s\tsleeper\tbob at 2s'
cogsim 2 run pause.scn -D pause=20
complains "pause.scn:2:7: error: -D pause=20 does not fit"
complains "'pause' is a duration"
cogsim 2 run pause.scn -D pauze=20ms
complains "cogsim: -D pauze=20ms: no scenario here has a parameter of that name"
cogsim 2 run pause.scn -D pause
complains "cogsim: -D takes NAME=VALUE"
cogsim 2 run pause.scn -D
complains "cogsim: -D takes NAME=VALUE"
cogsim 0 check pause.scn -D pause=20ms
cogsim 2 check pause.scn -D pause=soon
cogsim 0 report pause.scn -D pause=20ms
prints "20ms"
cogsim 2 report pause.scn -D pauze=20ms
complains "pause.scn has no parameter of that name"

# ---- Tables of cases

cat >table.scn <<'END'
scenario "a table"
each pause, text
    5ms, "short"
    2s, "long"
    1h, "longest"
coro sleeper
    sleep pause
    log   text
expect log "{text}" at pause
expect end at pause
END
cogsim 0 run table.scn
[[ $(grep -c '^ok' out) == 3 ]] || fail "not a verdict each"
prints "3 of 3 scenarios held"
cogsim 0 run --log table.scn --row 2
prints $'2s\tsleeper\tlong'
prints_not "short"
cogsim 2 run table.scn --row 4
complains "there is no row 4"
cogsim 2 run pause.scn --row 2
complains "the scenario has no 'each'"
cogsim 2 run table.scn --row 0
complains "--row takes a number from 1"
cogsim 0 run table.scn --trace trace
[[ -s trace.1 && -s trace.2 && -s trace.3 && ! -e trace ]] || fail "not a trace each"
cogsim 0 run table.scn --row 3 --trace one
cmp one trace.3
cogsim 0 run --json table.scn
[[ $(wc -l <out) == 3 ]] || fail "not an object each"
cogsim 0 report table.scn --row 2
prints "2s"
cogsim 0 report table.scn
complains "the first of 3 rows is shown; --row N takes another"
sed 's/"long"/7/' table.scn >mixed.scn
cogsim 2 check mixed.scn
complains "'text' is a number here and a text in the first row"
sed 's/^expect end.*/expect end at 5ms/' table.scn >fails.scn
cogsim 1 run fails.scn
prints "1 of 3 scenarios held"
printf 'scenario "t"\neach n\n    2\n    0\nqueue q size n\ncoro a\n    put q 1\n' >row.scn
cogsim 2 check row.scn
complains "must be at least 1"
complains "row.scn: this is so with row 2 of 'each'"

# ---- Included files

mkdir -p top/parts/deep top/scenes elsewhere
cat >top/parts/server.scni <<'END'
include "deep/link.scni"
routine answer_one(door)
    accept  conn from door
    recv    text from conn max 64
    sendall conn "re: {text}"
END
printf 'param latency = 5ms\nlink client <-> server latency latency\n' >top/parts/deep/link.scni
cat >top/scenes/ask.scn <<'END'
scenario "asking"
include "../parts/server.scni"
coro server_loop on server
    listen door port 80
    call   answer_one(door)
coro client_loop on client
    connect conn to server port 80
    send    conn "hi"
    recv    text from conn max 64
    log     text
expect log "re: hi" at 4 * latency
END
cogsim 0 run top
is_silent
prints "ok    top/scenes/ask.scn"
prints_not ".scni"
cogsim 0 run top -D latency=7ms
cogsim 2 run top/scenes
complains "top/scenes/ask.scn:2:9: error: cannot include this: 'top/parts/server.scni' lies outside of the folder 'top/scenes'"
cogsim 2 run top/scenes/ask.scn
complains "lies outside of the folder 'top/scenes' (--root names another)"
cogsim 0 run top/scenes/ask.scn --root top
cogsim 0 run "$work/top/scenes/ask.scn" --root top
(cd top && "$program" run scenes/ask.scn --root . >/dev/null)
cogsim 2 run top/scenes/ask.scn --root elsewhere
cogsim 2 run top/scenes/ask.scn --root nowhere
cogsim 2 run top/parts/server.scni
complains "is made to be included (.scni)"
cogsim 0 check top
prints "ok    top/parts/server.scni"
cogsim 0 report top/scenes/ask.scn --root top

printf 'scenario "t"\ninclude "%s"\n' "$work/top/parts/server.scni" >absolute.scn
cogsim 2 check absolute.scn
complains "a name is relative to the file it stands in"
ln -s ../../elsewhere/secret.scni top/scenes/link.scni
printf 'param secret = 3\n' >elsewhere/secret.scni
printf 'scenario "t"\ninclude "link.scni"\n' >top/scenes/leads_out.scn
cogsim 2 check top/scenes/leads_out.scn --root top
complains "lies outside of the folder"
printf 'scenario "t"\ninclude "gone.scni"\n' >gone.scn
cogsim 2 check gone.scn
complains "there is no file 'gone.scni'"
printf 'scenario "t"\ninclude "."\n' >folder.scn
cogsim 2 check folder.scn
complains "cannot include this"
rm top/scenes/leads_out.scn

printf 'routine work()\n    slep 1ms\n' >broken.scni
printf 'scenario "t"\ninclude "broken.scni"\ncoro a\n    call work()\n' >broken.scn
cogsim 2 run broken.scn
complains "broken.scni:2:5: error: unknown statement 'slep'"
cogsim 2 check broken.scni

# ---- Several at a time

mkdir many
for i in {1..60}; do
    sed "s/a pause/pause $i/; s/5ms/${i}ms/" pause.scn >"many/$i.scn"
done
sed 's/at pause$/at 1ms/' pause.scn >many/7.scn
echo 'nonsense' >many/8.scn
cogsim 2 run many
cp out out.1 && cp err err.1
for jobs in 2 7 400; do
    cogsim 2 run many --jobs $jobs
    cmp out out.1 || fail "--jobs $jobs prints something else"
    cmp err err.1 || fail "--jobs $jobs complains of something else"
done
prints "58 of 60 scenarios held"
cogsim 2 run many --jobs 3 --json
[[ $(wc -l <out) == 60 ]] || fail "not an object each"
cogsim 2 run many --jobs 0
complains "--jobs takes a number from 1"
cogsim 2 run many --jobs 4 -D pause=3ms -D nothing=1
