#!/usr/bin/env bash
# annotations.sh - scenarios/editors/github.json finds file, line and message in what cogsim run, explore and check print where
# something does not hold, and nothing in what else they print. COGSIM names the program.
set -euo pipefail
export LC_ALL=C
tree=$(cd "$(dirname "$0")/../.." && pwd)
program=$(realpath "${COGSIM:?COGSIM names the program}")
matchers=$tree/scenarios/editors/github.json
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    printf 'annotations: %s\n' "$*"
    exit 1
}

# annotate FILE: an annotation a line of it that a matcher knows, as GitHub makes one.
annotate() {
    jq -R -r --slurpfile file "$matchers" '
        . as $line | $file[0].problemMatcher[] | . as $matcher | .pattern[0] as $pattern |
        ($line | [match($pattern.regexp)][0].captures // empty) as $parts |
        def part($name): $pattern[$name] as $number | if $number then $parts[$number - 1].string else null end;
        "\(part("severity") // $matcher.severity) \(part("file")) \(part("line")) \(part("column") // "-") \(part("message"))"' "$1"
}

# finds EXPECTED COMMAND...: the annotations of what it prints are these.
finds() {
    local expected=$1
    shift
    "$program" "$@" >out 2>&1 </dev/null || true
    annotate out >found
    [[ $(cat found) == "$expected" ]] || fail "of $*: '$(cat found)' instead of '$expected'"
}

mkdir orders
cat >orders/late.scn <<'END'
scenario "late"

coro a
    sleep 10ms
    log   "there"

expect log "there" at 5ms
expect log "orders/late.scn:7: there" times 0
END
cat >wrong.scn <<'END'
scenario "wrong"

coro a
    slep 10ms
END
cat >race.scn <<'END'
scenario "a race"

shared x = 0

coro one times 2
    set x = x + 1

expect x == 2
END

finds 'error orders/late.scn 7 - expect log "there" at 5ms' run orders/late.scn
finds 'error race.scn 8 - expect x == 2' explore race.scn
finds "error wrong.scn 4 5 unknown statement 'slep' [did you mean 'sleep'?]" check --format=gcc wrong.scn
finds '' run "$tree/scenarios/queues"
