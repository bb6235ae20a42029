#!/usr/bin/env bash
# export.sh - `cogsim export` as a user calls it, and what other tools make of its files: tshark dissects the captures, and
# Perfetto's own schema (the Python package `perfetto`) reads its traces, where these are installed. COGSIM names the program.
# shellcheck source=tests/house/calling.sh
source "$(dirname "$0")/calling.sh"

cd "$tree/scenarios"

# ---- The command line ----

scenario=network/back_pressure.scn
cogsim 0 run --trace "$work/run.trace" "$scenario"
for suffix in jsonl csv pftrace pcapng; do
    cogsim 0 export "$scenario" -o "$work/a.$suffix"
    cogsim 0 export "$work/run.trace" -o "$work/b.$suffix"
    cmp "$work/a.$suffix" "$work/b.$suffix" || fail "$suffix of a scenario and of its trace differ"
    format=${suffix/pftrace/perfetto}
    cogsim 0 export --format "$format" "$scenario"
    cmp "$work/out" "$work/a.$suffix" || fail "$format on standard output differs"
    cogsim 3 export --format "$format" "$scenario" -o /dev/full
    complains "No space left"
done
cogsim 2 export "$scenario" -o "$work/a.xml"
complains "there are the formats jsonl, csv, perfetto"
cogsim 2 export --format xml "$scenario"
cogsim 2 export "$scenario"
cogsim 2 export
complains "name one scenario or trace"
cogsim 2 export nothing.scn -o "$work/a.csv"
complains "nothing.scn"
cogsim 3 export "$scenario" -o "$work/no/a.csv"
head -c 200 "$work/run.trace" >"$work/cut.trace"
cogsim 2 export "$work/cut.trace" -o "$work/cut.csv"
[[ ! -e $work/cut.csv ]] || fail "a broken trace has left a file"

# ---- What is left of a trace ----

printf 'scenario "long"\ncoro a\n    repeat 20000\n        sleep 1ms\n        log "{now}"\n' >"$work/long.scn"
cogsim 0 run --trace "$work/long.trace" "$work/long.scn"
head -c 400000 "$work/long.trace" >"$work/cut.trace"
cogsim 2 export "$work/cut.trace" -o "$work/cut.csv"
complains "the trace is truncated: it ends at byte 400000"
complains "events are whole; --salvage takes them"
[[ ! -e $work/cut.csv ]] || fail "a broken trace has left a file"
cogsim 0 export --salvage "$work/cut.trace" -o "$work/cut.csv"
complains "events are whole, and used"
cogsim 0 export "$work/long.trace" -o "$work/long.csv"
rows=$(wc -l <"$work/cut.csv")
((rows > 10000)) || fail "only $rows rows are salvaged"
cmp -n "$(wc -c <"$work/cut.csv")" "$work/cut.csv" "$work/long.csv" || fail "what is salvaged is not what was there"
cogsim 2 report "$work/cut.trace"
cogsim 0 report --salvage "$work/cut.trace" -o "$work/cut.html"
cogsim 0 report --salvage "$work/cut.trace"
cogsim 0 graph --salvage "$work/cut.trace" --to 20ms -o "$work/cut.svg"
head -c 4 "$work/long.trace" >"$work/cut.trace"
cogsim 2 export --salvage "$work/cut.trace" -o "$work/none.csv"
echo "no trace" >"$work/cut.trace"
cogsim 2 export --salvage "$work/cut.trace" -o "$work/none.csv"
[[ ! -e $work/none.csv ]] || fail "nothing has been saved, and yet there is a file"

# ---- Other tools ----

# Nothing malformed, no wrong checksum, also of datagrams, and of what TCP finds remarkable only what scenarios are about.
remarkable='_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0 || tcp.analysis.retransmission
    || tcp.analysis.out_of_order || tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment || tcp.analysis.duplicate_ack'

if command -v tshark >/dev/null; then
    packets=0
    while read -r scenario; do
        cogsim 0 export "$scenario" -o "$work/a.pcapng"
        found=$(tshark -r "$work/a.pcapng" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -Y "$remarkable" 2>&1 |
            grep -v '^Running as user' || true)
        [[ -z $found ]] || fail "$scenario: tshark finds: $found"
        packets=$((packets + $(tshark -r "$work/a.pcapng" -T fields -e frame.number 2>/dev/null | wc -l)))
    done < <(grep -lE '^ +connect ' network/*.scn sockets/*.scn partitions/*.scn | awk 'NR % 4 == 1')
    cogsim 0 export programs/lookup.scn -o "$work/a.pcapng"
    found=$(tshark -r "$work/a.pcapng" -o udp.check_checksum:TRUE -o ip.check_checksum:TRUE \
        -Y 'udp && udp.checksum.status == 1 && ip.checksum.status == 1' -T fields -e udp.dstport 2>/dev/null | xargs)
    [[ $found == "53 49152 53 49152" ]] || fail "tshark finds these datagrams: $found"
    ((packets > 100)) || fail "tshark has seen $packets packets only"
    printf 'export: tshark dissects %s packets\n' "$packets"
else
    printf 'export: tshark is not there\n'
fi

if python3 -c 'import perfetto.protos' 2>/dev/null; then
    for scenario in network/back_pressure.scn queues/*.scn; do
        cogsim 0 export "$scenario" -o "$work/a.pftrace"
        python3 "$tree/tests/house/perfetto_schema.py" "$work/a.pftrace" || fail "$scenario: not what Perfetto's schema says"
    done
else
    printf 'export: the Python package perfetto is not there\n'
fi
