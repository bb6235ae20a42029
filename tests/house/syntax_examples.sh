#!/usr/bin/env bash
# syntax_examples.sh [PAGE] - every example in the page on the language does what the page says: a ```scn block runs and holds, a
# ```scn-fails block does not, a ```scn-part is a fragment, a ```scni NAME is a file that others include. COGSIM names the program.
set -euo pipefail
export LC_ALL=C
page=${1:-$(dirname "${BASH_SOURCE[0]}")/../../scenarios/SYNTAX.md}
cogsim=${COGSIM:?names the program}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# One file a block, named by its kind and the line it begins at.
awk -v folder="$scratch" '
    /^```scni / && !file { file = folder "/" $2; printf "" >file; next }
    /^```/ && !file { file = folder "/" substr($0, 4) "." NR + 1; if ($0 ~ /^```scn/) printf "" >file; next }
    /^```$/ { close(file); file = ""; next }
    /^```/ { print "line " NR ": a block begins inside another"; failed = 1 }
    file ~ /\/scn[^\/]*$/ || file ~ /\.scni$/ { print >file }
    END { if (file) { print "the last block does not end"; failed = 1 }; exit failed }
' "$page"

failures=0
count=0
for block in "$scratch"/scn*; do
    [[ -e $block ]] || break
    name=${block##*/}
    code=0
    case ${name%.*} in
    scn-part) continue ;;
    scn | scn-fails) ;;
    *) echo "line ${name##*.}: '${name%.*}' is no kind of block" && exit 1 ;;
    esac
    output=$("$cogsim" run "$block" 2>&1 </dev/null) || code=$?
    case ${name%.*}:$code in
    scn:0 | scn-fails:[12]) ;;
    *)
        printf 'the example at line %s ended with exit code %d:\n%s\n' "${name##*.}" "$code" "$output"
        failures=$((failures + 1))
        ;;
    esac
    count=$((count + 1))
done

((count > 0)) || { echo "there are no examples" && exit 1; }
printf '%d examples, %d failures\n' "$count" "$failures"
((failures == 0))
