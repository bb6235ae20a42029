#!/usr/bin/env bash
# fuzz.sh - the fuzzers' dictionary has every reserved word, and each fuzzer runs and is able to find something. Without
# build/fuzz, which './dev test' and './dev fuzz' build, the fuzzers are not tried.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
dictionary=tests/fuzz/scenario.dict

# Prints the words that a dictionary lacks.
missing() {
    local word
    while read -r word; do
        grep -qx "\"$word\"" "$1" || printf '%s\n' "$word"
    done < <(sed -n 's/^    X([A-Z]*, "\([a-z]*\)").*/\1/p' sim/language/words.h)
}

words=$(missing "$dictionary")
if [[ -n $words ]]; then
    printf '%s does not have:\n%s\n' "$dictionary" "$words"
    exit 1
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
sed '/^"recvline"$/d' "$dictionary" >"$scratch/dictionary"
[[ $(missing "$scratch/dictionary") == recvline ]] || { echo "a missing word was not noticed" && exit 1; }

build=${COGSIM_BUILD:?names the build directory}/fuzz
if [[ ! -f $build/build.ninja ]]; then
    echo "the fuzzers are not tried: ./dev fuzz builds them"
    exit 77
fi
ninja --quiet -C "$build" fuzz_parser fuzz_run fuzz_guest guest_counter guest_echo >"$scratch/log" 2>&1 || { cat "$scratch/log" && exit 1; }

export UBSAN_OPTIONS=print_stacktrace=1 LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0
for target in parser run; do
    mkdir "$scratch/$target"
    if ! "$build/tests/fuzz_$target" -seed=1 -runs=2000 -max_len=1000 -dict="$dictionary" -artifact_prefix="$scratch/" \
        "$scratch/$target" scenarios/publish tests/fuzz/found >"$scratch/log" 2>&1; then
        tail -n 40 "$scratch/log"
        exit 1
    fi
    # What was new to it is kept: there is none if the code has no counters in it.
    found=$(find "$scratch/$target" -type f | wc -l)
    ((found > 20)) || { echo "fuzz_$target found $found inputs only: is it built with counters?" && exit 1; }
done

# A C program that fails under some orders is found out, and the way to it can be gone again; another holds.
export COGSIM_PROGRAMS=$build/programs COGSIM_SCENARIO=scenarios/programs/counter.scn
if "$build/tests/fuzz_guest" -seed=1 -runs=5000 -max_len=64 -artifact_prefix="$scratch/" >"$scratch/log" 2>&1; then
    echo "fuzz_guest does not find the update that gets lost" && exit 1
fi
grep -q 'Assertion .ended_count < 2' "$scratch/log" || { tail -n 40 "$scratch/log" && exit 1; }
COGSIM_TELL=1 "$build/tests/fuzz_guest" "$scratch"/crash-* >"$scratch/way" 2>"$scratch/log" || { cat "$scratch/log" && exit 1; }
code=0
env -u COGSIM_PROGRAMS "${COGSIM:?}" replay "$COGSIM_SCENARIO" --schedule "$scratch/way" >"$scratch/log" 2>&1 || code=$?
if ((code != 1)) || ! grep -q "worker/.* crashed" "$scratch/log"; then
    cat "$scratch/way" "$scratch/log" && exit 1
fi
COGSIM_SCENARIO=scenarios/programs/echo.scn "$build/tests/fuzz_guest" -seed=1 -runs=500 -max_len=64 \
    -artifact_prefix="$scratch/" >"$scratch/log" 2>&1 || { tail -n 40 "$scratch/log" && exit 1; }
