#!/usr/bin/env bash
# program.sh - what the cogsim program promises on its command line: exit codes, complaints, outputs whole or not there.
# COGSIM names the program.
# shellcheck source=tests/house/calling.sh
source "$(dirname "$0")/calling.sh"

says_nothing() { [[ ! -s out ]] || fail "prints something"; }
is_empty() { [[ -z $(ls -A "$1") ]] || fail "left in $1: $(ls -A "$1")"; }

scenario() { printf 'scenario "%s"\n' "$1"; cat; }

scenario good >good.scn <<'END'
coro a
    log "one"
    sleep 1500us
    log "two\tthree\n\x00\xFF \\"
END
scenario bad >bad.scn <<'END'
coro a
    log "one"
expect log "two"
END
printf 'scenario "broken"\ncoro a\n    logg "x"\n' >broken.scn
scenario long >long.scn <<'END'
coro a
    repeat
        sleep 1ms
END

# ---- Usage

cogsim 2
complains "usage: cogsim COMMAND"
cogsim 2 rnu good.scn
complains "cogsim: unknown command 'rnu'; did you mean 'run'?"
cogsim 2 xyzzy-plugh
complains "unknown command 'xyzzy-plugh'; --help lists them"
cogsim 2 run --jsn good.scn
complains "unknown option '--jsn'; did you mean '--json'?"
cogsim 2 run
complains "run: which scenarios?"
cogsim 2 check
cogsim 2 graph good.scn
complains "-o FILE says where to"
cogsim 2 graph -o x.svg
cogsim 2 report good.scn bad.scn
cogsim 2 run --limit 0 good.scn
complains "--limit takes a number from 1"
cogsim 2 run --limit 1x good.scn
cogsim 2 run --limit
cogsim 2 run --memory 99999999999999999999 good.scn
cogsim 2 run --log=yes good.scn
complains "--log takes no value"
cogsim 2 run --trace "" good.scn
cogsim 0 --version
grep -qE '^cogsim [0-9]+\.[0-9]+\.[0-9]+$' out || fail "odd version"
for command in "" run check graph report; do
    cogsim 0 $command --help
    prints "usage: cogsim"
    prints "exit codes:"
    is_silent
done

# ---- Verdicts and exit codes

cogsim 0 run good.scn
grep -qE '^ok    good\.scn: good \(1500us, [0-9]+ events, [0-9a-f]{16}\)$' out || fail "odd verdict"
is_silent
cogsim 1 run bad.scn
prints "FAIL  bad.scn: bad"
prints '    bad.scn:4: expect log "two"'
cogsim 2 run broken.scn
complains "broken.scn:3:5: error:"
complains "did you mean 'log'?"
cogsim 2 run nowhere.scn
complains "cannot read nowhere.scn: No such file or directory"
mkdir empty_folder
cogsim 2 run empty_folder
complains "no scenario (.scn) in folder empty_folder"
cogsim 2 run good.scn broken.scn bad.scn nowhere.scn
prints "ok    good.scn"
prints "FAIL  bad.scn"
prints "1 of 3 scenarios held"
complains "broken.scn:3:5: error:"
complains "cannot read nowhere.scn"
cogsim 1 run bad.scn good.scn
cogsim 1 run --limit 1000 long.scn
prints "did not end within 1000 statements"
scenario big >big.scn <<'END'
coro a
    let t = "x"
    repeat 40
        set t = "{t}{t}"
END
cogsim 3 run --memory 1MB big.scn
complains "big.scn: out of memory (--memory sets how much a run may take)"
mkdir -p folder/deep
cp good.scn folder/b.scn
cp good.scn folder/deep/a.scn
cp good.scn folder/.hidden.scn
cp broken.scn folder/notes.txt
ln -s .. folder/deep/circle
cogsim 0 run folder
prints "2 of 2 scenarios held"
cogsim 0 run -- good.scn
cogsim 0 check good.scn bad.scn
prints "ok    bad.scn"
cogsim 2 check good.scn broken.scn

# ---- Files that are none

: >none.scn
cogsim 2 run none.scn
complains "none.scn:1:1: error:"
printf 'scenario "x"\ncoro a\n    log "a\0b"\n' >nul.scn
cogsim 2 run nul.scn
complains "nul.scn:3:"
printf 'scenario "x"\ncoro a\n    log "a\xff"\n' >utf8.scn
cogsim 2 run utf8.scn
complains "utf8.scn:3:"
printf 'scenario "x"\ncoro a\n\tlog "a"\n' >tab.scn
cogsim 2 run tab.scn
complains "tab.scn:3:1: error:"
truncate -s 100M large.scn
cogsim 2 run large.scn
complains "large.scn"
rm large.scn
head -c 100000 /dev/urandom >noise.scn
cogsim 2 run noise.scn
[[ $(wc -c <err) -lt 200000 ]] || fail "floods"
cogsim 2 graph folder -o x.svg
complains "cannot read folder: it is a folder"
if ((EUID != 0)); then
    cp good.scn closed.scn
    chmod 0 closed.scn
    cogsim 3 run closed.scn
    complains "Permission denied"
