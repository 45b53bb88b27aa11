/** Says who did something: by seat and role as they were at that moment, or by name where names are asked for. Blameless is the default. */
import { type Entries, ofType, type Signature } from './entries.ts';
import { listed } from './words.ts';

export type Names = Readonly<Record<string, string>>;

interface Seating {
  readonly seq: number;
  readonly person: string;
  /** Null from when they left it. */
  readonly seat: string | null;
  readonly role: string | null;
}

export interface Speaker {
  /** `the dba in the reviewer seat`, `the lead`, `the agent`; with names `Ada (reviewer)`. */
  readonly who: (person: string, seq: number) => string;
  /** Signers as one phrase. */
  readonly all: (signers: readonly Signature[], seq: number) => string;
  /** ` (Ada)`, or nothing where names are not asked for. */
  readonly named: (person: string) => string;
  /** A person by name where names are asked for; what is no person's id stays what it is. */
  readonly called: (person: string) => string;
  /** Whether names are asked for. */
  readonly byName: boolean;
}

function seatings(entries: Entries): Seating[] {
  return ofType(entries, 'run.opened', 'seat.taken', 'seat.left', 'lead.taken').flatMap(({ entry }): Seating[] => {
    const { seq, actor } = entry;
    if (entry.type === 'run.opened') return [{ seq, person: actor, seat: 'lead', role: null }];
    if (entry.type === 'seat.left') return [{ seq, person: actor, seat: null, role: null }];
    if (entry.type === 'seat.taken') return [{ seq, person: actor, seat: entry.seat, role: entry.role }];
    return [
      { seq, person: entry.from, seat: null, role: null },
      { seq, person: entry.person, seat: 'lead', role: entry.role },
    ];
  });
}

export function speakerOf(entries: Entries, names: Names | null): Speaker {
  const seated = seatings(entries);
  const nameOf = (person: string): string => (names && Object.hasOwn(names, person) ? names[person] : person) ?? person;
  const who = (person: string, seq: number): string => {
    if (person === 'server') return 'the server';
    if (person.startsWith('a-')) return 'the agent';
    const at = seated.findLast((one) => one.person === person && one.seq <= seq);
    const seat = at?.seat ?? null;
    if (names) return seat === null ? nameOf(person) : `${nameOf(person)} (${seat})`;
    if (seat === null) return 'somebody without a seat';
    return seat === 'lead' || at?.role == null ? `the ${seat}` : `the ${at.role} in the ${seat} seat`;
  };
  return {
    who,
    all: (signers, seq) => listed(signers.map(({ person }) => who(person, seq))),
    named: (person) => (names ? ` (${nameOf(person)})` : ''),
    called: nameOf,
    byName: names !== null,
  };
}

export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
