/** Every lint rule of the whole language, with a change of the wide runbook that it refuses in exact words, and changes that pass. */
import t from 'tap';
import { lintFolder } from '../../../core/runbook/lint.ts';
import { changed, said } from './fixtures.ts';
import { OTHER, WIDE, wideFolder, wideSays } from './wide.ts';

type Refused = readonly [what: string, from: string, to: string, ...said: string[]];

/** Changes of the runbook. */
const REFUSED: readonly Refused[] = [
  [
    'a seat with the name for all of them',
    '  deputy: {roles',
    '  each: {roles',
    '22:3 error [seat] “each” stands for every seat. | Call the seat something else.',
  ],
  [
    'an unknown seat in the first poll',
    'go_no_go: {of: [lead, reviewer, verifier]}',
    'go_no_go: {of: [lead, reviewer, verifyer]}',
    '43:33 error [seat] Unknown seat “verifyer”. | Did you mean “verifier”?',
  ],
  [
    'a seat twice in the first poll',
    'go_no_go: {of: [lead, reviewer, verifier]}',
    'go_no_go: {of: [lead, reviewer, lead]}',
    '43:33 error [seat] The lead seat stands twice. | Name each seat once.',
  ],
  [
    'an optional seat in the first poll',
    'go_no_go: {of: [lead, reviewer, verifier]}',
    'go_no_go: {of: [lead, deputy]}',
    '43:23 error [optional] The deputy seat is optional; nobody may be there to answer. | Make the seat required, or ask another.',
  ],
  [
    'an unknown seat in a gate',
    'gate: {of: [lead, reviewer]}',
    'gate: {of: [lead, revewer]}',
    '75:23 error [seat] Unknown seat “revewer”. | Did you mean “reviewer”?',
  ],
  [
    'an optional seat in a gate',
    'gate: {of: [lead, reviewer]}',
    'gate: {of: [lead, deputy]}',
    '75:23 error [optional] The deputy seat is optional; nobody may be there to answer. | Make the seat required, or ask another.',
  ],
  [
    'a question id twice',
    '{id: leaves, ',
    '{id: plan, ',
    '39:10 error [duplicate-id] The question id “plan” stands twice. | Give each question its own id.',
  ],
  [
    'a question id in briefing and debrief',
    '{id: first, ',
    '{id: plan, ',
    '161:10 error [duplicate-id] The question id “plan” stands twice. | Give each question its own id.',
  ],
  [
    'a question to an unknown seat',
    'answer: person, by: lead',
    'answer: person, by: leed',
    '42:58 error [seat] Unknown seat “leed”. | Did you mean “lead”?',
  ],
  [
    'a question to an optional seat',
    'answer: person, by: lead',
    'answer: person, by: deputy',
    '42:58 error [optional] The deputy seat is optional; nobody may be there to answer. | Make the seat required, or ask another.',
  ],
  [
    'a question that yes answers',
    'Who is on call?',
    'Is somebody on call?',
    '42:21 error [yes-no] A question that yes, no, done or ok answers proves nothing. | Ask for a value: which, how many, when.',
  ],
  [
    'a question before the first step that a finished step answers',
    'answer: file, by: verifier',
    'answer: step, by: verifier',
    '41:55 error [type] A step answers only once it has finished, and no step has before the briefing. | Ask in the debrief, or for a link or a text.',
  ],
  [
    'ten questions',
    '  - {id: call,',
    '  - {id: q0, ask: Which one?, answer: text, by: lead}\n  - {id: q1, ask: Which one?, answer: text, by: lead}\n  - {id: q2, ask: Which one?, answer: text, by: lead}\n  - {id: q3, ask: Which one?, answer: text, by: lead}\n  - {id: call,',
    '37:1 error [too-many] The briefing has 10 questions; people answer 9 with care. | Keep those whose answer can stop the release.',
  ],
  [
    'an expression in a question',
    'ask: Who is on call?',
    `ask: 'Who is on call for \${{ inputs.database }}?'`,
    '42:21 error [expression] No expression is resolved here. | Write it out; it would be shown as it stands.',
  ],
  [
    'an unknown time zone',
    'timezone: Europe/Warsaw',
    'timezone: Europe/Warszawa',
    '24:66 error [window] The time zone “Europe/Warszawa” is unknown. | Write it like Europe/Warsaw or UTC.',
  ],
  [
    'a window that never opens',
    "to: '04:00'",
    "to: '22:00'",
    '24:47 error [window] The window closes when it opens. | Write a later time.',
  ],
  [
    'a day twice',
    'days: [mon, tue]',
    'days: [mon, mon]',
    '24:22 error [window] The day “mon” stands twice. | Name each day once.',
  ],
  [
    'a lock over the run',
    `'db:\${{ inputs.database }}', release`,
    `'db:\${{ run.id }}', release`,
    '25:9 error [expression] The expression “run.id” cannot be used: “run” has no value here. | Use inputs.',
  ],
  [
    'a lock over an unknown input',
    `'db:\${{ inputs.database }}', release`,
    `'db:\${{ inputs.databse }}', release`,
    '25:9 error [expression] The expression “inputs.databse” cannot be used: the name “databse” is unknown. | Did you mean “database”?',
  ],
  [
    'a link over probes',
    `?from=\${{ run.started_at_ms }}`,
    `?from=\${{ probes.lag }}`,
    '6:35 error [expression] The expression “probes.lag” cannot be used: “probes” has no value here. | Name probes in what runs after they were measured: run, backup, verify or a hint.',
  ],
  [
    'a link over outputs',
    `?from=\${{ run.started_at_ms }}`,
    `?from=\${{ steps.notes.outputs.rows }}`,
    '6:35 error [expression] The expression “steps.notes.outputs.rows” cannot be used: “steps” has no value here. | Name outputs in steps that come later.',
  ],
  [
    'a rehearsal of an unknown target',
    'edge: {agent: edge-staging}',
    'egde: {agent: edge-staging}',
    '29:43 error [target] Unknown target “egde”. | Did you mean “edge”?',
    '70:9 warning [rehearsal] Nothing of step “warm” is replaced in a rehearsal, so it cannot be armed there. | Give its target, its action or an input of it another value under “rehearsal:”, or add “rehearse: as_is”.',
    '71:9 warning [rehearsal] Nothing of step “look” is replaced in a rehearsal, so it cannot be armed there. | Give its target, its action or an input of it another value under “rehearsal:”, or add “rehearse: as_is”.',
    '72:9 warning [rehearsal] Nothing of step “rest” is replaced in a rehearsal, so it cannot be armed there. | Give its target, its action or an input of it another value under “rehearsal:”, or add “rehearse: as_is”.',
    '118:5 warning [rehearsal] Nothing of step “soak” is replaced in a rehearsal, so it cannot be armed there. | Give its target, its action or an input of it another value under “rehearsal:”, or add “rehearse: as_is”.',
    '125:5 warning [rehearsal] Nothing of step “shards” is replaced in a rehearsal, so it cannot be armed there. | Give its target, its action or an input of it another value under “rehearsal:”, or add “rehearse: as_is”.',
    '142:11 warning [rehearsal] Nothing of step “shards-undo” is replaced in a rehearsal, so it cannot be armed there. | Give its target, its action or an input of it another value under “rehearsal:”, or add “rehearse: as_is”.',
  ],
  [
    'a rehearsal with an unknown input',
    'inputs: {database: staging}',
    'inputs: {databse: staging}',
    '30:12 error [type] Unknown input “databse”. | Did you mean “database”?',
  ],
  [
    'a rehearsal with an input that does not fit',
    'inputs: {database: staging}',
    'inputs: {database: Staging2}',
    '30:22 error [type] This value does not match [a-z]+ as a whole. | Make it fit the input.',
  ],
  [
    'a rehearsal of an unknown step',
    '    tidy: {shell: echo tidy}',
    '    tidi: {shell: echo tidy}',
    '33:5 error [rehearsal] Unknown step “tidi”. | Did you mean “tidy”?',
    '155:5 warning [rehearsal] Nothing of step “tidy” is replaced in a rehearsal, so it cannot be armed there. | Give its target, its action or an input of it another value under “rehearsal:”, or add “rehearse: as_is”.',
  ],
  [
    'a rehearsal that replaces a manual step',
    '    tidy: {shell: echo tidy}',
    '    tidy: {shell: echo tidy}\n    page: {shell: echo}',
    '34:5 error [rehearsal] Step “page” runs nothing that could be replaced; it is of the kind “manual”. | Remove it; give the step another target, or “rehearse: as_is”.',
  ],
  [
    'a rehearsal that replaces by nothing',
    '    tidy: {shell: echo tidy}',
    '    tidy: {}',
    '33:5 error [kind] Step “tidy” is replaced by one thing. | Write one of “run:” and “shell:”.',
  ],
  [
    'a rehearsal that replaces by two things',
    'tidy: {shell: echo tidy}',
    'tidy: {shell: echo tidy, run: [echo]}',
    '33:5 error [kind] Step “tidy” is replaced by one thing. | Write one of “run:” and “shell:”.',
  ],
  [
    'a rehearsal that runs what the folder has not',
    'notes: {run: [bin/count,',
    'notes: {run: [bin/cuont,',
    '32:19 error [file] The folder has no file “bin/cuont”. | Did you mean “bin/count”?',
  ],
  [
    'an expression in the script of a rehearsal',
    'shell: echo tidy',
    `shell: 'echo \${{ inputs.database }}'`,
    '33:19 error [shell] A script holds no expressions, so that no value can become code. | Give the value a name under “env:” and write "$NAME" here.',
  ],
  [
    'an unknown name in what a rehearsal runs',
    `notes: {run: [bin/count, '\${{ inputs.database }}']}`,
    `notes: {run: [bin/count, '\${{ inputs.databse }}']}`,
    '32:30 error [expression] The expression “inputs.databse” cannot be used: the name “databse” is unknown. | Did you mean “database”?',
  ],
  [
    'a step that a rehearsal cannot arm',
    '    tidy: {shell: echo tidy}\n',
    '',
    '154:5 warning [rehearsal] Nothing of step “tidy” is replaced in a rehearsal, so it cannot be armed there. | Give its target, its action or an input of it another value under “rehearsal:”, or add “rehearse: as_is”.',
  ],
  [
    'an irreversible step rehearsed as it is',
    '    on_failure: decide\n',
    '    on_failure: decide\n    rehearse: as_is\n',
    '118:5 error [rehearsal] An irreversible step is never rehearsed as it is. | Give its target, its action or an input of it another value under “rehearsal:”.',
  ],
  [
    'a step rehearsed as it is whose target is replaced',
    '    title: Let it soak\n',
    '    title: Let it soak\n    rehearse: as_is\n',
    '120:5 error [rehearsal] “as_is” says that nothing is replaced, but a rehearsal replaces its target. | Remove this key.',
  ],
  [
    'a clock that an unknown step starts',
    'raw: {lasts: 24h, starts: drop,',
    'raw: {lasts: 24h, starts: dropp,',
    '35:29 error [clock] “dropp” is no step that starts. | Did you mean “drop”?',
  ],
  [
    'a clock that a gate starts',
    'raw: {lasts: 24h, starts: drop,',
    'raw: {lasts: 24h, starts: ready,',
    '35:29 error [clock] “ready” is no step that starts. | Known: notes, backup, page, warm, look, rest, drop, drop-undo, soak, shards, shards-undo, hosts, move-copy, move-move, move-move-undo, tidy.',
  ],
  [
    'a clock as long as an unknown backup is kept',
    'lasts: backup.keep',
    'lasts: backpu.keep',
    '36:17 error [clock] “backpu” is no backup step. | Did you mean “backup”?',
  ],
  [
    'a clock as long as a step that is no backup is kept',
    'lasts: backup.keep',
    'lasts: notes.keep',
    '36:17 error [clock] “notes” is no backup step. | Known: backup, move-copy.',
  ],
  [
    'a clock as long as a backup that says nothing is kept',
    '      keep: 14d\n',
    '',
    '36:17 error [clock] The backup step “backup” does not say how long it keeps its backup. | Add “keep: 14d” to it, or write a duration.',
  ],
  [
    'an unknown clock',
    '    while: [cold]',
    '    while: [clod]',
    '85:13 error [clock] Unknown clock “clod”. | Did you mean “cold”?',
  ],
  [
    'a clock twice',
    '    while: [cold]',
    '    while: [cold, cold]',
    '85:19 error [clock] The clock “cold” stands twice. | Name each clock once.',
  ],
  [
    'an unknown clock in an undo',
    'while: [raw, cold]',
    'while: [raw, cool]',
    '107:20 error [clock] Unknown clock “cool”. | Did you mean “cold”?',
  ],
  [
    'the reserved id',
    '  - id: ready\n',
    '  - id: go_no_go\n',
    '73:9 error [reserved] “go_no_go” is the poll before the first step. | Call the step something else.',
  ],
  [
    'an id that leaves no room for its undo',
    '  - id: drop\n',
    '  - id: drop-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x\n',
    '35:29 error [clock] “drop” is no step that starts. | Known: notes, backup, page, warm, look, rest, drop-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x, drop-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-undo, soak, shards, shards-undo, hosts, move-copy, move-move, move-move-undo, tidy.',
    '36:38 error [clock] “drop” is no step that starts. | Known: notes, backup, page, warm, look, rest, drop-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x, drop-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-undo, soak, shards, shards-undo, hosts, move-copy, move-move, move-move-undo, tidy.',
    '76:9 error [id] The id has 60 characters; with an undo it may have 59. | Make it shorter.',
  ],
  [
    'the id of another step’s undo',
    '  - id: soak\n',
    '  - id: drop-undo\n',
    '118:9 error [duplicate-id] The id “drop-undo” stands twice. | Give each step its own id.',
  ],
  [
    'the id of a child',
    '  - id: soak\n',
    '  - id: warm\n',
    '118:9 error [duplicate-id] The id “warm” stands twice. | Give each step its own id.',
  ],
  [
    'a child with the id of a step',
    '{id: warm, ',
    '{id: backup, ',
    '70:14 error [duplicate-id] The id “backup” stands twice. | Give each step its own id.',
  ],
  [
    'the id of a used step',
    '  - id: tidy\n',
    '  - id: move-copy\n',
    '33:5 error [rehearsal] Unknown step “tidy”. | Known: notes, backup, page, aside, warm, look, rest, ready, drop, drop-undo, soak, shards, shards-undo, hosts, move-copy, move-move, move-move-undo, move-copy.',
    '155:5 warning [rehearsal] Nothing of step “move-copy” is replaced in a rehearsal, so it cannot be armed there. | Give its target, its action or an input of it another value under “rehearsal:”, or add “rehearse: as_is”.',
    '155:9 error [duplicate-id] The id “move-copy” stands twice. | Give each step its own id.',
  ],
  [
    'two kinds',
    '    gate: {of: [lead, reviewer]}',
    '    gate: {of: [lead, reviewer]}\n    wait: {for: 1m}',
    '73:5 warning [rehearsal] Nothing of step “ready” is replaced in a rehearsal, so it cannot be armed there. | Give its target, its action or an input of it another value under “rehearsal:”, or add “rehearse: as_is”.',
    '75:5 error [kind] Step “ready” has two kinds. | Keep “wait:” or “gate:”.',
  ],
  [
    'a key that a kind does not obey',
    '    gate: {of: [lead, reviewer]}',
    '    gate: {of: [lead, reviewer]}\n    timeout: 1m',
    '76:5 error [fit] “timeout” does nothing in a step of the kind “gate”. | Remove it; it would not be obeyed.',
  ],
  [
    'a gate that is critical',
    '    gate: {of: [lead, reviewer]}',
    '    gate: {of: [lead, reviewer]}\n    critical: true',
    '76:5 error [fit] “critical” does nothing in a step of the kind “gate”. | Remove it; it would not be obeyed.',
  ],
  [
    'probes beside a wait',
    '    title: Let it soak\n',
    '    title: Let it soak\n    probes: {x: {title: X, run: [a]}}\n',
    '120:5 error [fit] “probes” does nothing in a step of the kind “wait”. | Write it below “wait:”.',
  ],
  [
    'a timeout beside for_each',
    '    title: Restart the hosts\n',
    '    title: Restart the hosts\n    timeout: 1m\n',
    '145:5 error [fit] “timeout” does nothing in a step of the kind “for_each”. | Write it below “step:”.',
  ],
  [
    'outputs of a for_each',
    '    title: Restart the hosts\n',
    '    title: Restart the hosts\n    outputs: [x]\n',
    '145:5 error [fit] “outputs” does nothing in a step of the kind “for_each”. | Remove it; it would not be obeyed.',
  ],
  [
    'keys of a parallel',
    '    title: Side by side\n',
    '    title: Side by side\n    target: edge\n',
    '69:5 error [fit] “target” does nothing in a step of the kind “parallel”. | Write it in the steps below, or remove it.',
  ],
  [
    'keys of a use',
    '    use: ../other\n',
    '    use: ../other\n    critical: true\n',
    '154:5 error [fit] “critical” does nothing here: the steps of “../other” stand as they are. | Remove it, or write it there.',
  ],
  [
    'a use that runs something too',
    '    use: ../other\n',
    '    use: ../other\n    run: [a]\n',
    '154:5 error [kind] Step “move” has two kinds. | Keep “use:” or “run:”.',
  ],
  [
    'step without for_each',
    '    title: Take notes\n',
    '    title: Take notes\n    step: {run: [a]}\n',
    '47:5 error [fit] “step” does nothing in a step of the kind “run”. | It belongs to “for_each:”.',
  ],
  [
    'with without use',
    '    title: Take notes\n',
    '    title: Take notes\n    with: {a: b}\n',
    '47:5 error [fit] “with” does nothing in a step of the kind “run”. | It belongs to “use:”.',
  ],
  [
    'for_each without step',
    '    step:\n      shell: |\n        set -x\n        bin/count "$CROSSCHECK_ITEM"\n',
    '',
    '143:5 error [kind] Step “hosts” does not say what each item runs. | Add “step: {run: [program]}”.',
  ],
  [
    'a step of for_each that does nothing',
    '      shell: |\n        set -x\n        bin/count "$CROSSCHECK_ITEM"\n',
    '      timeout: 1m\n',
    '147:5 error [kind] Each item of “hosts” does nothing. | Add “run:” or “shell:”.',
  ],
  [
    'a step of for_each that does two things',
    `      run: [bin/count, '\${{ item }}']
`,
    `      run: [bin/count, '\${{ item }}']
      shell: echo
`,
    '135:7 error [kind] Each item of “shards” has two kinds. | Keep “run:” or “shell:”.',
  ],
  [
    'an undo that does nothing',
    `      run: [pg_restore, '\${{ run.data }}/copy']
`,
    '',
    '102:5 error [kind] The undo of “drop” does nothing. | Add “run:” or “shell:”.',
  ],
  [
    'an undo that does two things',
    `      run: [pg_restore, '\${{ run.data }}/copy']
`,
    '      run: [pg_restore]\n      shell: echo\n',
    '105:7 error [kind] The undo of “drop” has two kinds. | Keep “run:” or “shell:”.',
  ],
  [
    'a critical child',
    'run: [bin/count, warm], timeout: 1m',
    'run: [bin/count, warm], timeout: 1m, critical: true',
    '70:94 error [parallel] A critical step cannot stand in “parallel:”; people confirm one thing at a time. | Put it before or after.',
  ],
  [
    'a child that is a gate',
    'manual: Look at the graphs.}',
    'gate: {of: [lead]}}',
    '71:47 error [fit] “target” does nothing in a step of the kind “gate”. | Remove it; it would not be obeyed.',
    '71:61 error [parallel] “gate:” cannot stand in “parallel:”. | Use “run:”, “shell:”, “manual:”, “wait:” or “backup:”.',
  ],
  [
    'a child with a condition',
    'run: [bin/count, warm], ',
    "run: [bin/count, warm], when: 'true', ",
    '70:81 error [parallel] “when” cannot stand in “parallel:”. | Put the step before or after.',
  ],
  [
    'a child with outputs',
    'run: [bin/count, warm], ',
    'run: [bin/count, warm], outputs: [x], ',
    '70:81 error [parallel] “outputs” cannot stand in “parallel:”. | Put the step before or after.',
  ],
  [
    'a child without a kind',
    'run: [bin/count, warm], ',
    '',
    '70:9 error [kind] Step “warm” does nothing. | Add “run:”, “shell:”, “manual:”, “wait:” or “backup:”.',
  ],
  [
    'a parallel in a parallel',
    'manual: Look at the graphs.}',
    'parallel: []}',
    '71:61 error [unknown-key] Unknown key “parallel”. | Known: id, title, run, shell, manual, wait, backup, gate, for_each, step, use, with, target, critical, irreversible, no_backup, when, env, secrets, timeout, retries, retry_delay, idempotent, outputs, progress, limit, while, probes, cross_check, verify, undo, on_failure, rehearse.',
  ],
  [
    'a manual step of an unknown seat',
    'by: verifier}\n  - id: aside',
    'by: verifyer}\n  - id: aside',
    '66:79 error [seat] Unknown seat “verifyer”. | Did you mean “verifier”?',
  ],
  [
    'a manual step of an optional seat',
    'by: verifier}\n  - id: aside',
    'by: deputy}\n  - id: aside',
    '66:79 error [optional] The deputy seat is optional; nobody may be there to answer. | Make the seat required, or ask another.',
  ],
  [
    'retries without idempotent',
    '    idempotent: true\n    outputs',
    '    outputs',
    '49:5 error [idempotent] Only what is idempotent may be tried again. | Add “idempotent: true” if running it twice is as good as once; else remove this.',
  ],
  [
    'retries without idempotent in a wave',
    '      idempotent: true\n',
    '',
    '136:7 error [idempotent] Only what is idempotent may be tried again. | Add “idempotent: true” if running it twice is as good as once; else remove this.',
  ],
  [
    'retry_delay without retries',
    '    retries: 2\n',
    '',
    '49:5 error [idempotent] Nothing is tried again. | Add “retries: 3”, or remove this.',
  ],
  [
    'a delay beyond every timer',
    'retry_delay: 30s',
    'retry_delay: 21d',
    '50:18 error [timeout] A delay is at most 20d. | Make it shorter.',
  ],
  [
    'a wait beyond every timer',
    '      for: 15m',
    '      for: 30d',
    '122:12 error [timeout] A wait is at most 20d. | Make it shorter.',
  ],
  [
    'a wait that looks once',
    '      every: 30s',
    '      every: 30m',
    '123:14 error [timeout] The wait is over before its probes are looked at. | Make “every” shorter than “for”.',
  ],
  [
    'a grace beyond every timer',
    'grace: 30s',
    'grace: 21d',
    '23:57 error [timeout] A grace is at most 20d. | Make it shorter.',
  ],
  [
    'a critical wave without a timeout',
    '      timeout: 5m\n      retries',
    '      retries',
    '134:7 error [timeout] The critical step “shards” has no timeout. | Add “timeout: 10m”.',
  ],
  [
    'an undo’s timeout beyond every timer',
    '      timeout: 2h',
    '      timeout: 30d',
    '106:16 error [timeout] A timeout is at most 20d. | Make it shorter.',
  ],
  [
    'an output twice',
    'outputs: [rows, shards]',
    'outputs: [rows, rows]',
    '52:21 error [output] The output “rows” stands twice. | Name each output once.',
  ],
  [
    'a limit on an unknown probe',
    'within: 5% of probes.rows',
    'within: 5% of probes.rowz',
    '99:34 error [probe] Unknown probe “rowz”. | Did you mean “rows”?',
  ],
  [
    'a wave’s limit on an unknown probe',
    '0.5% of probes.all',
    '0.5% of probes.al',
    '139:33 error [probe] Unknown probe “al”. | Did you mean “all”?',
  ],
  [
    'an unknown secret',
    '    secrets: [PGPASSWORD]\n    timeout: 10m',
    '    secrets: [PGPASWORD]\n    timeout: 10m',
    '83:15 error [secret] Unknown secret “PGPASWORD”. | Did you mean “PGPASSWORD”?',
  ],
  [
    'a secret twice',
    '    secrets: [PGPASSWORD]\n    timeout: 10m',
    '    secrets: [TOKEN, TOKEN]\n    timeout: 10m',
    '83:22 error [secret] The secret “TOKEN” stands twice. | Name each secret once.',
  ],
  [
    'a secret that is a variable too',
    'env: {PGDATABASE:',
    'env: {PGPASSWORD: x, PGDATABASE:',
    '83:15 error [secret] “PGPASSWORD” is a variable of “env:” too. | Remove it there; the value lives at the agent.',
    '108:17 error [secret] “PGPASSWORD” is a variable of “env:” too. | Remove it there; the value lives at the agent.',
  ],
  [
    'an unknown secret of an undo',
    '      secrets: [PGPASSWORD]\n      probes',
    '      secrets: [PASSWORD]\n      probes',
    '108:17 error [secret] Unknown secret “PASSWORD”. | Did you mean “PGPASSWORD”?',
  ],
  [
    'a secret in an argument',
    'run: [psql, --file=sql/drop.sql,',
    "run: [psql, '--password=$PGPASSWORD', --file=sql/drop.sql,",
    '81:17 error [secret] The secret “PGPASSWORD” cannot stand in an argument. | Let the program take it from its environment.',
  ],
  [
    'a secret in braces in a probe',
    '[bin/count, lag]',
    `[bin/count, '\${TOKEN}']`,
    '89:42 error [secret] The secret “TOKEN” cannot stand in an argument. | Let the program take it from its environment.',
  ],
  [
    'a secret in an expression',
    `\${{ probes.lag }}`,
    `\${{ secrets.PGPASSWORD }}`,
    '81:38 error [expression] The expression “secrets.PGPASSWORD” cannot be used: a secret cannot be named in an expression. | List it under “secrets:” of the step; the command finds it in its environment.',
  ],
  [
    'an expression in a script',
    'rm -f "$FILE"',
    `rm -f "\${{ run.data }}"`,
    '157:12 error [shell] A script holds no expressions, so that no value can become code. | Give the value a name under “env:” and write "$NAME" here.',
  ],
  [
    'an expression in the script of a wave',
    'set -x\n',
    `set -x \${{ item }}
`,
    '148:14 error [shell] A script holds no expressions, so that no value can become code. | Give the value a name under “env:” and write "$NAME" here.',
  ],
  [
    'an expression in the script of an undo',
    'shell: \'bin/count "$CROSSCHECK_ITEM"\'',
    `shell: 'bin/count \${{ item }}'`,
    '142:48 error [shell] A script holds no expressions, so that no value can become code. | Give the value a name under “env:” and write "$NAME" here.',
  ],
  [
    'probes in the environment',
    `PGDATABASE: '\${{ inputs.database }}'`,
    `PGDATABASE: '\${{ probes.lag }}'`,
    '82:23 error [expression] The expression “probes.lag” cannot be used: “probes” has no value here. | Name probes in what runs after they were measured: run, backup, verify or a hint.',
  ],
  [
    'probes in a probe',
    '[bin/count, lag]',
    `[bin/count, '\${{ probes.lag }}']`,
    '89:42 error [expression] The expression “probes.lag” cannot be used: “probes” has no value here. | Name probes in what runs after they were measured: run, backup, verify or a hint.',
  ],
  [
    'probes in what an undo runs',
    `run: [pg_restore, '\${{ run.data }}/copy']`,
    `run: [pg_restore, '\${{ probes.lag }}']`,
    '104:25 error [expression] The expression “probes.lag” cannot be used: “probes” has no value here. | Name probes in what runs after they were measured: run, backup, verify or a hint.',
  ],
  [
    'a blind value in what an undo runs',
    `run: [pg_restore, '\${{ run.data }}/copy']`,
    `run: [pg_restore, '\${{ probes.rows }}']`,
    '104:25 error [blind] “probes.rows” is blind until the start, and would show here. | Use a value that no challenge asks for.',
  ],
  [
    'a blind value of the undo in its hint',
    'by: verifier, hint: ls',
    `by: verifier, hint: 'ls \${{ probes.name }}'`,
    '115:100 error [blind] “probes.name” is blind until the start, and would show here. | Use a value that no challenge asks for.',
  ],
  [
    'an expectation of the undo that tells a blind value',
    'name: {title: Which backup, run: [bin/count, backup]}',
    'name: {title: Which backup, run: [bin/count, backup], expect: value == "x"}',
    '110:71 error [blind] The expectation tells the value of “name”, which a challenge asks for. | Leave the expectation out; drift is looked for anyway.',
  ],
  [
    'a blind value in an argument',
    `\${{ probes.lag }}`,
    `\${{ probes.rows }}`,
    '81:38 error [blind] “probes.rows” is blind until the start, and would show here. | Use a value that no challenge asks for.',
  ],
  [
    'an unknown probe in an argument',
    `\${{ probes.lag }}`,
    `\${{ probes.lagg }}`,
    '81:38 error [expression] The expression “probes.lagg” cannot be used: the name “lagg” is unknown. | Did you mean “lag”?',
  ],
  [
    'item outside a wave',
    'run: [bin/count, rows]',
    `run: [bin/count, '\${{ item }}']`,
    '47:22 error [expression] The expression “item” cannot be used: “item” has no value here. | Name it in “run:” of what each item runs; elsewhere CROSSCHECK_ITEM is in the environment.',
  ],
  [
    'item in a wave’s check',
    'run: [bin/count], expect: value == "0"}}\n    probes',
    `run: [bin/count, '\${{ item }}'], expect: value == "0"}}
    probes`,
    '140:58 error [expression] The expression “item” cannot be used: “item” has no value here. | Name it in “run:” of what each item runs; elsewhere CROSSCHECK_ITEM is in the environment.',
  ],
  [
    'outputs that come later',
    `'--file=\${{ run.data }}/copy'`,
    `'--file=\${{ steps["move-copy"].outputs.path }}'`,
    '58:22 error [expression] The outputs of “move-copy” are not there yet. | Name outputs of steps that stand before this one.',
  ],
  [
    'outputs of itself',
    'run: [bin/count, rows]',
    `run: [bin/count, '\${{ steps.notes.outputs.rows }}']`,
    '47:22 error [expression] The outputs of “notes” are not there yet. | Name outputs of steps that stand before this one.',
  ],
  [
    'an unknown output',
    'steps["move-copy"].outputs.path',
    'steps["move-copy"].outputs.paht',
    '159:17 error [expression] The expression “steps["move-copy"].outputs.paht” cannot be used: the name “paht” is unknown. | Did you mean “path”?',
  ],
  [
    'outputs of a step that has none',
    'steps["move-copy"].outputs.path',
    'steps.backup.outputs.path',
    '159:17 error [expression] The expression “steps.backup.outputs.path” cannot be used: the name “backup” is unknown. | Known: inputs, database, size, shards, port, run, id, mode, started_at_ms, data, steps, outputs, notes, move-copy, rows, shards, path.',
  ],
  [
    'a name with a dash',
    'steps["move-copy"].outputs.path',
    'steps.move-copy.outputs.path',
    '159:17 error [expression] The expression “steps.move-copy.outputs.path” cannot be used: “steps.move-copy” is a subtraction. | Write steps["move-copy"].',
  ],
  [
    'a computed name',
    `\${{ steps["move-copy"].outputs.path }}`,
    `\${{ steps[inputs.size].outputs.path }}`,
    '159:17 error [expression] The expression “steps[inputs.size].outputs.path” cannot be used: it computes a name. | Name what it reads outright.',
  ],
  [
    'a condition that is none',
    'when: inputs.size == "large"',
    'when: inputs.size',
    '48:11 error [expression] This condition cannot be used: it is not true or false, but string. | Compare it with something: inputs.size == "large".',
  ],
  [
    'a condition with braces',
    'when: inputs.size == "large"',
    `when: '\${{ inputs.size == "large" }}'`,
    `48:11 error [expression] “when” is an expression as it stands. | Leave “\${{” and “}}” out.`,
  ],
  [
    'a condition over probes',
    'when: inputs.size == "large"',
    'when: probes.x == "1"',
    '48:11 error [expression] This condition cannot be used: “probes” has no value here. | Name probes in what runs after they were measured: run, backup, verify or a hint.',
  ],
  [
    'a condition over later outputs',
    '    when: inputs.size == "large"',
    '    when: steps["move-copy"].outputs.path == ""',
    '48:11 error [expression] The outputs of “move-copy” are not there yet. | Name outputs of steps that stand before this one.',
  ],
  [
    'a condition that matches',
    'when: inputs.size == "large"',
    'when: inputs.size.matches("l.*")',
    '48:11 error [expression] This condition cannot be used: “matches” is not part of the language. | Use ==, startsWith, endsWith or contains.',
  ],
  [
    'an expectation with braces',
    'expect: int(value) < 10',
    `expect: '\${{ value }}'`,
    `124:74 error [expression] “expect” is an expression as it stands. | Leave “\${{” and “}}” out.`,
  ],
  [
    'items that are no list',
    `items: '\${{ inputs.shards.split(",") }}'`,
    `items: '\${{ inputs.shards }}'`,
    '130:14 error [expression] The expression “inputs.shards” cannot be used: it is no list of texts, but string. | Make it one: inputs.shards.split(",").',
  ],
  [
    'items around an expression',
    `items: '\${{ inputs.shards.split(",") }}'`,
    `items: 'a \${{ inputs.shards }}'`,
    `130:14 error [expression] The items are neither a list nor one expression. | Write a list, or one expression: \${{ inputs.shards.split(",") }}.`,
  ],
  [
    'items without an expression',
    `items: '\${{ inputs.shards.split(",") }}'`,
    'items: eu',
    `130:14 error [expression] The items are neither a list nor one expression. | Write a list, or one expression: \${{ inputs.shards.split(",") }}.`,
  ],
  [
    'items over probes',
    `items: '\${{ inputs.shards.split(",") }}'`,
    `items: '\${{ probes.all.split(",") }}'`,
    '130:14 error [expression] The expression “probes.all.split(",")” cannot be used: “probes” has no value here. | Name probes in what runs after they were measured: run, backup, verify or a hint.',
  ],
  [
    'items over later outputs',
    `items: '\${{ inputs.shards.split(",") }}'`,
    `items: '\${{ steps["move-copy"].outputs.path.split(",") }}'`,
    '130:14 error [expression] The outputs of “move-copy” are not there yet. | Name outputs of steps that stand before this one.',
  ],
  [
    'fewer eyes for the way back',
    '        eyes: 6\n        by: [reviewer, verifier]\n        challenge',
    '        eyes: 4\n        by: [reviewer, verifier]\n        challenge',
    '113:15 error [eyes] The undo has 4 eyes, its step 6; it can have more, never fewer. | Write 6, or leave it out.',
  ],
  [
    'too few seats for the way back',
    '        by: [reviewer, verifier]\n        challenge',
    '        by: [verifier]\n        challenge',
    '113:15 error [eyes] 6 eyes need 2 seats in “by” that will be there; there is 1. | Name more seats beside the lead, none of them optional, or lower the eyes.',
  ],
  [
    'a way back that asks about an unknown probe',
    'equals: probes.name',
    'equals: probes.nam',
    '115:67 error [probe] Unknown probe “nam”. | Did you mean “name”?',
  ],
  [
    'an undo that the folder has not',
    'run: [pg_restore,',
    'run: [bin/restore,',
    '104:13 error [file] The folder has no file “bin/restore”. | Known: bin/count, bin/drill, bin/plain, sql/drop.sql, runbook.yaml, use/other/runbook.yaml, use/other/bin/drill, use/other/bin/back, use/other/sql/move.sql.',
  ],
  [
    'a probe of a wait that the folder has not',
    '[bin/count, errors]',
    '[bin/contu, errors]',
    '124:46 error [file] The folder has no file “bin/contu”. | Did you mean “bin/count”?',
  ],
  [
    'a wave that the folder has not',
    `run: [bin/count, '\${{ item }}']`,
    `run: [bin/conut, '\${{ item }}']`,
    '134:13 error [file] The folder has no file “bin/conut”. | Did you mean “bin/count”?',
  ],
  [
    'a runbook that is not there',
    'use: ../other',
    'use: ../othr',
    '153:10 error [use] There is no runbook in “../othr”. | Did you mean “../other”?',
  ],
  [
    'an unknown input of a used runbook',
    `with: {table: '\${{ inputs.database }}', batch: 50}`,
    `with: {tabel: '\${{ inputs.database }}', batch: 50}`,
    '153:10 error [use] “../other” asks for the input “table”. | Add “with: {table: …}”.',
    '154:12 error [use] “../other” has no input “tabel”. | Did you mean “table”?',
  ],
  [
    'a value that does not fit a used runbook',
    'batch: 50}',
    'batch: many}',
    '154:52 error [type] This value is not of type integer, but string. | Make it fit the input.',
  ],
  [
    'a value around an expression',
    'batch: 50}',
    `batch: '1\${{ inputs.port }}'}`,
    '154:52 error [type] This value is text around an expression, not of type integer. | Make it fit the input.',
  ],
  [
    'an expression of another type',
    'batch: 50}',
    `batch: '\${{ inputs.size }}'}`,
    '154:52 error [type] The input “batch” is of type integer, this expression of type string. | Convert with int(…), double(…) or string(…).',
  ],
  [
    'an unknown name in what a used runbook is given',
    `{table: '\${{ inputs.database }}'`,
    `{table: '\${{ inputs.databse }}'`,
    '154:19 error [expression] The expression “inputs.databse” cannot be used: the name “databse” is unknown. | Did you mean “database”?',
  ],
  [
    'later outputs for a used runbook',
    `{table: '\${{ inputs.database }}'`,
    `{table: '\${{ steps["move-copy"].outputs.path }}'`,
    '154:19 error [expression] The outputs of “move-copy” are not there yet. | Name outputs of steps that stand before this one.',
  ],
  [
    'an expression in the title of a use',
    'title: Move the table',
    `title: 'Move \${{ inputs.database }}'`,
    '152:12 error [expression] No expression is resolved here. | Write it out; it would be shown as it stands.',
  ],
  [
    'a target that only the used runbook has',
    '  primary: {agent: db-primary}\n  edge: {agent: edge}',
    '  edge: {agent: edge}',
    '28:13 error [target] Unknown target “primary”. | Known: local, edge.',
    '54:13 error [target] Unknown target “primary”. | Known: local, edge.',
    '77:13 error [target] Unknown target “primary”. | Known: local, edge.',
    '152:10 error [target] “../other” runs on the target “primary”. | Add it to “targets:”.',
  ],
];