fi
cogsim 2 run nowhere/good.scn
for word in "link a <-> b duplicate 1%" "link a <-> b loss 1%"; do
    printf '%s\ncoro z\n    yield\n' "$word" | scenario x >refused.scn
    cogsim 2 run refused.scn
    complains "refused.scn:2:"
    complains "this version of cogsim cannot run"
    cogsim 0 check refused.scn
done

# ---- The log

cogsim 0 run --log good.scn
printf '0ms\ta\tone\n1500us\ta\ttwo\\tthree\\n\\x00\xff \\\n' >expected
cmp -s out expected || fail "the log is not as it should be"
complains "ok    good.scn: good"
cogsim 1 run --log bad.scn good.scn
complains "1 of 2 scenarios held"
[[ $(wc -l <out) == 3 ]] || fail "the log holds something else"

# ---- JSON

# has_json LINE FILTER: what jq says of the object in that line of out.
has_json() {
    sed -n "$1p" out | jq -e "$2" >/dev/null || fail "JSON, object $1: not $2"
}
cogsim 2 run --json good.scn bad.scn broken.scn
[[ $(wc -l <out) == 3 ]] || fail "not an object a scenario"
has_json 1 '.file == "good.scn" and .title == "good" and .ok == true'
has_json 1 '.time_ns == 1500000 and .steps > 0 and .failures == []'
has_json 1 '.trace_hash | test("^[0-9a-f]{16}$")'
has_json 1 '.log[0] == {"t": 0, "coro": "a", "text": "one"}'
has_json 1 '.log[1] == {"t": 1500000, "coro": "a", "text": "two\tthree\n\u0000\ufffd \\"}'
has_json 2 '.ok == false and (.failures | length) == 1 and .failures[0].line == 4'
has_json 2 '.failures[0].text | startswith("expect log \"two\"\n  expected ")'
has_json 2 '.failures[0].expected == "\"two\"" and .failures[0].actual == "never logged"'
has_json 3 '.ok == false and .file == "broken.scn" and .failures[0].line == 3'
cogsim 2 run --json refused.scn
has_json 1 '.ok == false and .failures[0].line == 2'

# ---- Colours

TERM=xterm cogsim 2 run broken.scn
! grep -q $'\x1b' err || fail "colours though it is no terminal"
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then # where there are pseudo-terminals
    TERM=xterm script -qec "'$program' run broken.scn" /dev/null </dev/null >out 2>&1 || true
    grep -q $'\x1b' out || fail "no colours on a terminal"
    NO_COLOR=1 TERM=xterm script -qec "'$program' run broken.scn" /dev/null </dev/null >out 2>&1 || true
    ! grep -q $'\x1b' out || fail "colours against NO_COLOR"
fi
printf 'coro a\n    log "\\x1b[31mred"\nexpect no log "*red"\n' | scenario escapes >escapes.scn
cogsim 1 run escapes.scn
! grep -q $'\x1b' out || fail "an escape of a log line reaches the terminal"
cogsim 0 run --log good.scn
! grep -q $'\x1b' out || fail "an escape of a log line reaches the terminal"

# ---- Traces, and outputs that cannot be written

mkdir traces
cogsim 0 run --trace traces/one good.scn
cogsim 0 run --trace=traces/two good.scn
cmp -s traces/one traces/two || fail "two runs, two traces"
cogsim 2 run --trace traces/three good.scn bad.scn
complains "--trace is for one scenario"
[[ ! -e traces/three ]] || fail "wrote a trace of two"
cogsim 3 run --trace nowhere/trace good.scn
complains "cannot write nowhere/trace: No such file or directory"
cogsim 3 run --trace traces good.scn
complains "cannot write traces"
mkdir full
scenario longer >longer.scn <<'END'
coro a
    repeat 20000
        sleep 1ms
        log "some text"
