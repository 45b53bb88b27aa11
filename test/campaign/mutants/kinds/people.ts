/** Who signs: the wrong person, one person twice, a key that does not count, and an authenticator that nobody touched. */

import type { Act } from '../../../../core/log/acts.ts';
import { namespaceOf } from '../../../../core/log/sshsig.ts';
import { type Asked, asserted, plainly, touched, UP, UV } from '../../../helpers/authenticator.ts';
import type { Signer } from '../../../helpers/signer.ts';
import type { Loose } from '../forge.ts';
import { Bench, either, forget, type Kind, nameOf } from '../kind.ts';

/** Another person in the entry and in what they sign; everything else as it was. */
function signedBy(
  loose: Loose,
  id: string,
  signer: Pick<Signer, 'sign'> | null,
  more: Record<string, string> = {},
): void {
  loose.fields.actor = id;
  loose.signer = signer;
  for (const [name, value] of Object.entries(more)) if (loose.fields[name] !== undefined) loose.fields[name] = value;
  loose.lines = (lines) => {
    lines.set('signer', id);
    for (const [name, value] of Object.entries(more)) if (lines.has(name)) lines.set(name, value);
  };
}

export const leadConfirms: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.run('step.confirmed'));
  const lead = bench.run('run.opened')[0]?.fields.actor;
  if (!loose || lead === undefined) return null;
  const role = dice.one(['release-lead', String(loose.fields['role'])]);
  signedBy(loose, lead, bench.signer(lead), { role, ...(dice.chance(2) ? { seat: 'lead' } : {}) });
  // What the lead signs, they sign with a key of their own kind.
  loose.fields['kind'] = world.site.people.lead.kind;
  return bench.made(nameOf(loose), either('I3'));
};

/** The lead takes the reviewer’s seat, too. */
export const leadSitsTwice: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.run('seat.taken'));
  const lead = bench.run('run.opened')[0]?.fields.actor;
  if (!loose || lead === undefined) return null;
  loose.fields.actor = lead;
  return bench.made(nameOf(loose), either('I3'));
};

/** One person in both seats, each time with another of their keys. */
export const onePersonTwoKeys: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const { second } = world;
  const loose = bench.some(bench.run('step.confirmed').filter(({ fields }) => fields.actor === bench.id('sre')));
  if (!second || !loose || world.name !== 'six eyes, a second key') return null;
  signedBy(loose, bench.id('dba'), second);
  loose.fields['kind'] = 'ssh';
  const seated = dice.chance(2);
  if (seated)
    for (const one of bench.run('seat.taken', 'seat.left'))
      if (one.fields.actor === bench.id('sre')) one.fields.actor = bench.id('dba');
  return bench.made(`${nameOf(loose)}${seated ? ', seated' : ''}`, either('I3'));
};

/** Confirmed with a key that the person got after the run was opened. */
export const keyAddedLater: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const { second } = world;
  if (!second || world.name !== 'six eyes, a key that is added') return null;
  const by = bench.signed().filter((one) => one.chain === 'run' && one.fields.actor === bench.id('dba'));
  const loose = bench.some(by);
  if (!loose) return null;
  loose.signer = second;
  return bench.made(nameOf(loose), either('I7'));
};

/** The keepers’ word came before what was signed with the key that it takes. */
export const keyTakenBefore: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  if (!world.name.startsWith('a reviewer’s key')) return null;
  const signed = bench.run('step.confirmed').filter(({ fields }) => fields.actor === bench.id('dba'));
  const loose = bench.some(signed);
  const told = bench.run('roster.followed')[0];
  if (!loose || !told) return null;
  const at = bench.log.indexOf(told);
  const made = bench.log
    .slice(
      bench.log.findIndex(({ fields }) => fields.type === 'run.opened'),
      at,
    )
    .filter(({ chain }) => chain === 'roster');
  bench.drop(...made);
  bench.log.splice(bench.log.indexOf(loose), 0, ...made);
  return bench.made(`${made.map(({ fields }) => fields.type).join(', ')} before ${nameOf(loose)}`, either('I7'));
};

/** What counts is not followed before the next thing happens in the run. */
export const followedLate: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const told = bench.some(bench.run('roster.followed'));
  const later = told && bench.run().filter((one) => bench.log.indexOf(one) > bench.log.indexOf(told));
  const to = later && bench.some(later.filter(({ fields }) => fields.type !== 'run.closed'));
  if (!told || !to) return null;
  bench.drop(told);
  bench.after(to, told);
  return bench.made(`behind ${nameOf(to)}`, either('I7'));
};

