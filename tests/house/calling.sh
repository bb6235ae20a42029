#!/usr/bin/env bash
# calling.sh - what tests that call the program share, which source it: a folder of their own, in which they are then, and what
# the program must end with, print and complain of. COGSIM names the program.
set -euo pipefail
export LC_ALL=C
unset NO_COLOR
program=$(realpath "${COGSIM:?COGSIM names the program}")
# shellcheck disable=SC2034 # for who sources it
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
# shellcheck disable=SC2046 # nothing, where there is none
trap 'kill -9 $(jobs -p) 2>/dev/null || true; chmod -R u+w "$work"; rm -rf "$work"' EXIT
ulimit -f 1048576 # should something never end, it does not fill the disk
cd "$work"

fail() {
    printf '%s: %s\n--- standard output:\n%s\n--- standard error:\n%s\n' "$(basename "$0" .sh)" "$*" \
        "$(head -c 4000 "$work/out" 2>/dev/null)" "$(head -c 2000 "$work/err" 2>/dev/null)"
    exit 1
}

# cogsim CODE ARG...: runs the program, which must end so; leaves what it printed in the files out and err.
cogsim() {
    local expected=$1 code=0
    shift
    timeout 300 "$program" "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
    ((code == expected)) || fail "cogsim $*: exit code $code instead of $expected"
}

# explore CODE ARG...
explore() {
    local expected=$1
    shift
    cogsim "$expected" explore "$@"
}

# Of what was printed last, or of another file.
prints() { grep -qF -- "$1" "${2-$work/out}" || fail "${2-it} does not hold: $1"; }
prints_not() { ! grep -qF -- "$1" "${2-$work/out}" || fail "${2-it} holds: $1"; }
complains() { grep -qF -- "$1" "$work/err" || fail "does not complain: $1"; }
is_silent() { [[ ! -s $work/err ]] || fail "complains"; }