END
code=0
(
    trap '' XFSZ
    ulimit -f 4
    exec "$program" run --trace full/trace longer.scn >out 2>err
) || code=$?
((code == 3)) || fail "a full disk: exit code $code"
complains "cannot write full/trace: File too large"
is_empty full
code=0
(
    trap '' XFSZ
    ulimit -f 4
    exec "$program" graph longer.scn -o full/x.svg >out 2>err
) || code=$?
((code == 3)) || fail "a full disk: exit code $code"
is_empty full
code=0
"$program" run good.scn >/dev/full 2>err || code=$?
((code == 3)) || fail "standard output is full: exit code $code"
complains "cannot write to standard output: No space left on device"
for arguments in "run --log" "run --json" "check" "report"; do
    code=0
    # shellcheck disable=SC2086
    "$program" $arguments good.scn >/dev/full 2>err || code=$?
    ((code == 3)) || fail "standard output of $arguments is full: exit code $code"
done

mkdir both
for round in 1 2 3 4 5; do
    "$program" run --trace both/trace longer.scn >/dev/null &
    first=$!
    "$program" run --trace both/trace longer.scn >/dev/null &
    second=$!
    wait "$first" || fail "the first of two failed in round $round"
    wait "$second" || fail "the second of two failed in round $round"
    [[ $(ls -A both) == trace ]] || fail "two at once left: $(ls -A both)"
done
cogsim 0 run --trace traces/longer longer.scn
cmp -s both/trace traces/longer || fail "two at once mixed their traces"

mkdir interrupted
# The signals act whatever whoever started this ignores. The run counts for a minute, and writes next to nothing.
scenario busy >busy.scn <<'END'
coro a
    let n = 0
    while n >= 0
        set n = n + 1
END
for signal in TERM INT HUP; do
    env --default-signal=INT,TERM,HUP "$program" run --limit 2000000000 \
        --trace interrupted/trace busy.scn >out 2>err &
    running=$!
    until [[ -n $(ls -A interrupted) ]]; do
        kill -0 "$running" 2>/dev/null || fail "ended before it was interrupted"
        sleep 0.01
    done
    kill -s "$signal" "$running"
    code=0
    wait "$running" 2>/dev/null || code=$?
    ((code == 128 + $(kill -l "$signal"))) || fail "SIG$signal: exit code $code"
    is_empty interrupted
done

# ---- Pictures and documents

scenario stall >stall.scn <<'END'
queue q
coro a
    get x from q
coro b
    get x from q
END
cogsim 1 run stall.scn
prints "      b  get"
prints "        nothing in this scenario puts into q"
cogsim 0 report stall.scn
tr -s ' \n' ' ' <out >words
grep -q 'does not hold: stalled at 0ms: nothing can happen any more, and these wait' words || fail "a stall is not one line of the report"

for suffix in svg png pdf dot; do
    cogsim 0 graph good.scn -o picture.$suffix
    [[ -s picture.$suffix ]] || fail "no picture.$suffix"
    is_silent
done
head -c 5 picture.pdf | grep -q %PDF || fail "no PDF"
head -c 4 picture.png | grep -q PNG || fail "no PNG"
grep -q '<svg' picture.svg || fail "no SVG"
grep -q 'digraph' picture.dot || fail "no DOT"
cogsim 0 graph traces/one -o from_trace.svg
cmp -s picture.svg from_trace.svg || fail "a trace and its scenario are drawn differently"
for name in picture.xyz picture; do
    cogsim 2 graph good.scn -o $name
    [[ ! -e $name ]] || fail "wrote $name"
done
cogsim 3 graph good.scn -o nowhere/x.svg
complains "nowhere/x.svg"
cogsim 0 report good.scn
prints "two"
cp out report.out
cogsim 0 report traces/one -o report.txt
cmp -s report.out report.txt || fail "the report of a trace is another"
cogsim 0 graph bad.scn -o bad.svg
complains "not everything held in this run"

bytes=$(stat -c %s traces/one)
for size in 1 8 20 $((bytes / 2)) $((bytes - 1)); do
    head -c "$size" traces/one >shortened
    cogsim 2 report shortened
    says_nothing
    cogsim 2 graph shortened -o shortened.svg
    [[ ! -e shortened.svg ]] || fail "drew a trace cut at $size"
done
cp traces/one corrupt
flipped=$(printf '%o' $((0x$(od -An -tx1 -j $((bytes / 2)) -N 1 corrupt | tr -d ' ') ^ 0x40)))
# shellcheck disable=SC2059
printf "\\$flipped" | dd of=corrupt bs=1 seek=$((bytes / 2)) conv=notrunc status=none
cogsim 2 report corrupt
complains "corrupt"
cogsim 2 graph corrupt -o corrupt.svg
printf '\x89PNG\r\n\x1a\nnot a trace of ours at all' >foreign
cogsim 2 report foreign
cogsim 2 report nowhere.trace
complains "cannot read nowhere.trace"