/** Changes of the runbook that it uses. */
const REFUSED_IN_OTHER: readonly Refused[] = [
  [
    'a seat that only the used runbook has',
    '  reviewer: {roles: [dba]}\npresence',
    '  reviewer: {roles: [dba]}\n  auditor: {roles: [audit]}\npresence',
    '153:10 error [seat] “../other” has the seat “auditor”. | Add it to “crew:”.',
  ],
  [
    'a seat that is optional here',
    '  reviewer: {roles: [dba]}\npresence',
    '  reviewer: {roles: [dba]}\n  deputy: {roles: [dba]}\npresence',
    '153:10 error [optional] “../other” needs the deputy seat, which is optional here. | Make it required.',
  ],
  [
    'a mistake in the used runbook',
    '    while: [old]\n    undo',
    '    while: [odl]\n    undo',
    'use/other/runbook.yaml:36:13 error [clock] Unknown clock “odl”. | Did you mean “old”?',
  ],
  [
    'a used runbook with a file that is not there',
    '[bin/drill]',
    '[bin/dril]',
    'use/other/runbook.yaml:24:15 error [file] The folder has no file “bin/dril”. | Did you mean “bin/drill”?',
  ],
  [
    'an id that is too long in place',
    '  - id: move\n',
    '  - id: mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm\n',
    '151:9 error [id] The id “move-mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm” would have 61 characters; it may have 59. | Make the id of this step shorter.',
    'use/other/runbook.yaml:14:35 error [clock] “move” is no step that starts. | Known: copy, mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm, mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm-undo.',
  ],
  [
    'a runbook that uses itself',
    '  - id: copy\n',
    '  - {id: again, title: Again, use: ../other}\n  - id: copy\n',
    'use/other/runbook.yaml:18:36 error [use] This runbook uses itself: other → other. | Take one of these uses out.',
  ],
];

