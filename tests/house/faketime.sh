#!/usr/bin/env bash
# faketime.sh - the production clock and every proactor under libfaketime: hours of timeouts in seconds; the wall clock a day
# forth and back, frozen, and racing, which moves no deadline. First finds out what libfaketime scales. Skipped where it is
# missing.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
program=${COGSIM_BUILD:-build}/tests/faketime
library=$(dpkg -L libfaketime 2>/dev/null | grep '/libfaketime\.so\.[0-9]*$' | head -n 1) || true
[[ -n $library && -x $program ]] || { echo "skipped: no libfaketime" && exit 77; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
hour_ns=3600000000000
short_ns=20000000

fail() {
    printf 'faketime: %s\n' "$*"
    exit 1
}

# fake NAME=VALUE... -- ARG...: runs the program so, for a minute at most; what it prints is in `output`.
fake() {
    local settings=()
    while [[ $1 != -- ]]; do
        settings+=("$1")
        shift
    done
    shift
    output=$(env "${settings[@]}" FAKETIME_NO_CACHE=1 LD_PRELOAD="$library" timeout 60 "$program" "$@") ||
        fail "${settings[*]} $*: exit code $?, $output"
}

# ends_well WHAT: every timeout has ended as it should, the steps left aside.
ends_well() {
    local expected
    expected=$(printf '%d: timeout\n' 1 2 3 4 5 && echo 'run: ok; none early; in order')
    [[ $(grep -v '^wall' <<<"$output") == "$expected" ]] || fail "$1: $output"
}

# What the rest relies on; libfaketime may scale more, or less, of what it does not.
fake 'FAKETIME=+0 x10' -- list
printf '%s\n' "$output"
scaled=$(sed -n 's/^proactor \(.*\): scaled$/\1/p' <<<"$output")
proactors=$(sed -n 's/^proactor \(.*\): .*$/\1/p' <<<"$output")
for name in clock_nanosleep poll pselect 'proactor poll' 'proactor select'; do
    grep -q "^$name: scaled$" <<<"$output" || fail "$name is not scaled"
done
grep -q '^a system call without libc: real$' <<<"$output" || fail "there is nothing to measure by"

for proactor in $scaled; do
    fake 'FAKETIME=+0 x7200' -- patience "$proactor" "$hour_ns"
    ends_well "hours with $proactor"
done

for proactor in $proactors; do
    # As on a real machine: the wall clock is somebody's guess, the monotonic clock is not.
    echo '+0' >"$scratch/time"
    fake FAKETIME_DONT_FAKE_MONOTONIC=1 "FAKETIME_TIMESTAMP_FILE=$scratch/time" -- \
        steps "$proactor" "$short_ns" "$scratch/time"
    ends_well "steps with $proactor"
    [[ $(grep -c '^wall .*: stepped, clock: went on$' <<<"$output") == 3 ]] || fail "steps with $proactor: $output"

    fake FAKETIME_DONT_FAKE_MONOTONIC=1 'FAKETIME=2020-01-01 00:00:00' -- patience "$proactor" "$short_ns"
    ends_well "a frozen wall clock with $proactor"
    fake FAKETIME_DONT_FAKE_MONOTONIC=1 'FAKETIME=+0 x10' -- patience "$proactor" "$short_ns"
    ends_well "a racing wall clock with $proactor"

    # A monotonic clock that jumps, as over a suspended night: all is due at once, and still in order.
    echo '+0' >"$scratch/time"
    fake FAKETIME_DONT_FAKE_MONOTONIC=0 "FAKETIME_TIMESTAMP_FILE=$scratch/time" -- \
        forth "$proactor" "$short_ns" "$scratch/time"
    ends_well "a jump with $proactor"
    grep -q '^wall +1d: stepped, clock: stepped$' <<<"$output" || fail "a jump with $proactor: $output"

    # What libfaketime does to it, and no kernel: it goes a day back, and everybody would wait for that day. Their clock does
    # not go back with it; when the day has been given back, they go on.
    echo '+0' >"$scratch/time"
    fake FAKETIME_DONT_FAKE_MONOTONIC=0 "FAKETIME_TIMESTAMP_FILE=$scratch/time" -- \
        back "$proactor" "$short_ns" "$scratch/time"
    [[ $output == $'clock: back; waits; the scheduler\'s does not\n1: timeout\nnot early' ]] || fail "back with $proactor: $output"
done
echo "all held"
