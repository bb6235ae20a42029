#!/usr/bin/env bash
# browser.sh - the pages of `cogsim report`, of runs and campaigns, and of `cogsim diff` in a real browser (tests/browser/).
# Skipped, with exit code 77, where there is no browser, no Node.js, or `./dev browser` has not brought the packages. COGSIM
# names the program.
set -euo pipefail
tree=$(cd "$(dirname "$0")/../.." && pwd)

skip() {
    printf 'browser: skipped, %s; ./dev browser installs what is needed\n' "$*"
    exit 77
}

for name in chromium chromium-browser google-chrome; do
    CHROMIUM=${CHROMIUM:-$(command -v "$name" || true)}
done
[[ -n ${CHROMIUM-} ]] || skip "there is no Chromium"
command -v node >/dev/null || skip "there is no Node.js"
[[ -d $tree/tests/browser/node_modules/playwright-core ]] || skip "playwright-core is not there"
export CHROMIUM

# Each waits for its browser most of the time.
pids=()
for name in report beside diff campaign; do
    node "$tree/tests/browser/$name.mjs" "$@" &
    pids+=($!)
done
code=0
for pid in "${pids[@]}"; do
    wait "$pid" || code=1
done
exit "$code"