const ALLOWED: readonly (readonly [what: string, from: string, to: string])[] = [
  ['a gate of other seats', 'gate: {of: [lead, reviewer]}', 'gate: {of: [verifier]}'],
  ['a condition of a gate', 'gate: {of: [lead, reviewer]}', "gate: {of: [lead]}\n    when: run.mode == 'live'"],
  [
    'nine questions',
    '  - {id: call,',
    `${[1, 2, 3].map((n) => `  - {id: q${n}, ask: Which one?, answer: text, by: lead}\n`).join('')}  - {id: call,`,
  ],
  ['a window of one day', "from: '22:00', to: '04:00'", "from: '09:00', to: '16:30'"],
  ['a window of UTC', 'Europe/Warsaw', 'UTC'],
  ['a clock that a child starts', 'lasts: 24h, starts: drop', 'lasts: 24h, starts: warm'],
  ['a clock that an undo starts', 'lasts: 24h, starts: drop', 'lasts: 24h, starts: drop-undo'],
  ['a clock as long as a used backup is kept', 'lasts: backup.keep', 'lasts: move-copy.keep'],
  [
    'an undo that inherits everything',
    '        eyes: 6\n        by: [reviewer, verifier]\n        challenge',
    '        challenge',
  ],
  [
    'a manual text',
    "manual: {text: 'Write that ${{ inputs.database }} is being changed.', by: verifier}",
    'manual: Write it on the page.',
  ],
  ['outputs of a step before', '--set=rows=${{ probes.lag }}', '--set=rows=${{ steps.notes.outputs.rows }}'],
  [
    'outputs that may be missing',
    'when: inputs.size == "large"',
    'when: inputs.size == "large" || run.mode == "rehearsal"',
  ],
  ['a list of items', 'items: \'${{ inputs.shards.split(",") }}\'', 'items: [eu, us]'],
  ['items of outputs', 'inputs.shards.split', 'steps.notes.outputs.shards.split'],
  ['probes in a hint', 'hint: hostname', "hint: 'echo ${{ probes.lag }}'"],
  [
    'probes of the undo in its check',
    '[bin/count, columns], expect: value == "1"',
    '[bin/count, \'${{ probes.idle }}\'], expect: value == "1"',
  ],
  ['a variable that is no secret in an argument', '[bin/count, lag]', "[bin/count, '$PGPASSWORDX', '$HOME']"],
  ['a literal for a used runbook', "{table: '${{ inputs.database }}', batch: 50}", '{table: customers}'],
  ['an expression that keeps its type', 'batch: 50}', "batch: '${{ inputs.port }}'}"],
  ['a condition that is always true', '    title: Tidy up\n', '    title: Tidy up\n    when: "true"\n'],
  ['an id as long as it may be with its undo', '  - id: shards\n', `  - id: ${'s'.repeat(59)}\n`],
  ['a long id without an undo', '  - id: soak\n', `  - id: ${'s'.repeat(64)}\n`],
];

