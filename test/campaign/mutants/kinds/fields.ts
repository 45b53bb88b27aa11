/** Fields of entries altered by the server while what people and agents signed stays what it was, over trees that fit. */
import type { EntryType } from '../../../../core/log/tables.ts';
import type { Dice } from '../../dice.ts';
import type { Fields } from '../forge.ts';
import { Bench, type Expected, either, type Kind, nameOf } from '../kind.ts';

interface Alteration {
  readonly type: EntryType;
  readonly what: string;
  /** Returns false where the entry has nothing of the kind. */
  readonly alter: (fields: Fields, bench: Bench) => boolean | undefined;
  readonly expects: Expected;
}

const zeros = `sha256:${'0'.repeat(64)}`;
const set =
  (name: string, value: unknown) =>
  (fields: Fields): true => {
    fields[name] = value;
    return true;
  };
/** Several fields at once. */
const become =
  (values: Record<string, unknown>) =>
  (fields: Fields): true => {
    Object.assign(fields, values);
    return true;
  };
/** What is there goes, what is not there comes. */
const toggled =
  (name: string, value: unknown) =>
  (fields: Fields): true => {
    if (fields[name] === undefined) fields[name] = value;
    else delete fields[name];
    return true;
  };
const present =
  (name: string, value: unknown) =>
  (fields: Fields): boolean => {
    if (fields[name] === undefined) return false;
    fields[name] = value;
    return true;
  };
const without =
  (name: string) =>
  (fields: Fields): boolean => {
    const had = fields[name] !== undefined;
    delete fields[name];
    return had;
  };
const more =
  (name: string, by = 1) =>
  (fields: Fields) =>
    set(name, Number(fields[name]) + by)(fields);
const other =
  (name: string, ...values: string[]) =>
  (fields: Fields, { dice }: Bench) =>
    set(name, dice.one(values.filter((value) => value !== fields[name])))(fields);
/** A list of references shorter, or the other way round. */
const listed =
  (name: string) =>
  (fields: Fields, { dice }: Bench): boolean => {
    const list = fields[name] as string[];
    fields[name] = list.length > 1 && dice.chance(2) ? [...list].reverse() : list.slice(1);
    return list.length > 0;
  };
const anyOther = (dice: Dice, values: readonly string[], not: unknown) =>
  dice.some(values.filter((one) => one !== not));
const actor = (fields: Fields, bench: Bench): boolean => {
  const to = anyOther(
    bench.dice,
    Object.values(bench.world.site.people).map(({ id }) => id),
    fields.actor,
  );
  if (to !== undefined) fields.actor = to;
  return to !== undefined;
};

