/** Every lint rule with a change of the sound runbook that it refuses, in its exact words and place, and changes that it lets pass. */
import t from 'tap';
import { changed, lintSays, SOUND } from './fixtures.ts';

/** What is wrong, the piece exchanged, and what lint says. */
const REFUSED: readonly (readonly [what: string, from: string, to: string, ...said: string[]])[] = [
  [
    'a crew without a lead',
    '  lead: {roles: [release-lead]}\n',
    '',
    '9:1 error [lead] The crew has no lead. | Add “lead: {roles: [release-lead]}”.',
    '13:23 error [seat] Unknown seat “lead”. | Known: reviewer, verifier, deputy.',
  ],
  [
    'a lead who may be away',
    'required: [lead, reviewer]',
    'required: [reviewer]',
    '14:22 error [lead] The lead’s presence is not required. | Add lead.',
  ],
  [
    'an unknown seat in presence',
    'required: [lead, reviewer]',
    'required: [lead, reveiwer]',
    '14:29 error [seat] Unknown seat “reveiwer”. | Did you mean “reviewer”?',
  ],
  [
    'an optional seat whose presence is required',
    'required: [lead, reviewer]',
    'required: [lead, reviewer, deputy]',
    '14:39 error [optional] The deputy seat is optional, so its presence cannot be required. | Make the seat required, or take it from this list.',
  ],
  [
    'a seat required twice',
    'required: [lead, reviewer]',
    'required: [lead, reviewer, lead]',
    '14:39 error [seat] The lead seat stands twice. | Name each seat once.',
  ],
  [
    'a pattern on a number',
    'type: integer, minimum: 1',
    "type: integer, pattern: '[0-9]+'",
    '6:25 error [type] “pattern” does not fit an input of type integer. | Remove it, or make the type string.',
  ],
  [
    'a minimum on a text',
    "pattern: '[a-z]+', default",
    'minimum: 3, default',
    '5:28 error [type] “minimum” does not fit an input of type string. | Remove it, or make the type integer or number.',
  ],
  [
    'an enum on a boolean',
    'type: integer, minimum: 1',
    'type: boolean, enum: [1]',
    '6:25 error [type] “enum” does not fit an input of type boolean. | Remove it, or make the type string or integer or number.',
    '6:32 error [type] This choice is not of type boolean, but number. | Make it fit, or remove it.',
  ],
  [
    'a pattern that does not compile',
    "'[a-z]+'",
    "'[a-z'",
    '5:37 error [pattern] This pattern cannot be used: it is not a regular expression. | Correct it.',
  ],
  [
    'a pattern that can take for ever',
    "'[a-z]+'",
    "'([a-z]+)+'",
    '5:37 error [pattern] This pattern cannot be used: it repeats a group that repeats or chooses. | Use a class such as [a-z0-9_-]+ instead.',
  ],
  [
    'a pattern that looks around',
    "'[a-z]+'",
    "'(?=a)[a-z]+'",
    '5:37 error [pattern] This pattern cannot be used: it looks around or back. | Say what the value is, from its beginning to its end.',
  ],
  [
    'a pattern that repeats too often',
    "'[a-z]+'",
    "'a*b*c*d*'",
    '5:37 error [pattern] This pattern cannot be used: it repeats too often. | Make it simpler, or use an enum.',
  ],
  [
    'a default of another type',
    'default: customers',
    'default: 7',
    '5:56 error [type] The default is not of type string, but number. | Make it fit, or remove it.',
  ],
  [
    'a default that its pattern refuses',
    'default: customers',
    'default: Customers2',
    '5:56 error [type] The default does not match [a-z]+ as a whole. | Make it fit, or remove it.',
  ],
  [
    'a default below its minimum',
    'type: integer, minimum: 1',
    'type: integer, minimum: 1, default: 0',
    '6:46 error [type] The default must be at least 1. | Make it fit, or remove it.',
  ],
  [
    'a default that loses digits',
    'type: integer, minimum: 1',
    'type: integer, default: 12345678901234567890',
    '6:34 error [type] The default is not a whole number up to 2^53. | Make it fit, or remove it.',
  ],
  [
    'a minimum above the maximum',
    'type: integer, minimum: 1',
    'type: integer, minimum: 9, maximum: 1',
    '6:34 error [type] The minimum is above the maximum. | Exchange them.',
  ],
  [
    'a choice of another type',
    'type: integer, minimum: 1',
    'type: integer, enum: [1, two]',
    '6:35 error [type] This choice is not of type integer, but string. | Make it fit, or remove it.',
  ],
  [
    'a step id twice',
    '  - id: drop\n',
    '  - id: backup\n',
    '23:9 error [duplicate-id] The id “backup” stands twice. | Give each step its own id.',
  ],
  [
    'a step without a kind',
    '    run: [psql, --file=sql/drop.sql]\n',
    '',
    '23:5 error [kind] Step “drop” does nothing. | Add “run:”, “shell:”, “manual:”, “wait:”, “backup:”, “gate:”, “parallel:”, “for_each:” or “use:”.',
  ],
  [
    'a step of two kinds',
    '    run: [psql, --file=sql/drop.sql]\n',
    '    run: [psql, --file=sql/drop.sql]\n    backup: {run: [a], artifact: {path: a}, drill: [b]}\n',
    '29:5 error [kind] Step “drop” has two kinds. | Keep “run:” or “backup:”.',
  ],
  [
    'an unknown target',
    'target: primary',
    'target: primray',
    '25:13 error [target] Unknown target “primray”. | Did you mean “primary”?',
  ],
  [
    'a target that only every object has',
    'target: primary',
    'target: constructor',
    '25:13 error [value] “target” is “constructor”; a name of a to z, 0 to 9, - and _ that begins with a letter is expected. | The language keeps that name for itself; choose another.',
  ],
  [
    'an irreversible step that is not critical',
    '    critical: true\n    irreversible',
    '    irreversible',
    '26:5 error [irreversible] An irreversible step must be critical. | Add “critical: true”.',
    '35:5 error [critical] Only a critical step is cross-checked. | Add “critical: true”.',
  ],
  [
    'an irreversible step without a backup before it',
    `    backup:
      run: [pg_dump, '--file=\${{ run.data }}/copy']
      artifact: {path: '\${{ run.data }}/copy', min_size: 1MB, max_age: 2h}
      drill: [bin/drill, '\${{ run.data }}/copy']
      keep: 14d
`,
    '    run: [pg_dump]\n',
    '23:5 error [backup] An irreversible step needs a proven backup before it. | Add a backup step with a drill, or “no_backup: <reason>”.',
    '41:18 error [undo] “backup” is no backup step before this one. | Known: none.',
  ],
  [
    'an undo from nowhere',
    'undo: {from: backup, ',
    'undo: {',
    '45:5 error [undo] An undo says either which backup it comes from or why it needs none. | Write one of “from: <backup step>” and “reason: …”.',
  ],
  [
    'an undo with both',
    'undo: {from: backup, ',
    'undo: {from: backup, reason: none, ',
    '45:5 error [undo] An undo says either which backup it comes from or why it needs none. | Write one of “from: <backup step>” and “reason: …”.',
  ],
  [
    'an undo from a step that is no backup',
    'undo: {from: backup, ',
    'undo: {from: backpu, ',
    '45:18 error [undo] “backpu” is no backup step before this one. | Did you mean “backup”?',
  ],
  [
    'a critical step without a timeout',
    '    timeout: 10m\n',
    '',
    '23:5 error [timeout] The critical step “drop” has no timeout. | Add “timeout: 10m”.',
  ],
  [
    'a timeout beyond every timer',
    'timeout: 10m',
    'timeout: 30d',
    '30:14 error [timeout] A timeout is at most 20d. | Make it shorter.',
  ],
  [
    'an arming valid beyond every timer',
    'valid_for: 5m',
    'valid_for: 30d',
    '39:18 error [timeout] An arming is valid for at most 20d. | Make it shorter.',
  ],
  [
    'a cross-check of a step that is not critical',
    '    critical: true\n    irreversible: true\n',
    '',
    '34:5 error [critical] Only a critical step is cross-checked. | Add “critical: true”.',
  ],
  [
    'the lead in by',
    'by: [reviewer, verifier]',
    'by: [reviewer, verifier, lead]',
    '38:32 error [lead] The lead never counts in a quorum. | Name another seat.',
  ],
  [
    'an unknown seat in by',
    'by: [reviewer, verifier]',
    'by: [reviewer, verifier, verifyer]',
    '38:32 error [seat] Unknown seat “verifyer”. | Did you mean “verifier”?',
  ],
  [
    'a seat twice in by',
    'by: [reviewer, verifier]',
    'by: [reviewer, verifier, reviewer]',
    '38:32 error [seat] The reviewer seat stands twice. | Name each seat once.',
  ],
  [
    'more eyes than seats',
    'by: [reviewer, verifier]',
    'by: [reviewer]',
    '37:13 error [eyes] 6 eyes need 2 seats in “by” that will be there; there is 1. | Name more seats beside the lead, none of them optional, or lower the eyes.',
    '42:83 error [seat] The verifier seat is not in “by” of this step. | Known: reviewer.',
  ],
  [
    'more eyes than seats that will be there',
    'by: [reviewer, verifier]',
    'by: [reviewer, deputy]',
    '37:13 error [eyes] 6 eyes need 2 seats in “by” that will be there; there is 1. | Name more seats beside the lead, none of them optional, or lower the eyes.',
    '42:83 error [seat] The verifier seat is not in “by” of this step. | Known: reviewer, deputy.',
  ],
  [
    'eyes that the default seats cannot give',
    '      by: [reviewer, verifier]\n',
    '',
    '37:13 error [eyes] 6 eyes need 2 seats in “by” that will be there; there is 1. | Name more seats beside the lead, none of them optional, or lower the eyes.',
    '41:83 error [seat] The verifier seat is not in “by” of this step. | Known: reviewer.',
  ],
  [
    'a challenge id twice',
    '{id: loss, ',
    '{id: where, ',
    '42:16 error [duplicate-id] The challenge id “where” stands twice. | Give each its own id.',
  ],
  [
    'a challenge to a seat outside by',
    'within: 1%, by: verifier',
    'within: 1%, by: verifer',
    '42:83 error [seat] The verifer seat is not in “by” of this step. | Did you mean “verifier”?',
  ],
  [
    'a challenge to an optional seat',
    'data-protection]}',
    'data-protection], optional: true}',
    '37:13 error [eyes] 6 eyes need 2 seats in “by” that will be there; there is 1. | Name more seats beside the lead, none of them optional, or lower the eyes.',
    '42:83 error [optional] The verifier seat is optional; nobody may be there to answer. | Make the seat required, or ask another.',
  ],
  [
    'a challenge on an unknown probe',
    'equals: probes.host',
    'equals: probes.hosts',
    '41:57 error [probe] Unknown probe “hosts”. | Did you mean “host”?',
  ],
  [
    'a challenge on what only every object has',
    'equals: probes.host',
    'equals: probes.constructor',
    '41:57 error [probe] Unknown probe “constructor”. | Known: host, rows, lag, api.',
  ],
  [
    'a question that yes answers',
    'ask: Which server is it?',
    'ask: Is it the right server?',
    '41:28 error [yes-no] A question that yes, no, done or ok answers proves nothing. | Ask for a value: which, how many, when.',
  ],
  [
    'a question that yes answers, further on',
    'ask: Which server is it?',
    'ask: Look at the server. Have you seen it?',
    '41:28 error [yes-no] A question that yes, no, done or ok answers proves nothing. | Ask for a value: which, how many, when.',
  ],
  [
    'a question that asks for yes or no',
    'ask: Which server is it?',
    'ask: The right server (yes/no)',
    '41:28 error [yes-no] A question that yes, no, done or ok answers proves nothing. | Ask for a value: which, how many, when.',
  ],
  [
    'a question that asks for done',
    'ask: Which server is it?',
    'ask: Look at the server and type done',
    '41:28 error [yes-no] A question that yes, no, done or ok answers proves nothing. | Ask for a value: which, how many, when.',
  ],
  [
    'a probe without a way to measure',
    'host: {title: Which server, run: [hostname]}',
    'host: {title: Which server}',
    '32:7 error [probe] Probe “host” is measured in one way. | Write one of “run:” and “http:”.',
  ],
  [
    'a probe with two ways to measure',
    'host: {title: Which server, run: [hostname]}',
    "host: {title: Which server, run: [hostname], http: {url: 'http://x'}}",
    '32:7 error [probe] Probe “host” is measured in one way. | Write one of “run:” and “http:”.',
  ],
  [
    'drift by an expectation that is not there',
    'drift: {within: 1%}',
    'drift: expect',
    '33:52 error [drift] Drift “expect” needs an expectation. | Add “expect:”, or use exact.',
  ],
  [
    'an expectation that tells a blind value',
    'run: [hostname]}',
    `run: [hostname], expect: 'value == "db-1"'}`,
    '32:60 error [blind] The expectation tells the value of “host”, which a challenge asks for. | Leave the expectation out; drift is looked for anyway.',
  ],
  [
    'an expectation that tells a blind value by a list',
    'run: [hostname]}',
    `run: [hostname], expect: 'value in ["db-1", "db-2"]'}`,
    '32:60 error [blind] The expectation tells the value of “host”, which a challenge asks for. | Leave the expectation out; drift is looked for anyway.',
  ],
  [
    'an expectation that tells a blind number',
    'drift: {within: 1%}',
    'expect: 5 == int(value)',
    '33:53 error [blind] The expectation tells the value of “rows”, which a challenge asks for. | Leave the expectation out; drift is looked for anyway.',
  ],
  [
    'a pattern in an expectation',
    'int(value) == 0',
    'value.matches("^0$")',
    '34:56 error [expression] This expectation cannot be used: “matches” is not part of the language. | Use ==, startsWith, endsWith or contains.',
  ],
  [
    'an unknown name in an expectation',
    'int(value) == 0',
    'int(vaule) == 0',
    '34:56 error [expression] This expectation cannot be used: the name “vaule” is unknown. | Did you mean “value”?',
  ],
  [
    'types that cannot fit in an expectation',
    'int(value) == 0',
    'value == 0',
    '34:56 error [expression] This expectation cannot be used: the types do not fit: string == int. | Convert with int(…), double(…) or string(…).',
  ],
  [
    'an expectation that is no question',
    'int(value) == 0',
    'int(value)',
    '34:56 error [expression] This expectation cannot be used: it is not true or false, but int. | Compare it with something: value == "0".',
  ],
  [
    'an expectation that asks nothing',
    'int(value) == 0',
    '1 == 1',
    '34:56 error [expression] This expectation cannot be used: it asks nothing of what was measured. | Use value, status, stdout, exit_code.',
  ],
  [
    'an expectation that cannot be read',
    'int(value) == 0',
    'int(value) ==',
    '34:56 error [expression] This expectation cannot be used: it ends too soon. | Correct the expression.',
  ],
  [
    'the status of a program',
    'int(value) == 0',
    'status == 0',
    '34:56 error [expression] “status” says nothing here. | Use value, stdout or exit_code; status belongs to “http:”.',
  ],
  [
    'the exit code of a web address',
    'expect: status == 503',
    'expect: exit_code == 0',
    '35:94 error [expression] “exit_code” says nothing here. | Use value, stdout or status; exit_code belongs to “run:”.',
  ],
  [
    'the status of a check',
    'expect: value == "0"',
    'expect: status == 0',
    '44:68 error [expression] “status” says nothing here. | Use value, stdout or exit_code; status belongs to “http:”.',
  ],
  [
    'two loops in an expectation',
    'int(value) == 0',
    `'[1].all(x, [2].all(y, x < y)) && value == ""'`,
    '34:56 error [expression] This expectation cannot be used: it loops more than once. | Use one of all, exists, exists_one, map, filter, once.',
  ],
  [
    'a function that is not part of the language',
    'int(value) == 0',
    `'timestamp(value).getHours("Europe/Warsaw") == 1'`,
    '34:56 error [expression] This expectation cannot be used: “getHours” is not part of the language. | Known: all, exists, exists_one, map, filter, has, size, int, double, string, bool, startsWith, endsWith, contains, indexOf, lastIndexOf, substring, split, trim, lowerAscii, upperAscii.',
  ],
  [
    'an unknown input',
    'inputs.database',
    'inputs.databse',
    '29:23 error [expression] The expression “inputs.databse” cannot be used: the name “databse” is unknown. | Did you mean “database”?',
  ],
  [
    'an unknown part of the run',
    `'--file=\${{ run.data }}/copy'`,
    `'--file=\${{ run.dat }}/copy'`,
    '19:22 error [expression] The expression “run.dat” cannot be used: the name “dat” is unknown. | Did you mean “data”?',
  ],
  [
    'an unknown object',
    'inputs.database',
    'input.database',
    '29:23 error [expression] The expression “input.database” cannot be used: the name “input” is unknown. | Did you mean “inputs”?',
  ],
  [
    'probes in an expression',
    'inputs.database',
    'probes.lag',
    '29:23 error [expression] The expression “probes.lag” cannot be used: “probes” has no value here. | Name probes in what runs after they were measured: run, backup, verify or a hint.',
  ],
  [
    'types that cannot fit',
    'inputs.port',
    'inputs.port + "x"',
    '35:45 error [expression] The expression “inputs.port + "x"” cannot be used: the types do not fit: int + string. | Convert with int(…), double(…) or string(…).',
  ],
  [
    'an expression of a whole object',
    'inputs.port',
    'inputs',
    '35:45 error [expression] The expression “inputs” cannot be used: it is no text, number or boolean, but a whole object. | Name one input, as in inputs.database, or a part of run: id, mode, started_at_ms, data.',
  ],
  [
    'an empty expression',
    'inputs.port',
    '',
    '35:45 error [expression] The expression “” cannot be used: it is empty. | Write what it stands for, or remove it.',
  ],
  [
    'an expression without an end',
    `\${{ inputs.port }}`,
    `\${{ inputs.port`,
    `35:45 error [expression] The expression “\${{ inputs.port/” cannot be used: it has no end. | Close it with “}}”.`,
  ],
  [
    'a pattern in an expression',
    'inputs.port',
    'inputs.database.matches("a")',
    '35:45 error [expression] The expression “inputs.database.matches("a")” cannot be used: “matches” is not part of the language. | Use ==, startsWith, endsWith or contains.',
  ],
  [
    'a blind value in a hint',
    'hint: hostname',
    `hint: 'echo \${{ probes.host }}'`,
    '41:90 error [blind] “probes.host” is blind until the start, and would show here. | Use a value that no challenge asks for.',
  ],
  [
    'a blind value in argv, by index',
    '--file=sql/drop.sql',
    `'\${{ probes["rows"] }}'`,
    '28:17 error [blind] “probes.rows” is blind until the start, and would show here. | Use a value that no challenge asks for.',
  ],
  [
    'a blind value in a title',
    'title: Drop it',
    `title: 'Drop \${{ probes.rows }} rows'`,
    '24:12 error [blind] “probes.rows” is blind until the start, and would show here. | Use a value that no challenge asks for.',
  ],
  [
    'an expression in a title',
    'title: Drop it',
    `title: 'Drop \${{ inputs.database }}'`,
    '24:12 error [expression] No expression is resolved here. | Write it out; it would be shown as it stands.',
  ],
  [
    'an expression in a question',
    'ask: Which server is it?',
    `ask: 'Which server of \${{ inputs.database }}?'`,
    '41:28 error [expression] No expression is resolved here. | Write it out; it would be shown as it stands.',
  ],
  [
    'a program that the folder has not',
    'bin/drill,',
    'bin/dril,',
    '21:15 error [file] The folder has no file “bin/dril”. | Did you mean “bin/drill”?',
  ],
  [
    'a program by a detour',
    'bin/drill,',
    './bin/drill,',
    '21:15 error [file] The folder has no file “./bin/drill”. | Did you mean “bin/drill”?',
  ],
  [
    'a program that is not executable',
    'bin/drill,',
    'bin/plain,',
    '21:15 error [file] “bin/plain” is not executable. | Run: chmod +x bin/plain',
  ],
  [
    'a probe that the folder has not',
    '[bin/count, lag]',
    '[bin/contu, lag]',
    '34:31 error [file] The folder has no file “bin/contu”. | Did you mean “bin/count”?',
  ],
  [
    'a check that the folder has not',
    '[bin/count, columns]',
    '[bin/columns]',
    '44:39 error [file] The folder has no file “bin/columns”. | Did you mean “bin/count”?',
  ],
  [
    'an undo that the folder has not',
    '[pg_restore,',
    '[tools/restore,',
    '45:32 error [file] The folder has no file “tools/restore”. | Known: bin/count, bin/drill, bin/plain, sql/drop.sql, runbook.yaml.',
  ],
  [
    'a file that the folder has not',
    '--file=sql/drop.sql',
    '--file=sql/dorp.sql',
    '28:17 warning [file] The folder has “sql/”, but no file “sql/dorp.sql”. | Did you mean “sql/drop.sql”?',
  ],
  [
    'a bidirectional character',
    'title: Drop it',
    'title: Drop \u202eti',
    '24:17 error [invisible] Invisible character U+202E. | Remove it; nobody could see that it is there.',
  ],
  [
    'a zero-width character',
    'id: backup',
    'id: back\u200bup',
    '16:13 error [invisible] Invisible character U+200B. | Remove it; nobody could see that it is there.',
  ],
  [
    'a byte order mark',
    'apiVersion',
    '\ufeffapiVersion',
    '1:1 error [invisible] Invisible character U+FEFF. | Remove it; nobody could see that it is there.',
  ],
  [
    'a control character',
    'title: Drop it',
    'title: Drop\u0007 it',
    '24:16 error [invisible] Invisible character U+0007. | Remove it; nobody could see that it is there.',
  ],
  [
    'a character that is drawn as nothing',
    'title: Drop it',
    'title: Drop\u3164 it',
    '24:16 error [invisible] Invisible character U+3164. | Remove it; nobody could see that it is there.',
  ],
  [
    'Windows line ends',
    'title: Drop it\n',
    'title: Drop it\r\n',
    '24:19 error [invisible] Invisible character U+000D. | Save the file with Unix line ends.',
  ],
  [
    'an escaped bidirectional character',
    'title: Drop it',
    'title: "Drop \\u202eti"',
    '24:12 error [invisible] An escape for the invisible character U+202E. | Remove it; nobody could see that it is there.',
  ],
  [
    'half a character',
    'title: Drop it',
    'title: "Drop \\ud83d it"',
    '24:12 error [invisible] An escape for the invisible character U+D83D. | Remove it; nobody could see that it is there.',
  ],
];