t.test('the wide runbook', async (t) => {
  t.same(wideSays(), []);
});

t.test('refused', async (t) => {
  for (const [what, from, to, ...said] of REFUSED) t.same(wideSays(changed(from, to, WIDE)), said, what);
});

t.test('refused for what the used runbook says', async (t) => {
  for (const [what, from, to, ...said] of REFUSED_IN_OTHER)
    t.same(wideSays(WIDE, changed(from, to, OTHER)), said, what);
});

t.test('allowed', async (t) => {
  for (const [what, from, to] of ALLOWED) t.same(wideSays(changed(from, to, WIDE)), [], what);
});

t.test('what belongs to a run as a whole, a used runbook cannot bring along', async (t) => {
  const bare = WIDE.replace(/^window: .*\n/m, '').replace(/^locks: .*\n/m, '');
  const other = changed(
    'briefing:',
    "locks: [x]\nwindow: {days: [mon], from: '09:00', to: '10:00', timezone: UTC}\nrehearsal: {required: true, targets: {primary: {agent: x}}}\nbriefing:",
    OTHER,
  );
  t.same(wideSays(WIDE, other), []);
  t.same(wideSays(bare, other), [
    '151:10 error [use] “../other” has “window:”, this runbook has not. | Add “window:” that holds for both.',
    '151:10 error [use] “../other” has “locks:”, this runbook has not. | Add “locks:” that holds for both.',
  ]);
});