export const ALTERATIONS: readonly Alteration[] = [
  { type: 'run.opened', what: 'mode', alter: other('mode', 'live', 'rehearsal'), expects: either('I4') },
  { type: 'run.opened', what: 'solo', alter: (f) => set('solo', f['solo'] !== true)(f), expects: either('I7') },
  { type: 'run.opened', what: 'rules', alter: more('rules'), expects: either('I14') },
  { type: 'run.opened', what: 'roster digest', alter: set('roster', `2 ${zeros}`), expects: either('I7') },
  {
    type: 'run.opened',
    what: 'older roster',
    alter: (f, { world }) => {
      const oldest = `1 ${world.site.genesis.digest}`;
      return f['roster'] !== oldest && set('roster', oldest)(f);
    },
    expects: either('I7'),
  },
  { type: 'run.opened', what: 'approval', alter: set('approved', `3 ${zeros}`), expects: either('I18') },
  { type: 'run.opened', what: 'runbook', alter: set('runbook', zeros), expects: either('I17') },
  { type: 'run.opened', what: 'follows', alter: set('follows', `9 ${zeros}`), expects: either('I14') },
  {
    type: 'run.opened',
    what: 'rehearsed',
    alter: toggled('rehearsed', `9 ${zeros}`),
    expects: either('I18'),
  },
  {
    type: 'run.opened',
    what: 'head of the holds',
    alter: toggled('holds', `4 ${zeros}`),
    expects: either('I9'),
  },
  {
    type: 'runbook.registered',
    what: 'authors',
    alter: (f, b) => set('authors', [b.id(b.dice.one(['lead', 'dba', 'sre'] as const))])(f),
    expects: either('I4'),
  },
  { type: 'runbook.registered', what: 'id', alter: set('id', 'another'), expects: either('I4', 'I18') },
  { type: 'runbook.registered', what: 'runbook', alter: set('runbook', zeros), expects: either('I18') },
  { type: 'runbook.approved', what: 'runbook', alter: set('runbook', zeros), expects: either('I18') },
  { type: 'runbook.approved', what: 'registration', alter: set('registered', `2 ${zeros}`), expects: either('I18') },
  {
    type: 'seat.taken',
    what: 'role',
    alter: other('role', 'dba', 'sre', 'release-lead', 'admin'),
    expects: either('I3'),
  },
  { type: 'seat.taken', what: 'seat', alter: other('seat', 'lead', 'nobody'), expects: either('I3') },
  {
    type: 'seat.taken',
    what: 'actor',
    alter: (f, b) => set('actor', b.id(f['seat'] === 'reviewer' ? 'sre' : 'lead'))(f),
    expects: either('I3'),
  },
  { type: 'step.armed', what: 'attempt', alter: more('attempt'), expects: either('I16', 'I4') },
  { type: 'step.armed', what: 'nonce', alter: set('nonce', 'ab'.repeat(32)), expects: either('I4', 'I5') },
  { type: 'step.armed', what: 'not_after', alter: more('not_after', 60_000), expects: either('I4') },
  {
    type: 'step.armed',
    what: 'asked by another',
    alter: (f, b) => set('asked_by', b.id('sre'))(f),
    expects: either('I3', 'I16'),
  },
  { type: 'step.armed', what: 'a probe said otherwise', alter: (f) => flipProbe(f), expects: either('I4') },
  {
    type: 'step.armed',
    what: 'items',
    alter: (f) => present('wave', { items: ['item-1', 'item-2'], of: 4 })(f),
    expects: either('I17', 'I4', 'I16'),
  },
  {
    type: 'step.confirmed',
    what: 'role',
    alter: other('role', 'dba', 'sre', 'release-lead'),
    expects: either('I3', 'I4'),
  },
  {
    type: 'step.confirmed',
    what: 'seat',
    alter: other('seat', 'reviewer', 'verifier', 'lead'),
    expects: either('I3', 'I4'),
  },
  {
    type: 'step.confirmed',
    what: 'kind of its key',
    alter: other('kind', 'ssh', 'sk-ssh', 'passkey', 'browser'),
    expects: either('I7'),
  },
  { type: 'step.confirmed', what: 'attempt', alter: more('attempt'), expects: either('I4') },
  { type: 'step.confirmed', what: 'arming', alter: set('armed', `3 ${zeros}`), expects: either('I4') },
  { type: 'step.confirmed', what: 'step', alter: set('step', 'backup'), expects: either('I4', 'I3') },
  { type: 'step.refused', what: 'arming', alter: set('armed', `3 ${zeros}`), expects: either('I4') },
  { type: 'step.refused', what: 'seat', alter: other('seat', 'verifier', 'lead'), expects: either('I3', 'I4') },
  { type: 'step.withdrawn', what: 'arming', alter: set('armed', `3 ${zeros}`), expects: either('I4') },
  { type: 'step.voided', what: 'arming', alter: set('armed', `3 ${zeros}`), expects: either('I4') },
  { type: 'step.keyed', what: 'confirmations', alter: listed('confirmations'), expects: either('I3', 'I4') },
  { type: 'step.keyed', what: 'arming', alter: set('armed', `3 ${zeros}`), expects: either('I4') },
  { type: 'step.started', what: 'attempt', alter: more('attempt'), expects: either('I4') },
  { type: 'step.started', what: 'arming', alter: set('armed', `3 ${zeros}`), expects: either('I4') },
  {
    type: 'step.started',
    what: 'item',
    alter: other('item', 'item-1', 'item-2', 'item-4', 'item-9'),
    expects: either('I6', 'I4', 'I2', 'I16'),
  },
  { type: 'step.finished', what: 'exit', alter: set('exit', 3), expects: either('I4') },
  { type: 'step.finished', what: 'checks', alter: set('checks', { invented: true }), expects: either('I4') },
  {
    type: 'step.finished',
    what: 'artifact',
    alter: toggled('artifact', { digest: zeros, size: 1 }),
    expects: either('I4'),
  },
  { type: 'step.finished', what: 'start', alter: set('started', `3 ${zeros}`), expects: either('I11', 'I4') },
  { type: 'step.finished', what: 'length of its output', alter: more('output_length'), expects: either('I11') },
  {
    type: 'step.failed',
    what: 'called finished',
    alter: become({ result: 'finished', exit: 0, type: 'step.finished' }),
    expects: either('I4', 'I9'),
  },
  {
    type: 'step.finished',
    what: 'called failed',
    alter: become({ result: 'failed', exit: 1, type: 'step.failed' }),
    expects: either('I4'),
  },
  {
    type: 'step.unknown',
    what: 'called finished',
    alter: become({ result: 'finished', exit: 0, type: 'step.finished' }),
    expects: either('I4', 'I9'),
  },
  { type: 'step.attested', what: 'result', alter: other('result', 'pass', 'fail'), expects: either('I11') },
  {
    type: 'step.attested',
    what: 'seat',
    alter: other('seat', 'reviewer', 'verifier', 'lead'),
    expects: either('I3', 'I11'),
  },
  { type: 'step.attested', what: 'start', alter: set('started', `3 ${zeros}`), expects: either('I11', 'I4') },
  { type: 'step.resolved', what: 'as', alter: other('as', 'finished', 'failed', 'not-started'), expects: either('I3') },
  { type: 'step.resolved', what: 'signatures', alter: listed('signed'), expects: either('I3', 'I11') },
  { type: 'act.signed', what: 'act', alter: other('act', 'lift', 'close', 'decide', 'waive'), expects: either('I4') },
  {
    type: 'act.signed',
    what: 'about',
    alter: set('about', `3 ${zeros}`),
    expects: either('I1', 'I4', 'I19', 'I9', 'I12', 'I11', 'I3'),
  },
  { type: 'act.signed', what: 'seat', alter: other('seat', 'nobody', 'deputy'), expects: either('I3', 'I9') },
  { type: 'act.signed', what: 'role', alter: set('role', 'admin'), expects: either('I3', 'I9') },
  { type: 'hold.lifted', what: 'signatures', alter: listed('signed'), expects: either('I3', 'I9') },
  { type: 'hold.lifted', what: 'hold', alter: set('hold', `3 ${zeros}`), expects: either('I3', 'I9') },
  { type: 'hold.updated', what: 'hold', alter: set('hold', `3 ${zeros}`), expects: either('I9') },
  {
    type: 'hold.updated',
    what: 'seat of a condition',
    alter: (f) => present('conditions', { lag: 'nobody' })(f),
    expects: either('I9'),
  },
  {
    type: 'hold.updated',
    what: 'met by another',
    alter: (f, b) => f['met'] !== undefined && set('actor', b.id('lead'))(f),
    expects: either('I9'),
  },
  {
    type: 'hold.raised',
    what: 'cause',
    alter: (f) => f.actor !== 'server' && set('cause', 'failed')(f),
    expects: either('I9'),
  },
  {
    type: 'hold.raised',
    what: 'cause of the server’s',
    alter: (f) => f.actor === 'server' && set('cause', 'person')(f),
    expects: either('I9'),
  },
  { type: 'run.decided', what: 'way', alter: other('way', 'back', 'forward'), expects: either('I3', 'I15', 'I16') },
  { type: 'run.decided', what: 'signatures', alter: listed('signed'), expects: either('I3', 'I9') },
  { type: 'run.deviated', what: 'signatures', alter: listed('signed'), expects: either('I3', 'I15') },
  { type: 'briefing.waived', what: 'question', alter: set('question', 'leaves'), expects: either('I3', 'I10') },
  { type: 'briefing.answered', what: 'question', alter: set('question', 'nothing'), expects: either('I10') },
  {
    type: 'briefing.answered',
    what: 'seat',
    alter: other('seat', 'lead', 'reviewer', 'verifier', 'deputy'),
    expects: either('I10', 'I3'),
  },
  {
    type: 'briefing.answered',
    what: 'result',
    alter: (f) => f['question'] !== 'leaves' && set('result', 'fail')(f),
    expects: either('I10', 'I12'),
  },
  { type: 'gate.polled', what: 'gate', alter: set('gate', 'nothing'), expects: either('I10', 'I16') },
  {
    type: 'gate.polled',
    what: 'seat',
    alter: other('seat', 'lead', 'reviewer', 'verifier', 'deputy'),
    expects: either('I10', 'I3', 'I16'),
  },
  { type: 'gate.polled', what: 'vote', alter: set('vote', 'no-go'), expects: either('I10', 'I16', 'I9') },
  { type: 'lead.taken', what: 'person', alter: (f, b) => set('person', b.id('dba'))(f), expects: either('I3', 'I12') },
  { type: 'lead.taken', what: 'role', alter: set('role', 'dba'), expects: either('I3', 'I12') },
  { type: 'step.skipped', what: 'step', alter: set('step', 'last'), expects: either('I16') },
  {
    type: 'run.closed',
    what: 'result',
    alter: other('result', 'done', 'rolled-back', 'aborted'),
    expects: either('I3', 'I9', 'I12'),
  },
  { type: 'run.closed', what: 'signatures', alter: listed('signed'), expects: either('I3', 'I12') },
  { type: 'run.closed', what: 'actor', alter: (f, b) => set('actor', b.id('author'))(f), expects: either('I3', 'I12') },
  {
    type: 'roster.followed',
    what: 'struck',
    alter: (f, b) => set('struck', { ...(f['struck'] as object), [b.id('sre')]: [] })(f),
    expects: either('I7'),
  },
  { type: 'roster.followed', what: 'roster', alter: set('roster', `9 ${zeros}`), expects: either('I7') },
  { type: 'roster.changed', what: 'version', alter: more('version'), expects: either('I7') },
  { type: 'roster.changed', what: 'signatures', alter: listed('signed'), expects: either('I7') },
  { type: 'roster.changed', what: 'actor', alter: (f, b) => set('actor', b.id('dba'))(f), expects: either('I7') },
  { type: 'roster.signed', what: 'about', alter: set('about', `9 ${zeros}`), expects: either('I7') },
  { type: 'roster.signed', what: 'actor', alter: actor, expects: either('I7') },
  { type: 'key.suspended', what: 'version', alter: more('version'), expects: either('I7') },
  { type: 'key.suspended', what: 'person', alter: (f, b) => set('person', b.id('sre'))(f), expects: either('I7') },
  {
    type: 'key.suspended',
    what: 'called by no keeper',
    alter: (f, b) => set('actor', b.id('sre'))(f),
    expects: either('I7'),
  },
  { type: 'key.enrolled', what: 'token', alter: set('token', zeros), expects: either('I7') },
  { type: 'key.enrolled', what: 'no token', alter: without('token'), expects: either('I7') },
  {
    type: 'key.enrolled',
    what: 'kind',
    alter: other('kind', 'ssh', 'sk-ssh', 'browser', 'passkey'),
    expects: either('I7'),
  },
  {
    type: 'key.enrolled',
    what: 'key',
    alter: (f, b) =>
      set('key', b.world.site.people[b.dice.one(['lead', 'dba', 'sre'] as const)].key.replace(/.$/, 'A'))(f),
    expects: either('I7'),
  },
  { type: 'postmortem.written', what: 'close', alter: set('about', `3 ${zeros}`), expects: either('I1') },
  { type: 'backup.deleted', what: 'step', alter: set('step', 'drop-column'), expects: either('I1') },
  { type: 'countermeasure.closed', what: 'id', alter: set('id', 'other'), expects: either('I1') },
];

