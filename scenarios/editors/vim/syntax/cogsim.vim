" Scenarios of cogsim. Each reserved word stands in one group; a test compares them with the language.
if exists('b:current_syntax')
  finish
endif
let s:cpo_save = &cpo
set cpo&vim

syn case match
syn sync fromstart

" ---- Reserved words, by what they do

syn keyword cogsimDeclaration scenario include param each host link scheduler queue channel var shared lock
syn keyword cogsimDeclaration coro routine
syn keyword cogsimExpectation expect normally sometimes never outcome outcomes explore vary budget schedule
syn keyword cogsimExpectation always within of before by no ends fails end deadlock
syn keyword cogsimWorld at partition heal clog crash restart step
syn keyword cogsimControl if else repeat while iterate break continue return stop fail on
syn keyword cogsimOperation yield sleep wait signal spawn call join
syn keyword cogsimOperation put get done drain subscribe unsubscribe publish fetch compact emit acquire release
syn keyword cogsimOperation listen accept connect recv recvall recvline send sendall shutdown close
syn keyword cogsimChange let set check log pick add swap cas
syn keyword cogsimClause program skew drift ppm clock latency loss duplicate bandwidth buffer
syn keyword cogsimClause priority timeout resolution proactor ops multiplex weak strong none
syn keyword cogsimClause after times background as value recipients nowait from to with port backlog max size
syn keyword cogsimOperator and or not
syn keyword cogsimConstant true false now index

" ---- Words that mean something in one place

syn keyword cogsimEnding contained closed reset refused full empty failed
syn keyword cogsimSetting contained default last op first later greedy lazy
syn keyword cogsimKind contained arrivals order time faults
syn keyword cogsimFate contained out

syn match cogsimHandler /^ \+on\s.*$/ transparent
      \ contains=cogsimControl,cogsimClause,cogsimEnding,cogsimComment
syn match cogsimVary /\%(^explore\)\@7<=\s.*$/ transparent
      \ contains=cogsimExpectation,cogsimClause,cogsimKind,cogsimNumber,cogsimBadNumber,cogsimComment
syn match cogsimSettings /\%(\<\%(priority\|proactor\|ops\|multiplex\)\s\+\)\@40<=\h\w*/ transparent
      \ contains=cogsimSetting,cogsimDeclaration
syn match cogsimFates /\%(\<times\s\+\)\@40<=out\>/ transparent contains=cogsimFate

" ---- Names where they are declared, numbers, texts, comments

syn match cogsimName /\%(^\%(coro\|routine\|host\|queue\|channel\|lock\|var\|shared\|param\)\s\+\)\@40<=\h\w*/
syn match cogsimBadNumber /\<\d\w*/
syn match cogsimNumber /\<\d\+\%(ns\|us\|ms\|s\|m\|h\|KB\|MB\)\?\>/
syn match cogsimNumber /\<\d\+\%(\.\d\+\)\?%/
syn match cogsimRate /\%(\d[KM]B\/\)\@10<=s\>/

syn match cogsimUnclosed /"\%([^"\\]\|\\.\)*$/
syn region cogsimText start=/"/ skip=/\\./ end=/"/ oneline keepend
      \ contains=cogsimBadEscape,cogsimEscape,cogsimInterpolation,cogsimBadBrace,@Spell
syn match cogsimBadEscape contained /\\./
syn match cogsimEscape contained /\\\%([nt"\\{}]\|x\x\x\)/
syn match cogsimBadBrace contained /[{}]/
syn region cogsimInterpolation contained matchgroup=cogsimBraces start=/{/ end=/}/ oneline
      \ contains=cogsimNumber,cogsimBadNumber,cogsimOperator,cogsimConstant

syn match cogsimCapital /\<\%(\h\w*\)\?\u\w*\>/
syn match cogsimTab /^ *\t\s*\ze[^ \t#]/
syn match cogsimComment /#.*$/ contains=@Spell

" ---- Colours

hi def link cogsimDeclaration Type
hi def link cogsimExpectation PreProc
hi def link cogsimWorld Special
hi def link cogsimControl Conditional
hi def link cogsimOperation Statement
hi def link cogsimChange Keyword
hi def link cogsimClause Label
hi def link cogsimOperator Operator
hi def link cogsimConstant Constant
hi def link cogsimEnding Label
hi def link cogsimSetting Constant
hi def link cogsimKind Constant
hi def link cogsimFate PreProc
hi def link cogsimName Function
hi def link cogsimNumber Number
hi def link cogsimRate Number
hi def link cogsimText String
hi def link cogsimEscape SpecialChar
hi def link cogsimBraces Delimiter
hi def link cogsimComment Comment
hi def link cogsimBadNumber Error
hi def link cogsimUnclosed Error
hi def link cogsimBadEscape Error
hi def link cogsimBadBrace Error
hi def link cogsimCapital Error
hi def link cogsimTab Error

let b:current_syntax = 'cogsim'
let &cpo = s:cpo_save
unlet s:cpo_save
