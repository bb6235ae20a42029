#!/usr/bin/env bash
# graph.sh - `cogsim graph` of a part of a run and of a stall, and `cogsim explore --tree`, as a user calls them. COGSIM names
# the program.
# shellcheck source=tests/house/calling.sh
source "$(dirname "$0")/calling.sh"

shows() { grep -qF -- "$2" "$1" || fail "$1 does not show: $2"; }
hides() { ! grep -qF -- "$2" "$1" || fail "$1 shows: $2"; }

cat >locks.scn <<'END'
scenario "two locks in two orders"

lock a
lock b

coro left
    acquire a
    yield
    acquire b
    log     "left has both"

coro right
    acquire b
    yield
    acquire a
    log     "right has both"
END

cat >timer.scn <<'END'
scenario "a sleeper and a counter"

var count = 0

coro sleeper
    sleep 50ms
    log   "awake"

coro counter
    repeat 5
        set   count = count + 1
        sleep 10ms

expect count == 6
END

# ---- Parts ----

cogsim 0 graph timer.scn --from 45ms -o part.svg
complains "not everything held"
shows part.svg "from 45ms"
shows part.svg "awake"
hides part.svg "count = 2"
cogsim 0 graph timer.scn --around sleeper -o part.svg
hides part.svg "count = 2"
cogsim 0 graph timer.scn --causes failure -o part.svg
shows part.svg "count == 6"
cogsim 2 graph timer.scn --around sleper -o none.svg
complains "timer.scn: there is no coroutine 'sleper'; did you mean 'sleeper'? there are: sleeper, counter"
cogsim 2 graph timer.scn --from tomorrow -o none.svg
complains "neither a time, as 10ms, nor an event"
cogsim 2 graph timer.scn --mark 0 -o none.svg
cogsim 2 graph timer.scn
complains "-o FILE says where to"
cogsim 2 graph timer.scn -o none.bmp
[[ ! -e none.svg && ! -e none.bmp ]] || fail "a complaint has left a file"
cogsim 1 run --trace run.trace timer.scn
cogsim 0 graph run.trace --to 20ms -o part.dot
shows part.dot "to 20ms"

# ---- A stall ----

cogsim 0 graph --stall locks.scn -o stall.svg
shows stall.svg "left waits for right waits for left"
shows stall.svg "held by"
cogsim 0 graph --stall locks.scn -o stall.png
cogsim 2 graph --stall timer.scn -o none.svg
complains "did not stall in this run"
cogsim 1 run --trace stall.trace locks.scn
cogsim 2 graph --stall stall.trace -o none.svg
complains "name the scenario"
cogsim 3 graph --stall locks.scn -o no/stall.svg
cogsim 2 graph --stall locks.scn -o stall.bmp

# ---- A way that a schedule tells ----

cogsim 1 explore locks.scn --out found
schedule=$(echo found/*.schedule)
cogsim 0 graph locks.scn --schedule "$schedule" -o way.svg
cogsim 2 graph stall.trace --schedule "$schedule" -o none.svg
complains "went its way already"

# ---- Trees ----

cogsim 1 explore locks.scn --tree tree.svg
shows tree.svg "two locks in two orders"
shows tree.svg "stalled"
shows tree.svg "left: acquire a"
cp tree.svg once.svg
cogsim 1 explore locks.scn --tree tree.svg
cmp tree.svg once.svg || fail "the same search draws another tree"
cogsim 1 explore locks.scn --strategy dfs --tree tree.dot --tree-size 2
shows tree.dot "digraph"
cogsim 2 explore locks.scn --strategy random --tree tree.svg
cogsim 3 explore locks.scn --tree no/tree.svg
[[ ! -e none.svg ]] || fail "a complaint has left a file"
