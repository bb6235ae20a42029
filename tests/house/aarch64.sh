#!/usr/bin/env bash
# aarch64.sh - the core on another processor: cross-compiled unoptimised and optimised, and run under qemu. Skipped where
# the cross compiler or qemu is missing.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

compiler=aarch64-linux-gnu-gcc
emulator=qemu-aarch64
for program in "$compiler" "$emulator"; do
    command -v "$program" >/dev/null || { echo "skipped: no $program" && exit 77; }
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

flags=(-std=c17 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wundef -Wvla -Werror -I.)
sources=(core/*.c tests/unit/context_contract.c tests/house/aarch64.c)

contract='argument alignment values registers ring rounding recursion leaving'
cat >"$scratch/expected" <<END
aarch64: $contract
ucontext: $contract
item 1, sum 16 sixteenths
item 2, sum 56 sixteenths
item 3, sum 132 sixteenths
item 4, sum 262 sixteenths
item 5, sum 473 sixteenths
consumer: ok, 473
producer: ok
run: ok
END

for level in -O0 -O2; do
    "$compiler" "${flags[@]}" "$level" -static -pthread -o "$scratch/program" "${sources[@]}"
    code=0
    timeout 120 "$emulator" "$scratch/program" >"$scratch/found" || code=$?
    if ! diff "$scratch/expected" "$scratch/found" || ((code != 0)); then
        echo "aarch64 $level: exit code $code, and < what was expected, > what was found"
        exit 1
    fi
done
