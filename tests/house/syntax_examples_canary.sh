#!/usr/bin/env bash
# syntax_examples_canary.sh - syntax_examples.sh must accept a sound page and reject, each for itself, an example that does not
# hold, one with a mistake, one that holds and should not, a program that dies, an unknown kind, a block that does not end and
# a page without examples.
set -euo pipefail
export LC_ALL=C
check=$(realpath "$(dirname "${BASH_SOURCE[0]}")/syntax_examples.sh")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

# judged CODE WHAT PAGE: the check of this page must end with the code and say WHAT.
judged() {
    local code=0 output
    printf '%b' "$3" >"$scratch/page.md"
    output=$("$check" "$scratch/page.md" 2>&1) || code=$?
    if ((code != $1)) || [[ $output != *"$2"* ]]; then
        printf '%s: exit code %d instead of %d\n%s\n' "$2" "$code" "$1" "$output"
        failures=$((failures + 1))
    fi
}

# shellcheck disable=SC2016 # the backticks stand for themselves
good='```scn\nscenario "a"\n\ncoro a\n    log "x"\n\nexpect log "x"\n```\n'
# shellcheck disable=SC2016
bad='```scn\nscenario "a"\n\ncoro a\n    log "x"\n\nexpect log "y"\n```\n'
# shellcheck disable=SC2016
wrong='```scn\nscenario "a"\n\ncoro a\n    lug "x"\n```\n'
# shellcheck disable=SC2016
other='```\nanything\n```\n```scn-part\nlug\n```\n'

judged 0 "2 examples, 0 failures" "$good$other${bad/scn/scn-fails}"
judged 0 "1 examples, 0 failures" "${wrong/scn/scn-fails}"
judged 1 "line 10 ended with exit code 1" "$good$bad"
judged 1 "line 2 ended with exit code 2" "$wrong"
judged 1 "line 2 ended with exit code 0" "${good/scn/scn-fails}"
judged 1 "is no kind of block" "${good/scn/scn-fial}"
judged 1 "does not end" "$good"'```scn\nscenario "b"\n'
judged 1 "begins inside another" '```scn\nscenario "b"\n'"$good"
judged 1 "there are no examples" "$other"
printf '#!/bin/sh\nexit 139\n' >"$scratch/dying"
chmod +x "$scratch/dying"
COGSIM=$scratch/dying judged 1 "line 2 ended with exit code 139" "${good/scn/scn-fails}"
((failures == 0))
