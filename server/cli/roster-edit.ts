/** From the flags of `people propose` to the document of the next roster. Whether it can follow is the chain's rule, not this file's. */
import { hex } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { parsePublicKey, pastedKind } from '../../core/log/publicKey.ts';
import { nextText, offeredBy, type Roster } from '../../core/log/roster.ts';
import type { RosterText } from '../../core/log/tables.ts';
import { fingerprintOf } from '../../core/site/rosterFacts.ts';
import { type Cli, type Given, list, text } from './args.ts';
import { deny, must, usage } from './exits.ts';
import { personNamed } from './people.ts';
import type { Names } from './show.ts';

type Person = RosterText['people'][number];

/** Somebody who is given a one-time token for a first key. */
export interface Invited {
  readonly person: string;
  readonly token: string;
}

export interface Edited {
  readonly roster: RosterText;
  /** Display names of people who are new. */
  readonly names: Names;
  readonly invited: readonly Invited[];
}

/** `NAME=VALUE`, or NAME alone where the value may be left out. */
function pair(given: string, option: string, takes: string): readonly [name: string, value: string] {
  const at = given.indexOf('=');
  if (at < 1) throw usage(`--${option} takes ${takes}, not “${given}”.`, 'Run: crosscheck people propose --help');
  return [given.slice(0, at), given.slice(at + 1)];
}

const words = (value: string): string[] => value.split(',').filter((word) => word !== '');
const plainKey = (line: string): string => line.trim().split(/\s+/).slice(0, 2).join(' ');

/** Returns the next version of `roster` with what the flags change. */
export function edited(cli: Pick<Cli, 'random'>, given: Given, roster: Roster, known: Names): Edited {
  const names: Record<string, string> = {};
  const invited: Invited[] = [];
  const idOf = (named: string) => personNamed(named, { ...known, ...names }, 'person');
  let people: Person[] = nextText(roster).people;
  const change = (named: string, to: (one: Person) => Person) => {
    const id = idOf(named);
    if (!people.some((one) => one.id === id)) deny('XCK_UNKNOWN', { what: 'person', name: named });
    people = people.map((one) => (one.id === id ? to(one) : one));
  };
  const invite = (person: string): string => {
    const token = cli.random(32);
    invited.push({ person, token: hex(token) });
    return digest(token);
  };

  for (const one of list(given, 'add-person')) {
    const [name, roles] = pair(one, 'add-person', 'NAME=ROLE,…');
    const id = `p-${hex(cli.random(8))}`;
    names[id] = name;
    people.push({ id, keys: [], roles: words(roles), token: invite(id) });
  }
  for (const named of list(given, 'remove-person')) {
    const id = idOf(named);
    change(named, (one) => one);
    people = people.filter((one) => one.id !== id);
  }
  for (const one of list(given, 'roles')) {
    const [named, roles] = pair(one, 'roles', 'PERSON=ROLE,…');
    change(named, (person) => ({ ...person, roles: words(roles) }));
  }
  for (const print of list(given, 'remove-key')) {
    const owner = people.find(({ keys }) => keys.some(({ key }) => fingerprintOf(key) === print));
    change(owner?.id ?? deny('XCK_UNKNOWN', { what: 'key', name: print }), (person) => ({
      ...person,
      keys: person.keys.filter(({ key }) => fingerprintOf(key) !== print),
    }));
  }
  for (const one of list(given, 'add-key')) {
    if (!one.includes('='))
      change(one, (person) => ({ ...person, keys: [...person.keys, ...offeredBy(roster, person.id)] }));
    else {
      const [named, line] = pair(one, 'add-key', 'PERSON, or PERSON=KEY');
      const { line: key } = must(parsePublicKey(plainKey(line)));
      change(named, (person) => ({ ...person, keys: [...person.keys, { key, kind: pastedKind(key) }] }));
    }
  }
  for (const named of list(given, 'new-link')) change(named, (person) => ({ ...person, token: invite(person.id) }));
  return { roster: { ...nextText(roster), people, keepers: keepersIn(given, roster, idOf) }, names, invited };
}

function keepersIn(given: Given, { keepers }: Roster, idOf: (named: string) => string): RosterText['keepers'] {
  const [named, need] = [text(given, 'keepers'), text(given, 'need')];
  if (need !== undefined && !/^[1-9][0-9]{0,3}$/.test(need))
    throw usage(`--need takes a number, not “${need}”.`, 'Run: crosscheck people propose --help');
  return {
    need: need === undefined ? keepers.need : Number(need),
    of: named === undefined ? [...keepers.of] : words(named).map(idOf),
  };
}