const ALLOWED: readonly (readonly [what: string, from: string, to: string])[] = [
  ['an optional seat beside enough others', 'by: [reviewer, verifier]', 'by: [reviewer, verifier, deputy]'],
  ['four eyes of one seat', 'eyes: 6\n      by: [reviewer, verifier]', 'eyes: 4\n      by: [verifier, reviewer]'],
  ['a reason instead of a backup', 'undo: {from: backup, ', 'undo: {reason: The table is small, '],
  [
    'no_backup instead of a backup step',
    '    irreversible: true\n',
    '    irreversible: true\n    no_backup: The table is empty\n',
  ],
  ['a number for a question', 'ask: Which server is it?', 'ask: At what time did the last dump end?'],
  ['a word that begins like a verb', 'ask: Which server is it?', 'ask: Issue number of the change'],
  ['an expectation that tells an open value', 'int(value) == 0', 'value == "0"'],
  [
    'an expectation that bounds a blind value',
    'drift: {within: 1%}',
    'expect: int(value) < 1000000, drift: {within: 1%}',
  ],
  ['a loop over lines', 'int(value) == 0', `'stdout.split("\\n").all(line, line != "lagging")'`],
  [
    'a status of a web address',
    'expect: status == 503',
    `expect: 'status in [503, 504] && value.contains("maintenance")'`,
  ],
  ['arithmetic on an integer', 'inputs.port', 'inputs.port + 1'],
  ['a choice', 'inputs.port', 'run.mode == "live" ? 80 : 8080'],
  ['an absolute program', '[pg_restore,', '[/usr/bin/pg_restore,'],
  ['an argument that is no file of the folder', '--file=sql/drop.sql', '--file=etc/x.sql'],
  ['an argument with a slash and an expression', '--file=sql/drop.sql', `'--file=sql/\${{ inputs.database }}.sql'`],
  ['a script over several lines', '--file=sql/drop.sql', '"-c", "alter table customers\\n\\tdrop column email"'],
  ['letters of every alphabet in texts', 'title: Drop it', 'title: Usuń kolumnę 顧客 🧹'],
  ['patterns with three parts', "'[a-z]+'", "'[a-z]{1,9}(?:-[a-z])?[a-z]*'"],
  ['an enum', 'type: integer, minimum: 1', 'type: number, enum: [1, 2.5], default: 2.5'],
  ['an alias', '{roles: [dba]}\n  verifier: {roles: [sre, data-protection]}', '&two {roles: [dba]}\n  verifier: *two'],
  ['a timeout for every timer', 'timeout: 10m', 'timeout: 20d'],
];

