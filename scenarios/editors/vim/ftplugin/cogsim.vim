" Scenarios of cogsim: how they are edited. `:make` checks the file and jumps to what is wrong.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal commentstring=#\ %s comments=:#
setlocal expandtab shiftwidth=4 softtabstop=4 autoindent

" gf and [i follow `include "FILE"`.
setlocal include=^include suffixesadd=.scni

setlocal makeprg=cogsim\ check\ --format=gcc\ %:S
setlocal errorformat=%f:%l:%c:\ %trror:\ %m,%f:%l:%c:\ %tarning:\ %m,%f:%l:%c:\ %tote:\ %m,cogsim:\ %m

let b:undo_ftplugin = 'setlocal commentstring< comments< expandtab< shiftwidth< softtabstop< autoindent<'
      \ . ' include< suffixesadd< makeprg< errorformat<'
