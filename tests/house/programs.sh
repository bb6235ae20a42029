#!/usr/bin/env bash
# programs.sh - hosts that are C programs: they run, each host has an image of its own, what crashes or does not come back
# under some order is found and goes the same way again, and files that are no such programs are told. COGSIM names the
# program, COGSIM_BUILD the build directory, in which the C programs of the library are.
# shellcheck source=tests/house/calling.sh
source "$(dirname "$0")/calling.sh"

compiler=${CC:-cc}

# make NAME: compiles a C program from standard input.
make() {
    cat >"$1.c"
    "$compiler" -std=c17 -D_POSIX_C_SOURCE=200809L -g -shared -fPIC -I"$tree" -o "$1.so" "$1.c"
}

# ---- The library

# In production's order all of them hold; twice the same.
for scenario in "$tree"/scenarios/programs/*.scn; do
    cogsim 0 run --json "$scenario"
    cp out first
    cogsim 0 run --json "$scenario"
    cmp -s first out || fail "$scenario does not run twice the same"
    grep -q '"trace_hash":"[0-9a-f]\{16\}"' out || fail "$scenario has no hash"
done

# Two hosts of one program do not share its variables.
cogsim 0 run --log "$tree/scenarios/programs/echo_two.scn"
[[ $(grep -c 'session 1 is over' out) == 2 ]] || fail "the hosts have one image"

# What some orders bring about is found by every strategy, in every way of ending a process.
# found NAME WORD TEXT OPTION...
found() {
    local name=$1 word=$2 text=$3
    shift 3
    rm -rf schedules && mkdir schedules
    cogsim 1 explore "$@" --out schedules "$tree/scenarios/programs/$name.scn"
    prints "$text"
    prints "$word"
    cogsim 1 replay "$@" "$tree/scenarios/programs/$name.scn" --schedule schedules/*.schedule
    prints "$text"
}
found counter SIGABRT " crashed in its step after 'yield', at 0ms: SIGABRT"
prints "Assertion"
found early SIGSEGV "worker/use crashed in its step after 'yield', at 0ms: SIGSEGV"
found spin "does not come back" "worker/await does not come back: it ran for 200ms" --hang 200ms
# A late answer, or one that comes twice, is taken for another: found where time or faults vary, and goes the same way again.
for vary in time faults; do
    rm -rf schedules && mkdir schedules
    cogsim 1 explore --vary "$vary" --out schedules "$tree/scenarios/programs/lookup.scn"
    prints '"beta is 10.0.0.11"  by look_up'
    cogsim 1 replay "$tree/scenarios/programs/lookup.scn" --schedule schedules/*.schedule
    prints '"beta is 10.0.0.11"  by look_up'
done
cogsim 0 explore --vary order "$tree/scenarios/programs/lookup.scn"

for strategy in dfs optimal-dpor source-dpor sleep-sets preemptions=2 delays=2 random pct=3 pos urw surw guided; do
    cogsim 1 explore --strategy "$strategy" --budget 2000 "$tree/scenarios/programs/early.scn"
    prints "SIGSEGV"
done

# The campaign goes on after a crash. Every order is known when memory is declared.
cogsim 1 explore --all --strategy dfs "$tree/scenarios/programs/counter.scn"
prints "(dfs: complete, 56 executions)"
prints "24  #########             SIGABRT"
cogsim 1 explore --all --strategy dfs "$tree/scenarios/programs/early.scn"
prints_not "complete"
cogsim 1 explore --json "$tree/scenarios/programs/early.scn"
jq -e '.failed == 1 and .outcomes.SIGSEGV == 1 and (.failures[0].text | contains("worker/use crashed"))' out >/dev/null ||
    fail "the JSON does not tell of the crash"

# What is for interpreted coroutines only says so.
cogsim 2 explore --strategy states "$tree/scenarios/programs/early.scn"
complains "whose states are not recognised"
cogsim 2 shrink "$tree/scenarios/programs/early.scn"
complains "failures of these are not made small"

# Several at once, with the same output.
cogsim 1 explore --hang 200ms "$tree"/scenarios/programs/{counter,early,spin}.scn
cp out one
cogsim 1 explore --hang 200ms --jobs 3 "$tree"/scenarios/programs/{counter,early,spin}.scn
cmp -s one out || fail "--jobs changes the output"

# Reports are made of their traces.
cogsim 0 report "$tree/scenarios/programs/echo.scn"
prints "echo"

# ---- What ends a process

scenario() {
    printf 'scenario "it ends"\n\nhost box program "%s"\n\ncoro other on there\n    sleep 1ms\n    log "other"\n\nexpect log "other"\n' "$1" >"$1.scn"
}

# ends NAME TEXT: the body of a coroutine comes from standard input.
ends() {
    {
        printf '#include "core/cogen.h"\n#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n'
        printf 'static int body(struct cog_coro *self, void *argument) {\n(void)argument;\n'
        cat
        printf 'return cog_yield(self);\n}\n'
        printf 'int cog_main(struct cog_scheduler *scheduler) {\nreturn cog_go(scheduler, body, NULL, "body");\n}\n'
    } | make "$1"
    scenario "$1"
    cogsim 1 run --hang 100ms "$1.scn"
    prints "$2"
}
ends leaves "box/body ended the process in its step after 'yield', at 0ms: exit(3)" <<<'exit(3);'
ends speaks "last words" <<<'fputs("last words\n", stderr); abort();'
ends turns "box/body does not come back" <<<'for (volatile int i = 0;; i++) { }'
ends waits "box/body does not come back" <<<'sleep(600);'
ends after "box/body crashed in its step after 'sleep', at 500us" <<<'cog_sleep(self, 500000); abort();'
ends again "box/body does not come back" <<<'for (;;) cog_yield(self);'
make two <<'END'
#include "core/cogen.h"
static int body(struct cog_coro *self, void *argument) {
    (void)argument;
    for (;;) cog_yield(self);
}
int cog_main(struct cog_scheduler *scheduler) {
    int status = cog_go(scheduler, body, NULL, "left");
    return status == COG_OK ? cog_go(scheduler, body, NULL, "right") : status;
}
END
scenario two
cogsim 1 run two.scn
prints "did not end within 10000000 statements"
cogsim 1 explore --budget 2 --limit 10000 two.scn
prints "did not end within 10000 statements"
# nothing stays behind of a trace that was not finished
cogsim 1 run --trace kept speaks.scn
[[ -z $(find . -name 'kept*') ]] || fail "a part of a trace is left"
# others go on
cogsim 1 run speaks.scn "$tree/scenarios/programs/echo.scn"
prints "1 of 2 scenarios held"

make early_end <<'END'
#include <stdlib.h>
struct cog_scheduler;
int cog_main(struct cog_scheduler *scheduler) { (void)scheduler; abort(); }
END
scenario early_end
cogsim 1 run early_end.scn
prints "box crashed in cog_main"
cogsim 1 explore early_end.scn
prints "box crashed in cog_main"
make loading <<'END'
#include <stdlib.h>
struct cog_scheduler;
__attribute__((constructor)) static void begin(void) { abort(); }
int cog_main(struct cog_scheduler *scheduler) { (void)scheduler; return 0; }
END
scenario loading
cogsim 1 run loading.scn
prints "box crashed while it was loaded"
cogsim 1 explore loading.scn
prints "box crashed while it was loaded"
make refuses <<'END'
struct cog_scheduler;
int cog_main(struct cog_scheduler *scheduler) { (void)scheduler; return -1; }
END
scenario refuses
cogsim 1 run refuses.scn
prints "cog_main of box failed"

# ---- Worlds of programs only

make stuck <<'END'
#include "core/cogen.h"
static int body(struct cog_coro *self, void *argument) { return cog_wait(self, argument, NULL, NULL); }
int cog_main(struct cog_scheduler *scheduler) {
    struct cog_signal *signal = NULL;
    const struct cog_object_options options = {.name = "bell"};
    int status = cog_signal_new(scheduler, &options, &signal);
    return status == COG_OK ? cog_go(scheduler, body, signal, "body") : status;
}
END
printf 'scenario "nobody rings"\nhost box program "stuck"\nexpect end at 0ms\n' >stuck.scn
cogsim 1 run stuck.scn
prints "stalled at 0ms"
prints "box/body  wait bell"
printf 'scenario "a service at rest"\nhost box program "echo"\nexpect end at 0ms\n' >rest.scn
cogsim 0 run rest.scn

# ---- What is no program

printf 'no program\n' >text.so
printf 'int other;\n' >nomain.c
"$compiler" -shared -fPIC -o nomain.so nomain.c
"$compiler" -c -o object.so nomain.c
cp nomain.so foreign.so
printf '\363' | dd of=foreign.so bs=1 seek=18 conv=notrunc status=none
cp "$(type -P true)" executable.so
head -c 100 nomain.so >short.so
for name in nothing text nomain object foreign executable short; do
    scenario "$name"
    cogsim 2 run "$name.scn"
    complains "$name.scn:3:6: error: program"
    cogsim 2 explore "$name.scn"
done
cogsim 2 run nothing.scn
complains "is not there"
complains "it is looked for beside nothing.scn"
cogsim 2 run nomain.scn
complains "exports no 'cog_main'"
cogsim 2 run foreign.scn
complains "is made for another processor"
cogsim 2 run object.scn
complains "but an object file"
cogsim 2 run executable.scn
complains "but an executable"
mkdir elsewhere
mv speaks.so elsewhere/
cogsim 2 run speaks.scn
COGSIM_PROGRAMS=$PWD/elsewhere cogsim 1 run speaks.scn
prints "last words"

# ---- All of libcogen is there for them

missing=$(comm -23 <(sed -n 's/^[a-z].*[ *]\(cog_[a-z_]*\)(.*/\1/p' "$tree"/core/cogen.h | grep -v '^cog_op_has_priority$' |
    grep -vE '^cog_(function)$' | sort -u) <(nm -D --defined-only "$program" | awk '{print $3}' | sort -u))
[[ -z $missing ]] || fail "not exported: $missing"
