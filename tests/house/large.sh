#!/usr/bin/env bash
# large.sh [--full] [NAME...] - large inputs of every kind that could take time or memory out of proportion are checked,
# formatted and run, each in bounded processor time and memory. The bounds are generous: what is quadratic takes minutes.
# With --full they are four times as large, most of them ten megabytes. COGSIM names the program.
set -euo pipefail
export LC_ALL=C
cogsim=${COGSIM:?names the program}

divisor=4 seconds=10
if [[ ${1-} == --full ]]; then
    shift
    divisor=1 seconds=40
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# generate NAME: how often is by the size of what is repeated.
generate() {
    if [[ $1 == raw_zeros ]]; then
        head -c $((10000000 / divisor)) /dev/zero
        return
    fi
    awk -v name="$1" -v divisor=$divisor '
    function times(n, text,    i) { for (i = 0; i < n / divisor; i++) printf "%s", text }
    function numbered(n, format,    i) { for (i = 0; i < n / divisor; i++) printf format, i, i, i, i }
    function idle() { print "coro a\n    yield" }
    BEGIN {
        M = 1000000
        if (name !~ /^raw_/) print "scenario \"large\"\n"

        # Bytes.
        if (name == "raw_one_line") times(M, "0123456789")
        if (name == "raw_quotes") times(5 * M, "\" ")
        if (name == "raw_newlines") times(10 * M, "\n")
        if (name == "raw_tabs") times(2 * M, "\t\tx\n")
        if (name == "raw_bad_utf8") times(2 * M, "\377\376x\n ")
        if (name == "raw_parentheses") times(10 * M, "(")
        if (name == "deep") { print "coro a"; for (i = 0; i < 2000 / divisor; i++) { blanks = blanks "    "; print blanks "repeat" } }

        # Mistakes.
        if (name == "errors") { print "coro a"; times(M, "    recieve\n") }
        if (name == "margin_errors") times(M, "nonsense\n")
        if (name == "unknown_names") { print "coro a"; numbered(300000, "    set unknown_%d = other_%d\n") }
        if (name == "unused_names") { print "coro a"; numbered(300000, "    let unused_%d = %d\n") }
        if (name == "same_names") { times(300000, "queue same\n"); idle() }
        if (name == "unreachable") { print "coro a"; times(M, "    stop\n") }
        if (name == "contradictions") { idle(); numbered(300000, "expect end at %dms\n") }

        # One line.
        if (name == "long_comment") { printf "#"; times(10 * M, "x"); print ""; idle() }
        if (name == "comments") { idle(); times(M, "    # comment\n") }
        if (name == "long_text") { printf "coro a\n    log \""; times(10 * M, "x"); print "\"" }
        if (name == "braces") { printf "coro a\n    let n = 1\n    log \""; times(M, "{n}"); print "\"" }
        if (name == "escapes") { printf "coro a\n    log \""; times(3 * M, "\\x41"); print "\"" }
        if (name == "long_name") { printf "queue "; times(10 * M, "x"); print ""; idle() }
        if (name == "ands") { printf "coro a\n    check true"; times(M, " and true"); print "" }
        if (name == "ors") { idle(); printf "expect log \"a\""; times(500000, " or log \"a\""); print "" }
        if (name == "sum") { printf "coro a\n    log \"{1"; times(M, " + 1"); print "}\"" }
        if (name == "minus") { printf "coro a\n    let n = 1\n    set n = "; times(5 * M, "- "); print "1" }
        if (name == "parameters") { printf "routine r(p"; numbered(500000, ", p%d"); print ")\n    yield"; idle() }
        if (name == "columns") { printf "each c"; numbered(300000, ", c%d"); printf "\n    0"; numbered(300000, ", %d"); print ""; idle() }

        # Lines of statements.
        if (name == "statements") { print "coro a\n    let n = 0"; times(M, "    set n = n + 1\n") }
        if (name == "locals") { print "coro a"; numbered(200000, "    let n%d = %d\n    log \"{n%d}\"\n") }
        if (name == "handlers") { print "queue q\n\ncoro a"; times(100000, "    get x from q timeout 1ms\n    on timeout\n        set x = 1\n    log x\n") }
        if (name == "branches") { print "coro a\n    let n = 0"; times(300000, "    if n == 0\n        set n = 1\n    else\n        set n = 2\n") }
        if (name == "loops") { print "coro a"; times(300000, "    repeat 1\n        yield\n") }
        if (name == "texts") { print "coro a\n    let n = 0"; times(300000, "    log \"{n} and {n + 1}\"\n") }
        if (name == "signals") { print "coro a"; numbered(300000, "    signal s%d\n"); print "coro b after 1s"; numbered(300000, "    wait s%d\n") }
        if (name == "picks") { printf "coro a\n    pick x from 0"; numbered(M, ", %d"); print "\n    log x" }

        # Declarations.
        if (name == "coroutines") numbered(100000, "coro c%d\n    sleep %dms\n")
        if (name == "routines") { numbered(100000, "routine r%d()\n    yield\n"); print "coro a"; numbered(100000, "    call r%d()\n") }
        if (name == "call_chain") { for (i = 0; i < 100000 / divisor; i++) printf "routine r%d()\n    call r%d()\n", i, i + 1; printf "routine r%d()\n    yield\ncoro a\n    call r0()\n", i }
        if (name == "call_pairs") { print "coro a\n    call r0()"; for (i = 0; i < 40000 / divisor; i++) printf "routine r%d()\n    call r%d()\n    call r%d()\n", i, i + 1, i + 1; printf "routine r%d()\n    stop\n", i }
        if (name == "queues") { numbered(200000, "queue q%d\n"); print "coro a"; numbered(200000, "    put q%d 1\n") }
        if (name == "unused_queues") { numbered(500000, "queue q%d\n"); idle() }
        if (name == "variables") { numbered(300000, "var v%d = %d\n"); print "coro a"; numbered(300000, "    set v%d = 1\n") }
        if (name == "elements") { print "var v[1000000] = 0\n\ncoro a\n    set v[1] = 1\n\nexpect v[1] == 1" }
        if (name == "params") { print "param p0 = 1"; for (i = 1; i < 300000 / divisor; i++) printf "param p%d = p%d + 1\n", i, i - 1; idle() }
        if (name == "hosts") { numbered(100000, "coro c%d on h%d\n    yield\n") }
        if (name == "links") { for (i = 0; i < 100000 / divisor; i++) printf "link h%d -> h%d latency 1ms\n", i, i + 1; print "coro a on h0\n    listen door port 1" }
        if (name == "same_link") { times(200000, "link a -> b latency 1ms\n"); print "coro a on a\n    yield" }
        if (name == "schedulers") { numbered(100000, "scheduler on h%d priority op\n"); print "coro a on h0\n    yield" }
        if (name == "ats") { print "var v = 0\n"; numbered(200000, "at %dms\n    set v = %d\n"); idle(); print "expect v > 0" }
        if (name == "rows") { print "each a, b"; numbered(999, "    %d, \"row %d\"\n"); print "coro c\n    log \"{a} {b}\"" }
        if (name == "includes") { times(500000, "include \"none.scni\"\n"); idle() }

        # What is expected.
        if (name == "expectations") { print "coro a\n    repeat 1000\n        log \"x\""; numbered(100000, "expect no log \"y%d\"\n") }
        if (name == "judged") { print "coro a"; numbered(20000, "    log \"x%d\"\n"); numbered(20000, "expect log \"x%d\"\n") }
        if (name == "patterns") { print "coro a\n    repeat 1000\n        log \"" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "\""; times(300, "expect no log \"*a*a*a*a*a*a*a*a*a*a*b\"\n") }
        if (name == "always") { print "var v = 0\n\ncoro a\n    repeat 300\n        set v = v + 1"; times(30000, "expect always v >= 0\n") }
        if (name == "within") { print "var v = 0\n\ncoro a\n    repeat 100\n        log \"x\""; times(30000, "expect within 1ms of \"x\": v == 0\n") }
        if (name == "outcomes") { print "var v = 7\n\ncoro a\n    set v = 8\n\noutcome v, v\nexpect outcomes"; numbered(500000, "    %d, %d\n") }
        if (name == "outcome_values") { printf "var v = 7\n\ncoro a\n    set v = 8\n\noutcome v"; times(300000, ", v"); printf "\nexpect outcomes\n    8"; times(300000, ", 8"); print "" }
    }'
}

