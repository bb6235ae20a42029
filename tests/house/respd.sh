#!/usr/bin/env bash
# respd.sh - the server of scenarios/programs/respd/ under redis-cli and redis-benchmark, on every proactor of the machine; what
# it makes of clients that misbehave; and its recordings, run again. Skipped, with exit code 77, where the clients are missing.
# COGSIM names the program, RESPD the server, CC the compiler.
set -euo pipefail
export LC_ALL=C
tree=$(cd "$(dirname "$0")/../.." && pwd)
program=$(realpath "${COGSIM:?COGSIM names the program}")
build=$(dirname "$program")
respd=$build/respd
host=$build/programs/respd.so
work=$(mktemp -d)
server=
# shellcheck disable=SC2046
trap 'kill -9 $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

if ! command -v redis-cli >/dev/null || ! command -v redis-benchmark >/dev/null; then
    echo "respd: skipped, redis-cli or redis-benchmark is missing (Debian: redis-tools)"
    exit 77
fi

fail() {
    printf 'respd: %s\n' "$*"
    cat "$work/server" 2>/dev/null || true
    exit 1
}

# begin OPTION...: starts a server on a port that the system chooses; $port is that.
begin() {
    : >"$work/server"
    "$respd" --port 0 "$@" >"$work/server" 2>&1 &
    server=$!
    for _ in {1..500}; do
        port=$(sed -n 's/^respd: ready on .* port \([0-9]*\)$/\1/p' "$work/server")
        [[ -z $port ]] || return 0
        kill -0 "$server" 2>/dev/null || fail "does not start: $*"
        sleep 0.01
    done
    fail "is not ready"
}

# finish [SIGNAL]: ends it, which must succeed.
finish() {
    local code=0
    kill -s "${1-TERM}" "$server"
    wait "$server" || code=$?
    ((code == 0)) || fail "ends with $code"
}

ask() { redis-cli -p "$port" "$@"; }

# answers EXPECTED COMMAND...: lines are joined by commas.
answers() {
    local expected=$1 got
    shift
    got=$(ask "$@" </dev/null 2>&1 | sed '${/^$/d}' | paste -sd, -)
    [[ $got == "$expected" ]] || fail "$*: '$got' instead of '$expected'"
}

# says EXPECTED TEXT: what raw bytes are answered with, until the server closes or half a second has gone by.
says() {
    local expected=$1 got
    got=$( (
        exec 3<>"/dev/tcp/127.0.0.1/$port"
        printf '%b' "$2" >&3
        timeout 0.5 cat <&3 || true
    ) 2>/dev/null | tr -d '\r' | paste -sd, -)
    [[ $got == "$expected" ]] || fail "'$2' is answered with '$got' instead of '$expected'"
}

# awaits COMMAND...: until it succeeds, at most five seconds.
awaits() {
    for _ in {1..500}; do
        ! "$@" >/dev/null 2>&1 || return 0
        sleep 0.01
    done
    fail "in vain: $*"
}

counts() { [[ $(ask client list | wc -l) == "$1" ]]; }

# ---- Every command ----

check_commands() {
    answers PONG ping
    answers hello ping hello
    answers there echo there
    answers OK set a 5
    answers 5 get a
    answers 6 incr a
    answers 16 incrby a 10
    answers 15 decr a
    answers 10 decrby a 5
    answers "" get none
    answers OK set b x ex 100
    answers 100 ttl b
    answers 1 persist b
    answers -1 ttl b
    answers -2 ttl none
    answers "" set b y nx
    answers OK set b y xx
    answers 1 expire b 50
    answers 1 pexpire b 60000
    awaits test "$(ask pttl b)" -gt 50000
    answers OK set c gone px 1
    awaits test "$(sleep 0.01 && ask exists c)" = 0
    answers 2 del a b none
    answers 3 rpush l 1 2 3
    answers 4 lpush l 0
    answers 0,1,2,3 lrange l 0 -1
    answers 4 llen l
    answers 0 lpop l
    answers 3 rpop l
    answers l,1 blpop none l 1
    answers "" blpop none 0.05
    answers "WRONGTYPE Operation against a key holding the wrong kind of value" get l
    answers "ERR value is not an integer or out of range" incrby n 1.5
    answers "ERR wrong number of arguments for 'get' command" get
    answers "ERR unknown command 'FLY'" FLY me
    answers "ERR syntax error" set a b sideways
    answers 1 dbsize
    answers OK flushall
    answers 0 dbsize
    answers OK select 0
    answers appendonly,no config get appendonly
    ask info | grep -q '^server_name:respd' || fail "info does not say who it is"
    ask client list | grep -q '^id=' || fail "client list is empty"
    ask client id >/dev/null
}