/** An author of the folder in the reviewer’s seat. */
export const authorConfirms: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const from = bench.id(dice.one(['dba', 'sre'] as const));
  const confirmed = bench.run('step.confirmed').filter(({ fields }) => fields.actor === from);
  if (confirmed.length === 0) return null;
  const author = world.site.people.author;
  for (const one of bench.run().filter(({ fields }) => fields.actor === from)) {
    if (one.bodies['statement']) signedBy(one, author.id, author);
    else one.fields.actor = author.id;
    if (one.fields['kind'] !== undefined) one.fields['kind'] = author.kind;
  }
  return bench.made(`${confirmed.length} confirmations`, either('I3', 'I7'));
};

/** Somebody but the lead turns the key. */
export const othersKey: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.run('step.keyed'));
  if (!loose) return null;
  const who = dice.one(Object.values(world.site.people).filter(({ id }) => id !== loose.fields.actor));
  signedBy(loose, who.id, who);
  // Whose key came after the run had opened has none that counts in it.
  return bench.made(nameOf(loose), either('I3', 'I7'));
};

/** One signature of an act by somebody who has signed it, or who sits nowhere. */
export const signedTwice: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const all = bench.run('act.signed');
  const pairs = all.flatMap((one) =>
    all
      .filter(
        (two) => two !== one && two.fields['about'] === one.fields['about'] && two.fields['act'] === one.fields['act'],
      )
      .map((two) => ({ one, two })),
  );
  if (pairs.length === 0) return null;
  const { one, two } = dice.one(pairs);
  const { seat, role } = one.fields;
  signedBy(two, one.fields.actor, bench.signer(one.fields.actor), { seat: String(seat), role: String(role) });
  return bench.made(`${String(one.fields['act'])}: ${nameOf(two)}`, either('I3', 'I12'));
};

/** A version that too few keepers signed, one of them twice, or somebody who keeps nothing. */
export const keeperMissing: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const gone = bench.some(bench.of('roster.signed'));
  if (!gone) return null;
  const changed = bench.log.find(
    (one) => bench.log.indexOf(one) > bench.log.indexOf(gone) && one.fields.type === 'roster.changed',
  );
  if (!changed) return null;
  bench.drop(gone);
  forget(bench.log, [gone]);
  const rest = bench.log.filter(({ was }) =>
    (changed.fields['signed'] as string[]).includes(`${was.index} ${was.digest}`),
  );
  if (rest[0]) changed.fields.actor = rest[0].fields.actor;
  return bench.made(nameOf(gone), either('I7'));
};

export const keeperTwice: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const [one, two] = bench.of('roster.signed').slice(2 * dice.below(bench.of('roster.signed').length / 2));
  if (!one || !two) return null;
  const [from, to] = dice.chance(2) ? [one, two] : [two, one];
  signedBy(to, from.fields.actor, bench.signer(from.fields.actor));
  return bench.made(nameOf(to), either('I7'));
};

export const noKeeper: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.of('roster.signed'));
  if (!loose) return null;
  const who = world.site.people[dice.one(['dba', 'sre', 'author'] as const)];
  signedBy(loose, who.id, who);
  return bench.made(nameOf(loose), either('I7'));
};

/** The document of a version says more than its keepers signed, or what no version may say. */
const DOCUMENTS: Readonly<Record<string, (text: Roster, id: (name: 'dba' | 'sre') => string) => void>> = {
  'a role more': (text) => text.people.find(({ roles }) => roles.includes('sre'))?.roles.push('dba'),
  'a version skipped': (text) => {
    text.version += 1;
  },
  'one keeper is enough': (text) => {
    text.keepers.need = 1;
  },
  'a key twice': (text) => {
    const [one, two] = text.people;
    if (one && two) two.keys = one.keys;
  },
  'no reviewer’s role': (text) => {
    text.reviewer_roles = [];
  },
  'keepers who are nobody': (text) => {
    text.keepers.of = [...text.keepers.of, 'p-0000000000000000'];
  },
};

interface Roster {
  people: { id: string; roles: string[]; keys: unknown[] }[];
  keepers: { need: number; of: string[] };
  reviewer_roles: string[];
  version: number;
}

