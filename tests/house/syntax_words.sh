#!/usr/bin/env bash
# syntax_words.sh - every reserved word of the language stands in one of the examples of its page, which are all run
# (syntax_examples.sh): there is no form without an example. The check itself is tried on pages that lack a word.
set -euo pipefail
export LC_ALL=C
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
page=$root/scenarios/SYNTAX.md

examples() {
    awk '/^```scn/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$1" | sed 's/#.*//'
}

# Prints the words that no example of the page has.
missing() {
    local word used
    used=$(examples "$1" | grep -ow '[a-z_]*' | sort -u)
    while read -r word; do
        grep -qx "$word" <<<"$used" || printf '%s\n' "$word"
    done < <(sed -n 's/^    X([A-Z]*, "\([a-z]*\)").*/\1/p' "$root/sim/language/words.h")
}

words=$(missing "$page")
if [[ -n $words ]]; then
    printf 'no example of %s has these words:\n%s\n' "${page#"$root/"}" "$words"
    exit 1
fi

without=$(mktemp)
trap 'rm -f "$without"' EXIT
for word in recvline bandwidth each yield; do
    sed "s/\\b$word\\b/xxxx/g" "$page" >"$without"
    [[ $(missing "$without") == "$word" ]] || { echo "an example without '$word' was not noticed" && exit 1; }
done
