/** Words of people and their keys. */
import { CLIENT, many, text, type Words, yes } from './options.ts';

export const PEOPLE: Words = [
  {
    name: 'people list',
    takes: '',
    help: 'lists people, roles, keys and keepers as verified here, and what waits to be signed by whom',
    options: { ...CLIENT, json: yes },
    positionals: [0, 0],
    run: async (cli, given) => (await import('../words/people.ts')).list(cli, given),
  },
  {
    name: 'people propose',
    takes:
      '[-o FILE] [--add-key PERSON[=KEY] …] [--remove-key FINGERPRINT …] [--add-person NAME=ROLE,… …] [--remove-person PERSON …] [--roles PERSON=ROLE,… …] [--keepers PERSON,…] [--need N] [--new-link PERSON …]',
    help: 'writes the next roster to a file; --add-key PERSON alone takes in the keys that they offered',
    options: {
      ...CLIENT,
      output: { type: 'string', short: 'o' },
      'add-key': many,
      'remove-key': many,
      'add-person': many,
      'remove-person': many,
      roles: many,
      keepers: text,
      need: text,
      'new-link': many,
    },
    positionals: [0, 0],
    run: async (cli, given) => (await import('../words/people.ts')).propose(cli, given),
  },
  {
    name: 'people sign',
    takes: '[FILE]',
    help: 'shows what a roster changes and signs it as a keeper, at a terminal; without FILE what others have signed',
    options: CLIENT,
    positionals: [0, 1],
    run: async (cli, given) => (await import('../words/people.ts')).sign(cli, given),
  },
  {
    name: 'people trust',
    takes: '',
    help: 'prints the trust file of the log that is verified here, to hand out',
    options: CLIENT,
    positionals: [0, 0],
    run: async (cli, given) => (await import('../words/people.ts')).trust(cli, given),
  },
  {
    name: 'key enrol',
    takes: '[--key FILE] [--generate] [--link LINK [--trust FILE] | --offer]',
    help: 'prints the line of your key for the people file, or offers it to the keepers, the first by a link',
    options: { ...CLIENT, generate: yes, link: text, trust: text, offer: yes },
    positionals: [0, 0],
    run: async (cli, given) => (await import('../words/key.ts')).enrol(cli, given),
  },
  {
    name: 'key list',
    takes: '',
    help: 'lists your keys, those that count and those that you offered',
    options: { ...CLIENT, json: yes },
    positionals: [0, 0],
    run: async (cli, given) => (await import('../words/key.ts')).list(cli, given),
  },
  {
    name: 'key suspend',
    takes: '[--of PERSON] [--key FINGERPRINT|FILE] [--reason TEXT]',
    help: 'suspends a key at once: your own, or as a keeper anybody’s; a session is enough',
    options: { ...CLIENT, of: text, reason: text },
    positionals: [0, 0],
    run: async (cli, given) => (await import('../words/key.ts')).suspend(cli, given),
  },
];