t.test('the sound runbook', async (t) => {
  t.same(lintSays(SOUND), []);
});

t.test('refused', async (t) => {
  for (const [what, from, to, ...said] of REFUSED) t.same(lintSays(changed(from, to)), said, what);
});

t.test('allowed', async (t) => {
  for (const [what, from, to] of ALLOWED) t.same(lintSays(changed(from, to)), [], what);
});

t.test('five cross-checks in a row are a warning, four are not', async (t) => {
  const critical = (count: number) =>
    Array.from({ length: count }, (_, n) => `  - {id: c${n}, title: C, critical: true, run: [a], timeout: 1m}\n`).join(
      '',
    );
  const rest = '  - {id: rest, title: Rest, run: [a]}\n';
  const pause = (kind: string) => `  - {id: pause, title: Pause, ${kind}}\n`;
  const tired = (line: number) => [
    `${line}:5 warning [tired] 5 cross-checks in a row without a soak or a gate. | Put a “wait:” or a “gate:” between them.`,
  ];
  t.same(lintSays(SOUND + rest + critical(5)), tired(51), 'whatever runs between them is no pause');
  t.same(lintSays(SOUND + critical(3)), []);
  for (const kind of ['wait: {for: 10m}', 'gate: {of: [reviewer]}']) {
    t.same(lintSays(SOUND + pause(kind) + critical(4)), [], kind);
    t.same(lintSays(SOUND + pause(kind) + critical(5)), tired(52), kind);
    t.same(lintSays(SOUND + critical(2) + pause(kind) + critical(3).replaceAll('id: c', 'id: d')), [], kind);
  }
});
