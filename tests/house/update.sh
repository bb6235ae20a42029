#!/usr/bin/env bash
# update.sh - what cogsim run --update promises: it shows what changes, asks on a terminal, writes the file whole or not
# at all, and says what it leaves.
# COGSIM names the program.
set -euo pipefail
export LC_ALL=C TERM=dumb
program=$(realpath "${COGSIM:?COGSIM names the program}")
work=$(mktemp -d)
# shellcheck disable=SC2046
trap 'kill $(jobs -p) 2>/dev/null || true; chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"

fail() {
    printf 'update: %s\n--- standard output:\n%s\n--- standard error:\n%s\n' "$*" \
        "$(head -c 2000 out 2>/dev/null)" "$(head -c 2000 err 2>/dev/null)"
    exit 1
}

# update CODE FILE...: updates, which must end so; leaves what was printed in the files out and err.
update() {
    local expected=$1 code=0
    shift
    "$program" run --update "$@" >out 2>err </dev/null || code=$?
    ((code == expected)) || fail "run --update $*: exit code $code instead of $expected"
}

# On a terminal of its own, with this to answer.
update_on_terminal() {
    local expected=$1 answer=$2 code=0
    shift 2
    : >err
    printf '%b' "$answer" | script -qec "'$program' run --update $*" /dev/null >out || code=$?
    ((code == expected)) || fail "on a terminal, run --update $*: exit code $code instead of $expected"
}

prints() { grep -qF -- "$1" out || fail "does not print: $1"; }
complains() { grep -qF -- "$1" err || fail "does not complain: $1"; }
is_silent() { [[ ! -s err ]] || fail "complains"; }
is_like() { cmp -s "$1" "$2" || fail "$1 is not like $2"; }
is_tidy() { [[ -z $(find . -name '*.scn.*') ]] || fail "left: $(find . -name '*.scn.*')"; }

# The scenario with what it expects: `write TIME TIMES END`.
write() {
    printf '# A comment.\nscenario "x"\n\ncoro a\n    sleep 5ms\n    log "late"\n\n'
    printf 'expect  log "late" at %s   # why\nexpect log "late" times %s\n' "$1" "$2"
}
write 5ms 1 >right
write 4ms 2 >wrong

# ---- Without a terminal

cp right a.scn
touch -d '2001-01-01' a.scn
update 0 a.scn
prints "ok    a.scn"
is_silent
[[ $(date -r a.scn +%Y) == 2001 ]] || fail "wrote what held"

cp wrong a.scn
chmod 640 a.scn
update 0 a.scn
is_like a.scn right
prints '-expect  log "late" at 4ms   # why'
prints '+expect  log "late" at 5ms   # why'
prints "new   a.scn"
[[ $(stat -c %a a.scn) == 640 ]] || fail "the mode is $(stat -c %a a.scn)"
update 0 a.scn
is_like a.scn right

{ printf '\xEF\xBB\xBF'; sed 's/$/\r/' wrong; } >b.scn
{ printf '\xEF\xBB\xBF'; sed 's/$/\r/' right; } >b_right
update 0 b.scn
is_like b.scn b_right

mkdir folder
cp wrong folder/a.scn
cp right folder/b.scn
ln -s folder/a.scn link.scn
update 0 link.scn
[[ -L link.scn ]] || fail "the link is no link any more"
is_like folder/a.scn right
cp wrong folder/a.scn
update 0 folder
is_like folder/a.scn right

# ---- What is left, and what is refused

{ cat wrong; printf 'expect log "something else"\n'; } >c.scn
{ cat right; printf 'expect log "something else"\n'; } >c_right
update 1 c.scn
is_like c.scn c_right
prints "c.scn:10: left as it is: nothing like it was logged"
update 1 c.scn
is_like c.scn c_right

{ cat wrong; printf 'coro b\n    fail "no"\n'; } >d.scn
cp d.scn before
update 1 d.scn
is_like d.scn before
complains "d.scn: not updated: more went wrong than its expectations tell"

{ cat wrong; printf 'expect end at limit\nparam limit = 1s\n'; } >p.scn
{ cat right; printf 'expect end at limit\nparam limit = 1s\n'; } >p_right
cp p.scn before
update 1 -D limit=2s p.scn
is_like p.scn before
complains "p.scn: not updated: with -D"
update 1 p.scn
is_like p.scn p_right
prints "p.scn:10: left as it is: its time is an expression"

printf 'scenario "broken"\nexpect end at\n' >e.scn
cp e.scn before
update 2 e.scn
is_like e.scn before
update 2 nowhere.scn

# ---- Included files stay as they are

printf 'coro b\n    sleep 9ms\n    log "part"\n' >part.scni
cp part.scni part_before
sed 's/^scenario.*/&\ninclude "part.scni"/' wrong >f.scn
sed 's/^scenario.*/&\ninclude "part.scni"/' right >f_right
update 0 f.scn
is_like f.scn f_right
is_like part.scni part_before

# ---- Files that cannot be written

if ((EUID != 0)); then
    mkdir closed
    cp wrong closed/a.scn
    chmod 500 closed
    update 3 closed/a.scn
    is_like closed/a.scn wrong
    complains "closed/a.scn"
    cp wrong read_only.scn
    chmod 400 read_only.scn
    update 3 read_only.scn
    is_like read_only.scn wrong
    complains "cannot write read_only.scn: Permission denied"
fi

# ---- On a terminal

if command -v script >/dev/null && script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    cp wrong a.scn
    for answer in '\n' 'n\n' 'no\n' 'x\n' ''; do
        update_on_terminal 1 "$answer" a.scn
        is_like a.scn wrong
        prints 'write? [y/N]'
        prints '+expect  log "late" at 5ms   # why'
        prints 'left  a.scn'
    done
    update_on_terminal 0 'y\n' a.scn
    is_like a.scn right
    prints 'new   a.scn'
    update_on_terminal 0 '' a.scn
    is_like a.scn right

    # Between the question and the answer, the file changes.
    cp wrong a.scn
    mkfifo answers
    code=0
    { exec 9>answers; until grep -qF 'write?' out; do sleep 0.05; done
        printf '# changed\n' >>a.scn
        cp a.scn before
        printf 'y\n' >&9; } &
    : >out
    timeout 60 script -qec "'$program' run --update a.scn" /dev/null <answers >out || code=$?
    wait
    ((code == 1)) || fail "changed meanwhile: exit code $code"
    prints "not updated: the file has changed since it was run"
    is_like a.scn before
fi
is_tidy
echo "update: as promised"
