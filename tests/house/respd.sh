#!/usr/bin/env bash
# respd.sh - the RESP server of scenarios/programs/respd as a program of the machine, under redis-cli and redis-benchmark, on
# each proactor: what it answers, what it bears, how it ends; and that what has been recorded of it is followed to the end by
# the same program, and not by one with a fault. COGSIM_BUILD names the build directory. Skipped where redis-tools are missing.
# shellcheck disable=SC2016 # dollars of the protocol stand for themselves
set -euo pipefail
export LC_ALL=C
for tool in redis-cli redis-benchmark; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool" && exit 77; }
done
build=$(realpath "${COGSIM_BUILD:?COGSIM_BUILD names the build directory}")
program=$(realpath "${COGSIM:?COGSIM names the program}")
tree=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
server=
# shellcheck disable=SC2317 # the trap calls it
leave() {
    [[ $BASHPID == "$$" ]] || return 0 # one that is killed early still has this trap
    [[ -z $server ]] || kill -9 "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap leave EXIT
cd "$work"

fail() {
    printf 'respd: %s\n' "$*"
    [[ ! -e out ]] || head -c 2000 out
    exit 1
}

# begin OPTION...: starts a server; its port is in $port.
begin() {
    : >ready
    "$build/respd" --port 0 "$@" >ready 2>&1 &
    server=$!
    for ((i = 0; i < 1000; i++)); do
        port=$(sed -n 's/^respd: ready on .* port //p' ready)
        [[ -z $port ]] || return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.01
    done
    fail "does not start: $(cat ready)"
}

# finish: it ends by itself, in order.
finish() {
    local code=0
    timeout 30 tail --pid="$server" -f /dev/null || fail "does not end"
    wait "$server" 2>/dev/null || code=$?
    server=
    ((code == 0)) || fail "exit code $code: $(cat ready)"
}

cli() { timeout 20 redis-cli -p "$port" "$@"; }

# is EXPECTED ARG...: the command prints that; \n stands for a newline.
is() {
    local expected=$1
    shift
    cli "$@" >out 2>&1 </dev/null || true
    [[ $(cat out) == "$(printf '%b' "$expected")" ]] || fail "$*: instead of $expected:"
}

# has PATTERN ARG...: the command prints something like that.
has() {
    local pattern=$1
    shift
    cli "$@" >out 2>&1 </dev/null || true
    grep -q -- "$pattern" out || fail "$*: instead of $pattern:"
}

# await WHAT PATTERN: INFO says so, sooner or later.
await() {
    for ((i = 0; i < 2000; i++)); do
        cli info >told
        grep -q "^$1:$2" told && return 0
        sleep 0.01
    done
    cp told out
    fail "$1 does not become $2"
}

# ---- What it answers

strings() {
    is PONG ping
    is hi ping hi
    is 'hello world' echo 'hello world'
    is OK set a 1
    is 1 get a
    is '' get nothing
    is OK set a 2 xx
    is '' set a 3 nx
    is '' set b 3 xx
    is OK set b 3 NX
    is 3 incr a
    is 2 decr a
    is 12 incrby a 10
    is -3 decrby a 15
    is 'ERR value is not an integer or out of range' incrby a one
    is OK set n 9223372036854775807
    is 'ERR increment or decrement would overflow' incr n
    is OK set t text
    is 'ERR value is not an integer or out of range' incr t
    is 3 exists a b n none
    is 2 del b n none
    is 2 dbsize
    is "ERR wrong number of arguments for 'get' command" get
    is "ERR unknown command 'bogus'" bogus 1 2
    is 'ERR syntax error' set a 1 whatever
    is 'ERR syntax error' set a 1 nx xx
    is "ERR invalid expire time in 'set' command" set a 1 ex 0
    is 'ERR value is not an integer or out of range' set a 1 px soon
}

times() {
    is OK set k v ex 100
    has '^\(100\|99\)$' ttl k
    has '^\(100000\|99[0-9][0-9][0-9]\)$' pttl k
    is 1 persist k
    is 0 persist k
    is -1 ttl k
    is -2 ttl none
    is 1 pexpire k 200000
    has '^\(200\|199\)$' ttl k
    is OK set k w keepttl
    has '^\(200\|199\)$' ttl k
    is OK set k w
    is -1 ttl k
    is 1 expire k -1
    is 0 exists k
    is OK set k v px 1
    for ((i = 0; i < 1000; i++)); do
        [[ $(cli exists k) == 1 ]] || break
    done
    is -2 pttl k
    is 0 expire k 10
}

lists() {
    is 3 rpush l a b c
    is 4 lpush l z
    is 4 llen l
    is 'z\na\nb\nc' lrange l 0 -1
    is 'b\nc' lrange l -2 100
    is '' lrange l 5 9
    is z lpop l
    is c rpop l
    is 'a\nb' lpop l 10
    is 0 exists l
    is '' lpop l
    is 0 llen l
    is OK set s text
    is 'WRONGTYPE Operation against a key holding the wrong kind of value' lpush s a
    is 2 rpush l a b
    is 'WRONGTYPE Operation against a key holding the wrong kind of value' get l
    is 'l\na' blpop none l 0
    is '' blpop none 0.01
    is 'ERR timeout is negative' blpop none -1
    is 'ERR timeout is not a float or out of range' blpop none soon
    is 1 del l

    # Who waits is served in the order in which they came, each once.
    cli blpop w 0 >one &
    local one=$!
    await blocked_clients 1
    cli blpop v w 0 >two &
    local two=$!
    await blocked_clients 2
    is 3 rpush w first second third
    wait "$one" "$two" || fail "a client that waits is not served"
    [[ $(cat one) == $'w\nfirst' && $(cat two) == $'w\nsecond' ]] || fail "served: $(cat one two)"
    is third lpop w
    # What a client sends while it waits is executed afterwards.
    printf 'blpop w 0\nrpush later yes\n' | cli >one &
    one=$!
    await blocked_clients 1
    is 0 exists later
    is 1 lpush w x
    wait "$one" || fail "a pipeline does not go on behind its BLPOP"
    is yes lpop later
}

# hears FORMAT: descriptor 3 receives that, byte for byte.
hears() {
    # shellcheck disable=SC2059 # it is a format
    printf -- "$1" >expected
    timeout 20 head -c "$(wc -c <expected)" <&3 >out || true
    cmp -s expected out || fail "instead of $1:"
}

channels() {
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'SUBSCRIBE news sports\r\n' >&3
    hears '*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$6\r\nsports\r\n:2\r\n'
    is 1 publish sports goal
    is 0 publish music song
    hears '*3\r\n$7\r\nmessage\r\n$6\r\nsports\r\n$4\r\ngoal\r\n'
    printf 'GET a\r\nPING\r\nUNSUBSCRIBE news\r\n' >&3
    hears "-ERR Can't execute 'GET': only SUBSCRIBE / UNSUBSCRIBE / PING / QUIT are allowed in this context\r\n"
    hears '*2\r\n$4\r\npong\r\n$0\r\n\r\n*3\r\n$11\r\nunsubscribe\r\n$4\r\nnews\r\n:1\r\n'
    is 0 publish news late
    printf 'UNSUBSCRIBE\r\nPING\r\n' >&3
    hears '*3\r\n$11\r\nunsubscribe\r\n$6\r\nsports\r\n:0\r\n+PONG\r\n'
    exec 3>&-
    await connected_clients 1
}

about_the_server() {
    local line
    printf 'client setname me\nclient getname\nclient id\nhello 3\nhello 2\nselect 0\nselect 1\n' | cli >out
    for line in me respd 'NOPROTO unsupported protocol version' 'ERR DB index is out of range'; do
        grep -qx "$line" out || fail "about the connection, instead of $line:"
    done
    has ' name= age=0 idle=0 flags=N ' client list
    is 'ERR No such client' client kill 127.0.0.1:1
    is 0 client kill id 999999
    is 'save\n\nappendonly\nno' config get save appendonly
    is OK config set timeout 77
    is 'timeout\n77' config get timeout
    has '^35$' command count
    has '^redis_version:' info
    is OK flushall
    is 0 dbsize
}

session() {
    strings
    times
    lists
    channels
    about_the_server
}

# ---- What it bears

# raw FORMAT: sends that at once, and prints what comes until the server closes.
raw() {
    local answer
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    # shellcheck disable=SC2059 # it is a format
    printf -- "$1" >sent
    cat sent >&3
    # One that is closed before all has arrived is reset, after what was answered.
    answer=$(timeout 20 head -c 4096 <&3 2>&1) || [[ $? != 124 ]] || fail "$1: the connection stays open"
    answer=${answer%%head: *}
    exec 3>&-
    printf '%s' "${answer//$'\r'/}"
}

refuses() {
    [[ $(raw "$1") == "-ERR Protocol error: $2" ]] || fail "$1: $(raw "$1")"
}

malformed() {
    refuses '*1000000000\r\n' 'invalid multibulk length'
    refuses '*x\r\n' 'invalid multibulk length'
    refuses '*1\r\n$1000000000\r\n' 'invalid bulk length'
    refuses '*1\r\n$-5\r\n' 'invalid bulk length'
    refuses '*1\r\n:5\r\n' "expected '\$', got ':'"
    refuses '*1\r\n$4\r\nPINGxx' 'a bulk does not end with CRLF'
    refuses '*11111111111111111111111111111111111111111' 'invalid multibulk length'
    refuses 'set a "b\r\n' 'unbalanced quotes in request'
    refuses "$(printf '%070000d' 0)" 'too big inline request'
    # Good commands before it are answered.
    [[ $(raw 'PING\r\n*-1\r\n\r\necho "a\\x62"\r\n*x\r\n') == $'+PONG\n$2\nab\n-ERR'* ]] || fail "what comes before bad bytes"
    [[ $(raw 'PING\r\nQUIT\r\nPING\r\n') == $'+PONG\n+OK' ]] || fail "QUIT"
}

# Commands that never become whole, and clients that never read, cost them only.
greedy() {
    is OK set large "$(head -c 100000 /dev/zero | tr '\0' x)"
    # Their right sides end first.
    (yes 'get large' || true) | head -n 20000 >asked
    { printf '*1000000\r\n' && (yes $'$1\r\nx\r' || true) | head -c 30000000; } >unfinished
    local sockets=() writers=() socket
    for ((i = 0; i < 8; i++)); do
        exec {socket}<>"/dev/tcp/127.0.0.1/$port"
        sockets+=("$socket")
        if ((i % 2 == 0)); then
            cat asked 1>&"$socket" 2>/dev/null &
        else
            cat unfinished 1>&"$socket" 2>/dev/null &
        fi
        writers+=($!)
    done
    exec {socket}<>"/dev/tcp/127.0.0.1/$port"
    sockets+=("$socket")
    printf 'subscribe flood\r\n' >&"$socket"
    await connected_clients '[3-9]'
    { head -c 200000 /dev/zero | tr '\0' x && echo; } >message
    # What the machine keeps of it for the client is some megabytes more.
    for ((i = 0; i < 200; i++)); do
        cli -x publish flood <message >subscribers
        [[ $(cat subscribers) == 1 ]] || break
    done
    [[ $(cat subscribers) == 0 ]] || fail "who does not read its messages is not dropped"
    is PONG ping
    for socket in "${sockets[@]}"; do
        exec {socket}>&-
    done
    kill "${writers[@]}" 2>/dev/null || true
    wait "${writers[@]}" 2>/dev/null || true
    await connected_clients 1
    local used
    used=$(sed -n 's/^mem_clients_normal:\([0-9]*\).*/\1/p' told)
    ((used < 100000)) || fail "clients that are gone hold $used bytes"
    used=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$server/status")
    ((used < 200000)) || fail "it has had $used KiB"
}

# Connections that come and go, and more than there are descriptors: it waits until there are some.
crowded() {
    local used
    timeout 120 "$build/tests/crowd" "$port" 10000 >out 2>&1 || fail "ten thousand that come and go:"
    grep -qx 'connected 10000 times; every PING was answered' out || fail "ten thousand that come and go:"
    await connected_clients 1
    used=$(sed -n 's/^mem_clients_normal:\([0-9]*\).*/\1/p' told)
    ((used < 100000)) || fail "who has come and gone holds $used bytes"
    used=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$server/status")
    ((used < 200000)) || fail "it has had $used KiB"
    redis-benchmark -p "$port" -q -k 0 -n 3000 -c 20 -t ping_mbulk >out 2>&1 || fail "short connections:"
    await connected_clients 1
}

exhausted() {
    : >ready
    (ulimit -n 24 && exec "$build/respd" --port 0 "$@") >ready 2>&1 &
    server=$!
    port=
    while [[ -z $port ]] && kill -0 "$server"; do
        port=$(sed -n 's/^respd: ready on .* port //p' ready)
        sleep 0.01
    done
    local sockets=() socket
    exec 4<>"/dev/tcp/127.0.0.1/$port"
    for ((i = 0; i < 30; i++)); do
        exec {socket}<>"/dev/tcp/127.0.0.1/$port"
        sockets+=("$socket")
    done
    printf 'ping\r\n' >&4
    local answer
    read -r -t 20 -u 4 answer || true
    [[ $answer == $'+PONG\r' ]] || fail "no descriptors, no answers"
    # Those that are let in make room for the others.
    for socket in "${sockets[@]}"; do
        printf 'ping\r\n' >&"$socket"
        read -r -t 20 -u "$socket" answer || true
        [[ $answer == $'+PONG\r' ]] || fail "a connection is lost: $answer"
        answer=
        exec {socket}>&-
    done
    exec 4>&-
    await connected_clients 1
    local failed uptime
    failed=$(sed -n 's/^failed_accepts:\([0-9]*\).*/\1/p' told)
    uptime=$(sed -n 's/^uptime_in_seconds:\([0-9]*\).*/\1/p' told)
    ((failed > 0)) || fail "there were descriptors enough"
    ((failed <= 20 * (uptime + 1))) || fail "it has tried $failed times in $uptime seconds"
    kill -TERM "$server"
    finish
}

idle() {
    begin --idle 1 "$@"
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'ping\r\n' >&3
    [[ $(timeout 20 cat <&3) == $'+PONG\r' ]] || fail "who is idle is not dropped"
    exec 3>&-
    # Neither is it, as long as it waits for something.
    is '' blpop none 1.5
    cli shutdown
    finish
}

# At SIGTERM those who wait are closed, replies under way arrive, and the exit code is 0.
stopped() {
    cli blpop none 0 >out 2>&1 &
    local waiting=$!
    await blocked_clients 1
    kill -TERM "$server"
    finish
    wait "$waiting" || true
    ! cli ping >/dev/null 2>&1 || fail "it is still there"
}

# ---- What is recorded

# follows PROGRAM RECORDING: to the end.
follows() {
    "$program" replay "$2" --program "$1" >out 2>&1 || fail "$1 departs from $2:"
    grep -q '^ok ' out || fail "$1 on $2:"
}

# departs NAME SCRIPT FILE: the fault that the script makes in that file is seen in the replay.
departs() {
    local name=$1 script=$2 file=$3
    rm -rf faulty && mkdir -p faulty/scenarios
    cp -r "$tree/scenarios/programs" faulty/scenarios/
    sed -i "$script" "faulty/scenarios/programs/respd/$file"
    ! cmp -s "$tree/scenarios/programs/respd/$file" "faulty/scenarios/programs/respd/$file" || fail "the fault $name is none"
    rm "faulty/scenarios/programs/respd/main.c"
    "${CC:-cc}" -std=c17 -D_POSIX_C_SOURCE=200809L -shared -fPIC -Ifaulty -I"$tree" -o "$name.so" \
        faulty/scenarios/programs/respd/*.c
    ! "$program" replay session.rec --program "./$name.so" >out 2>&1 || fail "the fault $name makes no difference"
    grep -q 'the program departs at event' out || fail "the fault $name:"
}

recorded() {
    begin --proactor "$1" --record session.rec
    session
    is PONG ping
    stopped
    follows "$build/programs/respd.so" session.rec
    ! grep -q 'cut off' out || fail "the recording is not whole:"
    # A process that is killed leaves what it has done until then.
    begin --proactor "$1" --record killed.rec
    is OK set a 1
    is 1 get a
    kill -9 "$server"
    wait "$server" 2>/dev/null || true
    server=
    follows "$build/programs/respd.so" killed.rec
    grep -q 'cut off' out || fail "the recording is whole:"
}

proactors=$("$build/respd" --proactors)
for proactor in $proactors; do
    begin --proactor "$proactor" --maxbuffers 33554432 --maxoutput 4000000
    session
    redis-benchmark -p "$port" -q -n 2000 -c 20 -P 1 -t ping,set,get,incr,lpush,lpop >out 2>&1 || fail "redis-benchmark:"
    redis-benchmark -p "$port" -q -n 20000 -c 20 -P 16 -t ping,set,get,incr,lpush,lpop >out 2>&1 || fail "redis-benchmark:"
    malformed
    greedy
    crowded
    stopped
    exhausted --proactor "$proactor"
    idle --proactor "$proactor"
    recorded "$proactor"
done

departs rounding 's/left_ns % unit_ns >= unit_ns \/ 2/left_ns % unit_ns > unit_ns/' commands_keys.c
departs lost_wakeup '/^static void release/,/^}/s/respd_client_wake(client);//' commands_lists.c

echo "respd: on $(tr '\n' ' ' <<<"$proactors")"
