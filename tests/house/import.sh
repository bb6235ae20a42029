#!/usr/bin/env bash
# import.sh - what a server was told while it was recorded becomes a scenario in which it is told so again. COGSIM names the
# program, COGSIM_BUILD the build directory.
build=$(realpath "${COGSIM_BUILD:?COGSIM_BUILD names the build directory}")
# shellcheck source=tests/house/calling.sh
source "$(dirname "$0")/calling.sh"

server=
export COGSIM_PROGRAMS=$build/programs

has() { grep -qF -- "$2" "$1" || fail "$1 has no: $2"; }

# talk TEXT LINES: sends it, and hears so many lines.
talk() {
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf '%b' "$1" >&3
    timeout 20 head -n "$2" <&3 >heard
    exec 3>&-
}

# record FILE: a server with three clients, one of which it closes, and one that stays.
record() {
    : >ready
    "$build/respd" --port 0 --record "$1" >ready &
    server=$!
    for _ in {1..1000}; do
        port=$(sed -n 's/^respd: ready on .* port //p' ready)
        [[ -z $port ]] || break
        sleep 0.01
    done
    exec 4<>"/dev/tcp/127.0.0.1/$port"
    printf 'BLPOP jobs 0\n' >&4
    talk 'SET greeting "{hello}\\x00"\nINCR n\n' 2
    talk 'RPUSH jobs "the job"\nQUIT\n' 2
    timeout 20 head -n 5 <&4 >heard
    kill -TERM "$server"
    timeout 20 tail --pid="$server" -f /dev/null
    server=
    exec 4>&-
    [[ $(tail -n 1 heard) == $'the job\r' ]] || fail "the client that waits has heard: $(cat heard)"
}

record run.rec
cogsim 0 import run.rec --program respd --port 6379 -o told.scn
has told.scn 'host server program "respd"'
has told.scn 'coro client_3 on clients'
has told.scn '"SET greeting \"\{hello\}\\x00\"\n' # the lines may have come in one piece or in two
has told.scn '"RPUSH jobs \"the job\"\n'
cp told.scn first.scn
cogsim 0 import run.rec --program respd --port 6379
cmp out first.scn || fail "standard output and a file differ"
cogsim 0 fmt --check told.scn
cogsim 0 check told.scn
[[ ! -s err ]] || fail "the scenario has warnings"

# The program hears the same in the simulator: what it sends back to each client is as long.
cogsim 0 run --trace told.trace told.scn
cogsim 0 export told.trace -o told.jsonl
sent=$(jq -s '[.[] | select(.kind == "send" and .host == "server" and .class == "data") | .amount] | add' told.jsonl)
[[ $sent == 45 ]] || fail "the server has sent $sent bytes, not 45" # +OK :1, :1 +OK, and the job: 5 4 4 5 27
cogsim 0 explore --budget 50 told.scn

# What cannot be told is refused.
cogsim 2 import run.rec
complains "name one recording"
cogsim 2 import run.rec --program respd --port 65536
cogsim 2 import told.scn --program respd --port 6379
complains "told.scn"
cogsim 2 import nothing.rec --program respd --port 6379
head -c 30 run.rec >cut.rec
cogsim 2 import cut.rec --program respd --port 6379
complains "nobody has connected"
cogsim 3 import run.rec --program respd --port 6379 -o nowhere/told.scn