names=("$@")
if (($# == 0)); then
    mapfile -t names < <(echo raw_zeros && grep -o 'name == "[a-z_0-9]*"' "${BASH_SOURCE[0]}" | cut -d'"' -f2)
fi

# bounded COMMAND...: in so many seconds of processor time, and three gigabytes.
bounded() (
    ulimit -c 0 -t "$seconds" -v $((3 << 20))
    exec "$@" >"$scratch/output" 2>"$scratch/errors" </dev/null
)

failures=0
for name in "${names[@]}"; do
    generate "$name" >"$scratch/$name.scn"
    line=$(printf '%-16s %5d KB' "$name" $(($(wc -c <"$scratch/$name.scn") / 1024)))
    for command in check fmt run; do
        code=0
        cp "$scratch/$name.scn" "$scratch/input.scn"
        started=$(date +%s%N)
        bounded "$cogsim" "$command" "$scratch/input.scn" || code=$?
        line+=$(printf '   %-5s %d %6d ms' "$command" "$code" $((($(date +%s%N) - started) / 1000000)))
        if ((code > 3)) || (($(wc -c <"$scratch/errors") > 1 << 20)); then
            failures=$((failures + 1))
            line+=" FAIL"
        fi
    done
    printf '%s\n' "$line"
    rm -f "$scratch"/*
done
printf '%d inputs, %d failures\n' "${#names[@]}" "$failures"
((failures == 0))