export const otherDocument: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const changed = bench.some(bench.of('roster.changed'));
  if (!changed) return null;
  const [what, change] = dice.one(Object.entries(DOCUMENTS));
  const those = bench.of('roster.signed').filter(({ was }) => was.bodies['roster'] === changed.was.bodies['roster']);
  for (const one of [changed, ...those]) {
    const body = one.bodies['roster'];
    if (!body) return null;
    const text = JSON.parse(new TextDecoder().decode(body.bytes)) as Roster;
    change(text, (name) => bench.id(name));
    one.bodies = { ...one.bodies, roster: { salt: body.salt, bytes: new TextEncoder().encode(JSON.stringify(text)) } };
    // The keepers signed what it was before.
    one.signer = dice.chance(2) || one === changed ? one.signer : null;
  }
  return bench.made(what, either('I7', 'I4'));
};

/** What a passkey’s authenticator or browser may say, and may not. */
const ASSERTIONS: Readonly<Record<string, Asked>> = {
  'no UP': { flags: UV },
  'no UV': { flags: UP },
  'no flags': { flags: 0 },
  'attested data': { flags: UP | UV | 0x40 },
  'extension data': { flags: UP | UV | 0x80 },
  'a reserved bit': { flags: UP | UV | 0x02 },
  'backed up and not able to be': { flags: UP | UV | 0x10 },
  'an evil page': { origin: 'https://evil.example' },
  'a page under it': { origin: 'https://crosscheck.example.evil.example' },
  'another port': { origin: 'https://crosscheck.example:444' },
  'plain http': { origin: 'http://crosscheck.example:8443' },
  'named otherwise': { named: 'https://evil.example' },
  crossOrigin: { json: (text) => text.replace('"crossOrigin":false', '"crossOrigin":true') },
  topOrigin: { json: (text) => text.replace('}', ',"topOrigin":"https://evil.example"}') },
  'another rpId': { rpId: 'evil.example' },
  'a registration': { type: 'webauthn.create' },
  'another challenge': { challenge: 'AAAA' },
  spaces: { json: (text) => text.replace(',', ', ') },
  extensions: { extensions: new Uint8Array([1]) },
  'a second type': { json: (text) => text.replace('}', ',"type":"webauthn.create"}') },
};

const held = (bench: Bench, kind: string) => {
  const people = Object.values(bench.world.site.people).filter((one) => one.kind === kind);
  const loose = bench.some(bench.signed().filter(({ fields }) => people.some(({ id }) => id === fields.actor)));
  const by = people.find(({ id }) => id === loose?.fields.actor)?.held;
  return loose && by ? { loose, by } : null;
};

export const passkeySays: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const found = held(bench, 'passkey');
  if (!found) return null;
  const [what, asked] = dice.one(Object.entries(ASSERTIONS));
  const { origin } = world.site;
  const [page = ''] = world.site.genesis.entry.site.origins;
  found.loose.signer = {
    sign: (act: Act, message) =>
      new TextEncoder().encode(asserted(found.by, namespaceOf(act, origin), message, page, asked)),
  };
  return bench.made(`${what}: ${nameOf(found.loose)}`, either('I7'));
};

export const keySays: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const found = held(bench, 'sk-ssh');
  if (!found) return null;
  const { origin } = world.site;
  const told = dice.one([
    { flags: 0 },
    { flags: UV },
    { flags: UP | 0x40 },
    { flags: UP | 0x08 },
    { rpId: 'ssh:other' },
    null,
  ]);
  found.loose.signer = {
    sign: (act: Act, message) => {
      const namespace = namespaceOf(act, origin);
      return new TextEncoder().encode(
        told ? touched(found.by, namespace, message, told) : plainly(found.by, namespace, message),
      );
    },
  };
  return bench.made(`${told ? JSON.stringify(told) : 'as a key in a file'}: ${nameOf(found.loose)}`, either('I7'));
};

/** A passkey’s signature made as a key in a file, or as a security key, makes it. */
export const passkeyAs: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const found = held(bench, 'passkey');
  if (!found) return null;
  const { origin } = world.site;
  const plain = dice.chance(2);
  found.loose.signer = {
    sign: (act: Act, message) => {
      const namespace = namespaceOf(act, origin);
      return new TextEncoder().encode(
        plain ? plainly(found.by, namespace, message) : touched(found.by, namespace, message, { flags: UP | UV }),
      );
    },
  };
  return bench.made(`${plain ? 'plain' : 'as a security key'}: ${nameOf(found.loose)}`, either('I7'));
};