check_waiting() {
    ask blpop queue 5 >"$work/first" &
    local first=$!
    awaits sh -c "redis-cli -p $port client list | grep -q flags=b"
    ask blpop queue 5 >"$work/second" &
    local second=$!
    awaits sh -c "test \$(redis-cli -p $port client list | grep -c flags=b) = 2"
    answers 2 rpush queue one two
    wait "$first" "$second"
    [[ $(paste -sd, "$work/first") == queue,one ]] || fail "who waited first got $(paste -sd, "$work/first")"
    [[ $(paste -sd, "$work/second") == queue,two ]] || fail "who waited second got $(paste -sd, "$work/second")"
}

check_channels() {
    redis-cli -p "$port" subscribe news >"$work/news" &
    local subscriber=$!
    awaits sh -c "redis-cli -p $port client list | grep -q flags=P"
    answers 1 publish news "it rains"
    answers 0 publish olds "it rained"
    awaits grep -q "it rains" "$work/news"
    kill "$subscriber"
    wait "$subscriber" 2>/dev/null || true
    awaits counts 1
}

# What is no RESP, or never ends.
# shellcheck disable=SC2016 # RESP has dollars
check_misbehaviour() {
    says '+PONG' 'PING\r\n'
    says '$5,a b c' 'ECHO "a b c"\r\n'
    says '-ERR Protocol error: unbalanced quotes in request' 'ECHO "a b c\r\n'
    says '-ERR Protocol error: invalid multibulk length' '*100000000\r\n'
    says '-ERR Protocol error: invalid bulk length' '*2\r\n$3\r\nGET\r\n$1000000000\r\n'
    says "-ERR Protocol error: expected '\$', got '+'" '*1\r\n+PING\r\n'
    says '' '*2\r\n$3\r\nGE'
    says '' '\r\n\r\n'
    says '+PONG,+PONG,+PONG' 'PING\r\nPING\r\nPING\r\n'
    (exec 3<>"/dev/tcp/127.0.0.1/$port" && head -c 2000000 /dev/zero | tr '\0' x >&3) 2>/dev/null || true
    answers PONG ping
}

while read -r proactor; do
    begin --proactor "$proactor"
    check_commands
    check_waiting
    check_channels
    check_misbehaviour
    for pipeline in 1 16; do
        redis-benchmark -p "$port" -t ping,set,get,incr,lpush,lpop -n 2000 -c 20 -P "$pipeline" -q >"$work/bench" 2>&1 ||
            fail "redis-benchmark: $(cat "$work/bench")"
        [[ $(tr '\r' '\n' <"$work/bench" | grep -c 'requests per second') == 7 ]] || fail "redis-benchmark: $(cat "$work/bench")"
    done
    awaits counts 1
    finish
    printf 'respd: %s holds\n' "$proactor"
done < <("$respd" --proactors)

# ---- Bounds ----

begin --idle 1
exec 4<>"/dev/tcp/127.0.0.1/$port"
awaits counts 2
awaits counts 1
exec 4>&-
finish INT

begin --maxclients 2
exec 4<>"/dev/tcp/127.0.0.1/$port" 5<>"/dev/tcp/127.0.0.1/$port"
awaits sh -c "redis-cli -p $port ping 2>&1 | grep -q 'max number of clients'"
exec 4>&- 5>&-
awaits ask ping
finish

