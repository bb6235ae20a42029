#!/usr/bin/env bash
# mutants_canary.sh - what ./dev mutants promises, on a small tree whose program is a script: it succeeds only when a test
# fails for every mutant, names those that survive or are broken, and leaves the tree as it was.
set -euo pipefail
export LC_ALL=C COGSIM_NO_SETUP=1
dev=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../dev")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

fail() {
    printf 'mutants_canary: %s\n--- output:\n%s\n' "$*" "${output-}"
    exit 1
}

# mutants EXPECTED_CODE ARG...: runs the command, leaves what it printed in `output`.
mutants() {
    local expected=$1 code=0
    shift
    output=$("$tree/dev" mutants "$@" 2>&1) || code=$?
    ((code == expected)) || fail "dev mutants $*: exit code $code instead of $expected"
}

prints() {
    [[ $output == *"$1"* ]] || fail "does not print: $1"
}

prints_not() {
    [[ $output != *"$1"* ]] || fail "prints: $1"
}

# mutant NAME SED_SCRIPT [HEADER_LINE...]: makes a patch of what the script does to the program.
mutant() {
    local name=$1 script=$2
    shift 2
    {
        printf '# A fault.\n#\n'
        (($# == 0)) || printf '%s\n' "$@"
        sed "$script" "$tree/program" |
            diff -U1 --label a/program --label b/program "$tree/program" - || true
    } >"$tree/tests/mutants/$name.patch"
}

mkdir -p "$tree/tests/mutants" "$tree/temporary"
export TMPDIR=$tree/temporary # where a test would leave what it forgets
cp "$dev" "$tree/dev"
cat >"$tree/program" <<'END'
# The program under test.
case $1 in
sum) echo $((2 + 2)) ;;
word) echo mutant ;;
esac
END
cat >"$tree/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.22)
project(stub NONE)
enable_testing()
file(WRITE ${CMAKE_BINARY_DIR}/seconds "${COGSIM_TEST_TIMEOUT}")
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/built
    COMMAND sh -n ${CMAKE_SOURCE_DIR}/program
    COMMAND cp ${CMAKE_SOURCE_DIR}/program ${CMAKE_BINARY_DIR}/built DEPENDS program)
add_custom_target(stub ALL DEPENDS ${CMAKE_BINARY_DIR}/built)
add_test(NAME test_sum COMMAND sh ${CMAKE_SOURCE_DIR}/tests/sum ${CMAKE_BINARY_DIR}/built)
add_test(NAME test_word COMMAND sh ${CMAKE_SOURCE_DIR}/tests/word ${CMAKE_BINARY_DIR}/built)
END
cat >"$tree/tests/sum" <<'END'
touch "$(mktemp)" && [ "$(sh "$1" sum)" = 4 ]
END
cat >"$tree/tests/word" <<'END'
[ "$(sh "$1" word)" = mutant ]
END
before=$(cd "$tree" && find . -type f -exec sha256sum {} + | sort)

mutant sum 's/2 + 2/2 + 3/' '# Catch: ^test_sum$' '# Quick'
mutant word 's/mutant/mutants/' '# Catch: ^test_word$'
mutants 0
prints "caught    sum                                          by test_sum ("
prints "caught    word                                         by test_word ("
prints "2 of 2 mutants caught."
prints_not "every test is tried"
[[ $(<"$tree/build/mutants/build/seconds") == 20 ]] || fail "a mutant may hang for long"

mutants 0 --quick
prints "1 of 1 mutants caught."
mutants 0 word tests/mutants/sum.patch
prints "2 of 2 mutants caught."
mutants 2 none
prints "no such mutant: none"

# Interrupted runs leave a mutant in the copy, and files go from the tree.
sed -i 's/2 + 2/2 + 3/' "$tree/build/mutants/tree/program"
touch "$tree/build/mutants/tree/gone"
mutants 0 word
[[ ! -e $tree/build/mutants/tree/gone ]] || fail "the copy has what the tree has not"
mutants 0 sum

# One that its own tests let pass, or that names none, may still be caught by another one.
mutant word 's/mutant/mutants/' '# Catch: ^test_sum$'
mutants 0 word
prints "not caught by tests of their own, so every test is tried: word"
prints "by test_word"
prints "its own tests pass: test_sum"
mutant word 's/mutant/mutants/'
mutants 0 word
prints "its own tests pass: none"

mutant harmless 's/under test/at hand/' '# Catch: ^test_sum$'
mutants 1
prints "SURVIVED  harmless"
prints "caught    sum"
prints "of 3 mutants, these survive or are broken: harmless"
rm "$tree/tests/mutants/harmless.patch"

mutant stale 's/2 + 2/2 + 3/' '# Catch: ^test_sum$'
sed -i 's/2 + 2/1 + 2/' "$tree/tests/mutants/stale.patch"
mutant unbuildable 's/esac//' '# Catch: ^test_sum$'
mutants 1
prints "BROKEN    stale                                        does not apply"
prints "BROKEN    unbuildable                                  does not build"
prints "caught    sum"
prints "these survive or are broken: stale unbuildable"
rm "$tree/tests/mutants/stale.patch" "$tree/tests/mutants/unbuildable.patch"

# A test that fails without any mutant proves nothing.
echo false >>"$tree/tests/sum"
mutants 1 sum
prints "without any mutant the copy does not build, or these fail: test_sum"
prints_not "caught"
sed -i '$d' "$tree/tests/sum"

rm "$tree"/tests/mutants/*.patch
after=$(cd "$tree" && find . -path ./build -prune -o -type f -exec sha256sum {} + | sort)
[[ $after == "$before" ]] || fail "leaves something outside of build/, or changes it"