function flipProbe(fields: Fields): boolean {
  const probes = fields['probes'] as Record<string, { digest: string; ok: boolean | null }>;
  const [id] = Object.keys(probes);
  if (id === undefined) return false;
  const one = probes[id];
  fields['probes'] = { ...probes, [id]: { ...one, ok: one?.ok === null ? true : null } };
  return true;
}

export const altered =
  ({ type, alter, expects }: Alteration): Kind =>
  (world, dice) => {
    const bench = new Bench(world, dice);
    const loose = bench.some(bench.of(type));
    if (!loose) return null;
    const name = nameOf(loose);
    const signer = loose.signer;
    if (alter(loose.fields, bench) === false) return null;
    // Whoever wrote it signs it again as they did: the entry alone is another.
    loose.signer = signer;
    return bench.made(name, expects);
  };

/** Signed by somebody and entered as another’s. */
export const othersAct: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.signed().filter(({ fields }) => fields.actor.startsWith('p-')));
  if (!loose || !actor(loose.fields, bench)) return null;
  // A key that enrols vouches for itself; whose it is the statement says.
  return bench.made(nameOf(loose), loose.fields.type === 'key.enrolled' ? either('I4', 'I7') : either('I7'));
};

export const stranger: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const mayBe = (type: EntryType) => !type.startsWith('roster.') && !type.startsWith('key.');
  const loose = bench.some(bench.of().filter(({ fields }) => fields.actor.startsWith('p-') && mayBe(fields.type)));
  if (!loose) return null;
  loose.fields.actor = 'p-0000000000000000';
  return bench.made(nameOf(loose), either('I7'));
};

