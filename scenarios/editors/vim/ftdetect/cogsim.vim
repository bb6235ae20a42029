" Scenarios, and what they include.
autocmd BufNewFile,BufRead *.scn,*.scni setlocal filetype=cogsim