t.test('a rehearsal that cannot be', async (t) => {
  const asIs = changed('    title: Tidy up\n', '    title: Tidy up\n    rehearse: as_is\n', WIDE);
  t.same(wideSays(changed('    tidy: {shell: echo tidy}\n', '', asIs)), []);
  t.same(wideSays(asIs), [
    '157:5 error [rehearsal] “as_is” says that nothing is replaced, but a rehearsal replaces its action. | Remove this key.',
  ]);
});

t.test('a used runbook needs its secrets and its people here', async (t) => {
  t.same(wideSays(changed('required: [lead, reviewer, verifier]', 'required: [lead, verifier]', WIDE)), [
    '153:10 error [presence] “../other” requires the presence of the reviewer seat. | Add it to “presence: required”.',
  ]);
  t.same(wideSays(WIDE, OTHER.replaceAll('PGPASSWORD', 'OTHER_PASSWORD')), [
    '153:10 error [secret] “../other” needs the secret “OTHER_PASSWORD”. | Add it to “secrets:”.',
  ]);
});

t.test('a used runbook that cannot be read', async (t) => {
  t.same(wideSays(WIDE, 'id: [\n'), [
    'use/other/runbook.yaml:2:1 error [yaml] Flow sequence in block collection must be sufficiently indented and end with a ]. | Indent it like its neighbours.',
  ]);
  const files = wideFolder().map((file) =>
    file.path.startsWith('use/') ? { ...file, bytes: Uint8Array.of(0xff) } : file,
  );
  t.same(lintFolder(files).problems.map(said), [
    'use/other/runbook.yaml:1:1 error [folder] use/other/runbook.yaml is not UTF-8. | Save it as UTF-8.',
  ]);
  t.same(wideSays(WIDE, changed('title: Move it', 'title: Move \u202eti', OTHER)), [
    'use/other/runbook.yaml:28:17 error [invisible] Invisible character U+202E. | Remove it; nobody could see that it is there.',
  ]);
});