/** What only the form of an entry and the chains can tell. */
const FORMS: Readonly<Record<string, (entry: Record<string, unknown>, dice: Dice) => boolean | undefined>> = {
  'its version is another': (entry) => set('v', 2)(entry as Fields),
  'a field more': (entry) => set('note', 'x')(entry as Fields),
  'its log is another': (entry) => set('log', `${String(entry['log']).slice(0, -4)}0000`)(entry as Fields),
  'its seq is another': (entry, dice) => set('seq', Number(entry['seq']) + 1 + dice.below(50))(entry as Fields),
  'its rseq skips': (entry) => present('rseq', Number(entry['rseq']) + 1)(entry as Fields),
  'its prev is another': (entry) => present('prev', zeros)(entry as Fields),
  'its prev is absent': (entry) => without('prev')(entry as Fields),
  'its run is another': (entry) => present('run', '01JD3V7Q0Z8EA1B2C3D4E5F6ZZ')(entry as Fields),
  'its hprev is another': (entry) => present('hprev', zeros)(entry as Fields),
  'its aprev is another': (entry) => present('aprev', zeros)(entry as Fields),
  'its time runs back': (entry) => set('ts', 1)(entry as Fields),
  'its time is no number': (entry) => set('ts', '1')(entry as Fields),
  'its type is none': (entry) => set('type', 'step.done')(entry as Fields),
  'its writer is another': (entry) =>
    set('actor', entry['actor'] === 'server' ? 'a-0000000000000000' : 'server')(entry as Fields),
};

