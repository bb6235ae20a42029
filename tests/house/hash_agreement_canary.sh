#!/usr/bin/env bash
# hash_agreement_canary.sh - hash_agreement.sh must accept programs that agree and reject, each for itself, one that differs
# in the trace, in the hash or in the exit code, one that fails, and one that is not the same twice.
set -euo pipefail
export LC_ALL=C
check=$(realpath "$(dirname "${BASH_SOURCE[0]}")/hash_agreement.sh")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

mkdir -p "$tree/scenarios/topic"
echo 'scenario "a"' >"$tree/scenarios/topic/a.scn"

# program NAME TRACE HASH CODE: one that answers so, whatever it is asked.
program() {
    cat >"$tree/$1" <<END
#!/bin/sh
echo "$2" >"\$7"
echo '{"trace_hash":"$3"}'
exit $4
END
    chmod +x "$tree/$1"
}

# judged CODE PROGRAM...: the check of these programs must end with the code.
judged() {
    local expected=$1 code=0 output name variants=
    shift
    for name in "$@"; do
        variants+=" $tree/$name"
    done
    output=$(COGSIM_VARIANTS=$variants "$check" "$tree") || code=$?
    if ((code != expected)); then
        printf '%s: exit code %d instead of %d\n%s\n' "$*" "$code" "$expected" "$output"
        failures=$((failures + 1))
    fi
}

program sound trace 0123456789abcdef 0
program same trace 0123456789abcdef 0
program other_trace another 0123456789abcdef 0
program other_hash trace 0123456789abcdee 0
program other_code trace 0123456789abcdef 1
program broken trace 0123456789abcdef 3
program no_hash trace 0123 0
# $$ is the number of the process, another one each time.
program unsteady "\$\$" 0123456789abcdef 0

judged 0 sound same
judged 77 sound
judged 1 sound other_trace
judged 1 sound other_hash
judged 1 sound other_code
judged 1 sound broken
judged 1 no_hash no_hash
judged 1 unsteady same
((failures == 0))
