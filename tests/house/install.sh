#!/usr/bin/env bash
# install.sh - an installed library is whole: from a temporary prefix, what pkg-config says of it compiles and runs the first
# program of the tutorial, as C and as C++, and each installed header compiles alone in both. So does the command that
# core/TUTORIAL.md gives for the build tree. COGSIM_BUILD names the build directory.
set -euo pipefail
export LC_ALL=C
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
build=${COGSIM_BUILD:?names the build directory}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cmake --install "$build" --prefix "$scratch/prefix" >"$scratch/log" || { cat "$scratch/log" && exit 1; }
# Moved, so that nothing can depend on where it was installed to.
mv "$scratch/prefix" "$scratch/moved"
cd "$scratch"

PKG_CONFIG_PATH=$(dirname "$(find "$scratch/moved" -name cogen.pc)")
export PKG_CONFIG_PATH
read -ra flags < <(pkg-config --cflags cogen)
read -ra libraries < <(pkg-config --libs cogen)
include=$(pkg-config --variable=includedir cogen)
warnings=(-Wall -Wextra -Wpedantic -Werror)
cp "$root/core/tutorial/1_turns.c" turns.c
cp turns.c turns.cpp
failures=0

# attempt WHAT COMMAND...
attempt() {
    local what=$1
    shift
    "$@" >"$scratch/output" 2>&1 ||
        { printf '%s:\n%s\n' "$what" "$(<"$scratch/output")" && failures=$((failures + 1)); }
}

# runs_as LANGUAGE COMPILER FLAG... SOURCE
runs_as() {
    local what="the first program as $1 by $2"
    shift
    rm -f turns
    attempt "$what" "$1" "${warnings[@]}" "${flags[@]}" "${@:2}" "${libraries[@]}" -o turns
    [[ ! -x turns ]] || attempt "$what" grep -qx "Bob counts 3" <(./turns)
}

# Debian's compilers, those that are here; C++ is not needed to build the tree.
for compiler in gcc clang; do
    ! command -v "$compiler" >/dev/null || runs_as C "$compiler" -std=c17 turns.c
done
for compiler in g++ clang++; do
    ! command -v "$compiler" >/dev/null || runs_as C++ "$compiler" -std=c++17 turns.cpp
done

count=0
while IFS= read -r header; do
    count=$((count + 1))
    name=${header#"$include/"}
    attempt "$name as C" "${CC:-cc}" -std=c17 "${warnings[@]}" "${flags[@]}" -fsyntax-only \
        -include "$name" -x c /dev/null
    for compiler in g++ clang++; do
        ! command -v "$compiler" >/dev/null ||
            attempt "$name as C++ by $compiler" "$compiler" -std=c++17 "${warnings[@]}" "${flags[@]}" \
                -fsyntax-only -include "$name" -x c++ /dev/null
    done
done < <(find "$include" -name '*.h')
((count > 0)) || { echo "no header was installed" && failures=1; }

cd "$root"
uring=()
[[ " ${libraries[*]} " != *' -luring '* ]] || uring=(-luring)
attempt "the command for the build tree" "${CC:-cc}" -I. core/tutorial/1_turns.c "$build/libcogen.a" "${uring[@]}" \
    -pthread -o "$scratch/turns"
((failures == 0))