export const misformed: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const [what, alter] = dice.one(Object.entries(FORMS));
  const needs = /^its (rseq|prev|hprev|aprev|run) /.exec(what)?.[1];
  const chain = { rseq: 'run', run: 'run', prev: 'run', hprev: 'holds', aprev: 'after' }[needs ?? ''];
  const fits = bench.of().filter((one) => {
    if (one.fields.type === 'genesis' || one.fields.type === 'run.opened') return false;
    if (what === 'its writer is another') return !['hold.raised', 'step.voided'].includes(one.fields.type);
    return chain === undefined || one.chain === chain;
  });
  const loose = bench.some(fits);
  if (!loose) return null;
  let done = false;
  loose.entry = (entry) => {
    done = alter(entry, dice) !== false;
  };
  const heads = needs === 'hprev' || needs === 'aprev';
  const first = heads && bench.of().find((one) => one.chain === chain) === loose;
  return first || done ? null : bench.made(`${what}: ${nameOf(loose)}`, either('I1'));
};

/** The chain of the roster broken: whoever would hide a version from those who follow it. */
export const rosterChainBroken: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.of().filter(({ chain, fields }) => chain === 'roster' && fields.type !== 'genesis'));
  if (!loose) return null;
  loose.entry = (entry) => {
    entry['rprev'] = zeros;
  };
  return bench.made(nameOf(loose), either('I7'));
};
