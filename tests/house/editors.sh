#!/usr/bin/env bash
# editors.sh - what cogsim check tells editors, and, where there is a Vim, that it highlights scenarios: nothing in the library
# is marked as a mistake, what is one is, and :make jumps to it. COGSIM names the program.
set -euo pipefail
export LC_ALL=C
program=$(realpath "${COGSIM:?COGSIM names the program}")
scenarios=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../scenarios")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    printf 'editors: %s\n--- standard output:\n%s\n--- standard error:\n%s\n' "$*" \
        "$(head -c 2000 out 2>/dev/null)" "$(head -c 2000 err 2>/dev/null)"
    exit 1
}

# check CODE ARG...: runs cogsim check, which must end so; leaves what it printed in the files out and err.
check() {
    local expected=$1 code=0
    shift
    TERM=xterm "$program" check "$@" >out 2>err </dev/null || code=$?
    ((code == expected)) || fail "check $*: exit code $code instead of $expected"
}

says() { printf '%s\n' "$@" | cmp -s - err || fail "says something else than: $*"; }

# ---- A line each

printf 'scenario "t"\n\ncoro a\n    log "x"\n' >good.scn
printf 'scenario "t"\n\nqueue q\n\ncoro a\n    logg "x"\n    let n = 10sec\n\nqueue q\n' >bad.scn
printf 'queue q\nqueue q\n' >part.scni
printf 'scenario "t"\n\ninclude "part.scni"\n\ncoro a\n    put q 1\n' >includes.scn

check 0 --format=gcc good.scn
[[ ! -s out && ! -s err ]] || fail "says something of what is right"
check 2 --format=gcc bad.scn
says "bad.scn:6:5: error: unknown statement 'logg' [did you mean 'log'?]" \
    "bad.scn:7:15: error: unknown unit 'sec' [did you mean 's'?]" \
    "bad.scn:9:7: error: two things are named 'q'" \
    "bad.scn:3:7: note: the other is here"
[[ ! -s out ]] || fail "prints something"
check 2 --format gcc includes.scn good.scn
says "part.scni:2:7: error: two things are named 'q'" "part.scni:1:7: note: the other is here"
check 2 --format=human bad.scn
cp err human
check 2 bad.scn
cmp -s err human || fail "the default is another"
grep -q '^bad.scn: 3 errors$' human || fail "no summary for people"
check 2 --format=gc bad.scn
says "cogsim: unknown format 'gc'; did you mean 'gcc'?"
check 2 --format=json bad.scn
says "cogsim: unknown format 'json'; there are 'human' and 'gcc'"

# ---- Vim

if ! command -v vim >/dev/null || ! vim --version | grep -q '^Huge\|+syntax'; then
    echo "Vim is not tried: there is none"
    exit 0
fi
mkdir bin && ln -s "$program" bin/cogsim

# in_vim COMMAND...: runs them on bad.scn, with what the tree has for Vim and nothing else.
in_vim() {
    local command arguments=()
    for command in "$@"; do
        arguments+=(-c "$command")
    done
    PATH=$work/bin:$PATH timeout 60 vim -N -u NONE -i NONE -n -es --cmd "set runtimepath^=$scenarios/editors/vim" \
        -c 'filetype plugin on' -c 'syntax on' "${arguments[@]}" -c 'qall!' >out 2>err </dev/null || fail "vim: $*"
}

cat >marks.vim <<'END_OF_VIM'
" Writes each line of the files in the arguments in which something is marked as a mistake, and that part of it.
let s:marks = []
for s:file in argv()
  execute 'silent edit' fnameescape(s:file)
  for s:line in range(1, line('$'))
    let s:part = ''
    for s:column in range(1, col([s:line, '$']) - 1)
      if synIDattr(synIDtrans(synID(s:line, s:column, 1)), 'name') ==# 'Error'
        let s:part .= getline(s:line)[s:column - 1]
      endif
    endfor
    if s:part !=# ''
      call add(s:marks, fnamemodify(s:file, ':t') . ':' . s:line . ': ' . s:part)
    endif
  endfor
endfor
call writefile(s:marks, 'marks')
END_OF_VIM

printf 'scenario "\\q \\x41 { } {1}"\ncoro a\n\tlog "x"\n    let n = 10sec\n    log "no end\n    let Name = 5ms # 5sec\n' >marked.scn
in_vim "args marked.scn" "source marks.vim"
printf '%s\n' 'marked.scn:1: \q' $'marked.scn:3: \t' 'marked.scn:4: 10sec' 'marked.scn:5: "no end' 'marked.scn:6: Name' |
    cmp -s - marks || fail "what is marked is something else: $(cat marks)"
in_vim "args $scenarios/*/*.scn" "source marks.vim"
[[ ! -s marks ]] || fail "marked as mistakes: $(head marks)"
in_vim "edit bad.scn" "silent make" "call writefile([expand('%') . ':' . line('.') . ':' . col('.')], 'place')" \
    "cnext" "call writefile([expand('%') . ':' . line('.') . ':' . col('.')], 'place', 'a')"
printf 'bad.scn:6:5\nbad.scn:7:15\n' | cmp -s - place || fail ":make goes to $(cat place)"