# A client that never reads: its connection ends, and the server's memory does not grow with what it is sent.
begin --maxoutput 1000000
redis-cli -p "$port" set big "$(head -c 100000 /dev/zero | tr '\0' x)" >/dev/null
exec 4<>"/dev/tcp/127.0.0.1/$port"
(for _ in {1..5000}; do printf 'GET big\r\n'; done >&4) 2>/dev/null || true
answers PONG ping
memory=$(sed -n 's/^VmHWM: *\([0-9]*\) kB/\1/p' "/proc/$server/status")
((memory < 100000)) || fail "it takes $memory kB for a client that does not read"
exec 4>&-
finish

# Without descriptors it goes on when there are some again.
: >"$work/server"
(
    ulimit -n 16
    exec "$respd" --port 0 >"$work/server" 2>&1
) &
server=$!
awaits grep -q ready "$work/server"
port=$(sed -n 's/^respd: ready on .* port \([0-9]*\)$/\1/p' "$work/server")
descriptors=()
for _ in {1..20}; do
    exec {descriptor}<>"/dev/tcp/127.0.0.1/$port"
    descriptors+=("$descriptor")
done
spent=$(awk '{ print $14 + $15 }' "/proc/$server/stat")
sleep 0.3
(($(awk '{ print $14 + $15 }' "/proc/$server/stat") - spent < 15)) || fail "it spins while there are no descriptors"
for descriptor in "${descriptors[@]}"; do
    exec {descriptor}>&-
done
awaits ask ping
finish

# ---- Recordings ----

# replays CODE RECORDING HOST: leaves what it tells in the file told.
replays() {
    local code=0
    RESPD_OPTIONS="--port 0 --bind 127.0.0.1" "$program" replay "$2" --program "$3" >"$work/told" 2>&1 || code=$?
    ((code == $1)) || fail "the replay of $2 ends with $code instead of $1: $(cat "$work/told")"
}

begin --record "$work/whole.rec"
check_commands
check_waiting
check_channels
redis-benchmark -p "$port" -t set,get -n 2000 -P 4 -q >/dev/null 2>&1
finish
replays 0 "$work/whole.rec" "$host"
cat "$work/told"

begin --record "$work/killed.rec"
check_commands
sleep 0.3 # a block is written every tenth of a second, when something happens
answers PONG ping
kill -9 "$server"
wait "$server" 2>/dev/null || true
replays 0 "$work/killed.rec" "$host"

# A server in which who waits last is served first: what went wrong in its recording goes wrong again at the desk, and the
# server that is right departs there.
mkdir -p "$work/tree/scenarios/programs"
cp -r "$tree/scenarios/programs/respd" "$work/tree/scenarios/programs/"
sed -i 's/cog_container_of(topic->members.next, struct respd_member, in_topic);/cog_container_of(topic->members.prev, struct respd_member, in_topic);/' \
    "$work/tree/scenarios/programs/respd/commands_lists.c"
! cmp -s "$work/tree/scenarios/programs/respd/commands_lists.c" "$tree/scenarios/programs/respd/commands_lists.c" ||
    fail "the fault is not planted"
mapfile -t sources < <(find "$work/tree/scenarios/programs/respd" -name '*.c' ! -name main.c | sort)
mkdir -p "$work/wrong/programs"
"${CC:-cc}" -std=c17 -D_POSIX_C_SOURCE=200809L -O1 -fPIC -shared -I "$work/tree" -I "$tree" -o "$work/wrong/respd.so" "${sources[@]}"
LD_LIBRARY_PATH=$work/wrong begin --record "$work/wrong.rec"
ask blpop queue 5 >"$work/first" &
first=$!
awaits sh -c "redis-cli -p $port client list | grep -q flags=b"
ask blpop queue 5 >"$work/second" &
second=$!
awaits sh -c "test \$(redis-cli -p $port client list | grep -c flags=b) = 2"
ask rpush queue one >/dev/null
wait "$second"
[[ $(paste -sd, "$work/second") == queue,one ]] || fail "the planted fault does not show"
ask rpush queue two >/dev/null
wait "$first"
ask shutdown >/dev/null 2>&1 || true
wait "$server"
replays 0 "$work/wrong.rec" "$work/wrong/respd.so"
replays 1 "$work/wrong.rec" "$host"
grep -q 'departs at event' "$work/told" || fail "it is not told where it departs: $(cat "$work/told")"
cat "$work/told"
