/** Words for those who keep a site and its disk. */
import { CLIENT, many, text, type Words, yes } from './options.ts';

export const UPKEEP: Words = [
  {
    name: 'server epoch',
    takes: '--data DIR --reason TEXT [--people FILE]',
    help: 'with the server stopped: begins a new log where the old one is lost, and keeps the old one aside',
    options: { data: text, reason: text, people: text },
    positionals: [0, 0],
    run: async (cli, given) => (await import('../words/ceremony.ts')).epoch(cli, given),
  },
  {
    name: 'server fsck',
    takes: '--data DIR',
    help: 'checks a database offline, every entry, body, tree node and run; changes nothing',
    options: { data: text, json: yes },
    positionals: [0, 0],
    run: async (cli, given) => (await import('../words/ceremony.ts')).check(cli, given),
  },
  {
    name: 'server export',
    takes: 'RUN --data DIR [-o FILE]',
    help: 'writes the record of a run from a stopped server’s data, as of a log that was put aside',
    options: { data: text, output: { type: 'string', short: 'o' } },
    positionals: [1, 1],
    run: async (cli, given) => (await import('../words/ceremony.ts')).exported(cli, given),
  },
  {
    name: 'people epoch',
    takes: '',
    help: 'a keeper signs which log this one continues',
    options: CLIENT,
    positionals: [0, 0],
    run: async (cli, given) => (await import('../words/epoch.ts')).epoch(cli, given),
  },
  {
    name: 'record redact',
    takes: 'RUN --entry SEQ:answer|SEQ:output … --order TEXT --reason TEXT',
    help: 'a keeper signs, at a terminal, that texts or outputs of a closed run are erased for good',
    options: { ...CLIENT, entry: many, order: text, reason: text },
    positionals: [1, 1],
    run: async (cli, given) => (await import('../words/redact.ts')).redact(cli, given),
  },
];
