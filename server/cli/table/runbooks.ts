/** Words of runbooks. */
import { CLIENT, many, type Words, yes } from './options.ts';

export const RUNBOOKS: Words = [
  {
    name: 'runbook init',
    takes: 'DIR',
    help: 'writes a small runbook that lints, to begin from',
    options: {},
    positionals: [1, 1],
    run: async (cli, given) => (await import('../words/folder.ts')).init(cli, given),
  },
  {
    name: 'runbook lint',
    takes: 'DIR',
    help: 'checks a runbook folder, with file, line, column and the mend',
    options: { json: yes },
    positionals: [1, 1],
    run: async (cli, given) => (await import('../words/folder.ts')).lint(cli, given),
  },
  {
    name: 'runbook show',
    takes: 'DIR|ID|DIGEST',
    help: 'shows a runbook as a checklist, or as a Mermaid diagram',
    options: { ...CLIENT, diagram: yes, json: yes },
    positionals: [1, 1],
    run: async (cli, given) => (await import('../words/folder.ts')).show(cli, given),
  },
  {
    name: 'runbook diff',
    takes: 'A B',
    help: 'compares two folders or digests, by step and by file',
    options: { ...CLIENT, json: yes },
    positionals: [2, 2],
    run: async (cli, given) => (await import('../words/folder.ts')).diff(cli, given),
  },
  {
    name: 'runbook schema',
    takes: '',
    help: 'prints the JSON Schema of runbook.yaml, for editors',
    options: {},
    positionals: [0, 0],
    run: async (cli) => (await import('../words/folder.ts')).schema(cli),
  },
  {
    name: 'runbook register',
    takes: 'DIR [--author PERSON …]',
    help: 'registers a folder and names its authors',
    options: { ...CLIENT, author: many },
    positionals: [1, 1],
    run: async (cli, given) => (await import('../words/runbook.ts')).register(cli, given),
  },
  {
    name: 'runbook approve',
    takes: 'ID|DIGEST',
    help: 'shows a registered folder and approves it for live runs, at a terminal',
    options: CLIENT,
    positionals: [1, 1],
    run: async (cli, given) => (await import('../words/runbook.ts')).approve(cli, given),
  },
  {
    name: 'runbook list',
    takes: '',
    help: 'lists the registered runbooks',
    options: { ...CLIENT, json: yes },
    positionals: [0, 0],
    run: async (cli, given) => (await import('../words/runbook.ts')).list(cli, given),
  },
];
