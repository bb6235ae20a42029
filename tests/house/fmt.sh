#!/usr/bin/env bash
# fmt.sh - what cogsim fmt promises: one layout, in place or told only; files whole, with their permissions, or as they were;
# and a run does not change. COGSIM names the program.
# shellcheck source=tests/house/calling.sh
source "$(dirname "$0")/calling.sh"

scenarios=$tree/scenarios

says_nothing() { [[ ! -s out && ! -s err ]] || fail "says something"; }

printf 'scenario "t"\ncoro a\n    sleep   1ms #short\n    log "x"\nexpect log "x"  at 1ms' >messy.scn
printf 'scenario "t"\n\ncoro a\n    sleep 1ms  # short\n    log   "x"\n\nexpect log "x" at 1ms\n' >tidy

# ---- In place, told only, through a pipe

cp messy.scn a.scn
cogsim 1 fmt --check a.scn
prints "a.scn is not formatted"
prints '+    log   "x"'
cmp -s a.scn messy.scn || fail "--check changes the file"
cogsim 0 fmt a.scn
prints "formatted a.scn"
cmp a.scn tidy || fail "not the layout"
cogsim 0 fmt a.scn
says_nothing
cogsim 0 fmt --check a.scn
says_nothing
"$program" fmt - <messy.scn >out 2>err || fail "fmt - fails"
cmp out tidy || fail "fmt - prints something else"
code=0
"$program" fmt --check - <messy.scn >out 2>err || code=$?
((code == 1)) || fail "fmt --check -: exit code $code"

# ---- What is replaced, and how

cp messy.scn b.scn && chmod 640 b.scn && ln -s b.scn link.scn
cogsim 0 fmt link.scn
[[ -L link.scn && $(stat -c %a b.scn) == 640 ]] || fail "the link or the permissions are gone"
cmp b.scn tidy
before=$(stat -c '%i %Y' b.scn)
cogsim 0 fmt b.scn
[[ $(stat -c '%i %Y' b.scn) == "$before" ]] || fail "a formatted file was written"
printf '\xef\xbb\xbf' | cat - tidy >mark.scn
cogsim 0 fmt mark.scn
cmp mark.scn tidy || fail "the byte order mark stays"
sed 's/$/\r/' tidy >crlf.scn
cogsim 0 fmt crlf.scn
cmp crlf.scn tidy || fail "line ends stay"

mkdir -p folder/deep
cp messy.scn folder/one.scn && cp messy.scn folder/deep/two.scn
printf 'routine work( )\n    sleep   1ms' >folder/part.scni
printf 'scenario "t"\n\ninclude "part.scni"\n\ncoro a\n    call work()\n' >folder/whole.scn
cogsim 1 fmt --check folder
[[ $(grep -c 'is not formatted' out) == 3 ]] || fail "not three files"
cogsim 0 fmt folder
cogsim 0 fmt --check folder
says_nothing

# Parameters of included files; parts, also through a pipe, which tells no name.
printf 'param pause = 5ms\n' >pause.scni
printf 'scenario "t"\ninclude "pause.scni"\ncoro a\n    sleep pause\nexpect end at 2*pause-5ms\n' >uses.scn
cogsim 0 fmt uses.scn
grep -qx 'expect end at 2 \* pause - 5ms' uses.scn || fail "a file with parameters of another is not formatted"
printf 'param  pause=5ms' >part
"$program" fmt - <part >out 2>err || fail "fmt - takes no part"
printf 'param pause = 5ms\n' | cmp out - || fail "fmt - prints another part"

# What differs at the ends of the file only is shown as well, and of what is long the beginning.
printf '\xef\xbb\xbf' | cat - tidy >mark.scn
cogsim 1 fmt --check mark.scn
prints "byte order mark"
head -c -1 tidy >unended.scn
cogsim 1 fmt --check unended.scn
prints "No newline at end of file"
(cat tidy && seq -f '    log  "%g"' 40) | sed '/^expect/d' >many.scn
cogsim 1 fmt --check many.scn
(($(wc -l <out) < 30)) || fail "--check floods"
prints "more lines"

# ---- What is refused

printf 'scenario "t"\ncoro a\n    slep   1ms\n' >broken.scn
cp broken.scn kept
cogsim 2 fmt broken.scn
complains "broken.scn:3:5: error: unknown statement 'slep'"
cmp broken.scn kept || fail "a broken file was changed"
printf 'scenario "t"\n\ncoro a\n    call nobody()\n' >unknown.scn
cogsim 0 fmt --check unknown.scn
cogsim 2 fmt
complains "fmt: which scenarios?"
cogsim 2 fmt nowhere.scn
complains "cannot read nowhere.scn"
cogsim 2 fmt --chekc a.scn
complains "did you mean '--check'?"
cogsim 0 fmt --help
prints "usage: cogsim fmt"
code=0
"$program" fmt - <. >out 2>err || code=$?
((code == 3)) || fail "a folder as standard input: exit code $code"
complains "cannot read standard input: Is a directory"
code=0
"$program" fmt - <tidy >/dev/full 2>err || code=$?
((code == 3)) || fail "standard output is full: exit code $code"
mkdir full && cp messy.scn full/a.scn
seq -f '    log  "%g"' 40000 >>full/a.scn
sed -i '/^expect/d' full/a.scn
cp full/a.scn kept
code=0
(
    trap '' XFSZ
    ulimit -f 4
    exec "$program" fmt full/a.scn >out 2>err
) || code=$?
((code == 3)) || fail "a full disk: exit code $code"
complains "cannot write full/a.scn: File too large"
cmp full/a.scn kept || fail "a full disk changes the file"
[[ $(ls -A full) == a.scn ]] || fail "left on a full disk: $(ls -A full)"
if ((EUID != 0)); then
    mkdir closed && cp messy.scn closed/a.scn && chmod a-w closed
    cogsim 3 fmt closed/a.scn
    complains "cannot write closed/a.scn"
    cp messy.scn read_only.scn && chmod a-w read_only.scn
    cogsim 3 fmt read_only.scn
    cmp read_only.scn messy.scn || fail "a read-only file was changed"
fi
[[ -z $(find . -name '*.scn.*') ]] || fail "something is left behind"

# ---- A run stays what it was: every scenario, pulled out of shape

cp -r "$scenarios" shape
find shape -name '*.scn' -exec sed -i -E 's/^( *[a-z]+) +/\1   /; s/^coro/\n\n# more\ncoro/' {} +
hashes() { "$program" run --json "$1" | jq -r '[.title, .trace_hash] | @tsv'; }
hashes "$scenarios" >original || true
hashes shape >before || true
cogsim 0 fmt shape
hashes shape >after || true
[[ -s before ]] || fail "nothing was run"
cmp before after || fail "formatting changes the hash of a run"
cmp original after || fail "layout changes the hash of a run"
