/** What stands beside the entries: bodies, proofs, checkpoint, folder; and what others kept, by which a fork or a rollback is seen. */
import { utf8 } from '../../../../core/bytes/encoding.ts';
import { digest } from '../../../../core/bytes/hash.ts';
import { jcs } from '../../../../core/bytes/jcs.ts';
import type { Body } from '../../../../core/log/entry.ts';
import type { Bundle } from '../../../../core/record/bundle.ts';
import { receiptText } from '../../../../core/record/receipt.ts';
import { folderIndex } from '../../../../core/runbook/folder.ts';
import type { Dice } from '../../dice.ts';
import { type Forged, forge } from '../forge.ts';
import { Bench, copyOf, either, type Kind, nameOf } from '../kind.ts';
import { looseLog } from '../world.ts';

const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

const bodied =
  (what: string, change: (body: Body, dice: Dice) => Body | null): Kind =>
  (world, dice) => {
    const bench = new Bench(world, dice, false);
    const digests = [...world.bundle.bodies.keys()];
    const named = dice.one(digests);
    const body = world.bundle.bodies.get(named);
    const changed = body && change(body, dice);
    if (!body || (changed && changed.bytes.length === 0 && body.bytes.length === 0)) return null;
    const bundle = (forged: Forged): Bundle => {
      const bodies = new Map(forged.bundle.bodies);
      if (changed) bodies.set(named, changed);
      else bodies.delete(named);
      return { ...forged.bundle, bodies };
    };
    return bench.made(`${what} ${named.slice(7, 19)}`, either('I1'), { bundle });
  };

export const bodyMissing = bodied('missing', () => null);
export const bodyChanged = bodied('changed', ({ bytes, salt }, dice) => ({
  salt,
  bytes: flip(bytes, dice.below(bytes.length)),
}));
export const saltChanged = bodied('salt', ({ bytes, salt }, dice) => ({ bytes, salt: flip(salt, dice.below(32)) }));

/** A body in its entry’s place that the entry commits to, after all: the server seals both. */
export const bodyExchanged: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const signed = ['output', 'outputs', 'action', 'inputs', 'probe-rows', 'probe-host'];
  const pairs = bench
    .run()
    .flatMap((loose) => signed.filter((name) => loose.bodies[name]).map((name) => ({ loose, name })));
  if (pairs.length === 0) return null;
  const { loose, name } = dice.one(pairs);
  const body = loose.bodies[name];
  if (!body) return null;
  const bytes =
    name === 'inputs' ? utf8(jcs({ table: 'orders' })) : name === 'output' ? utf8('no\n') : utf8(jcs('other'));
  loose.bodies = {
    ...loose.bodies,
    [name]: {
      salt: body.salt,
      bytes: new TextDecoder().decode(bytes) === new TextDecoder().decode(body.bytes) ? utf8(jcs('another')) : bytes,
    },
  };
  // Its signer signed the digest of what it was.
  const was = loose.was.bodies[name] ?? '';
  const line = name.startsWith('probe-') ? 'probes' : name === 'inputs' ? 'content' : name;
  const kept = new TextDecoder()
    .decode(loose.bodies['statement']?.bytes)
    .split('\n')
    .find((one) => one.startsWith(`${line} `));
  loose.lines = (lines) => {
    if (kept?.includes(was)) lines.set(line, kept.slice(line.length + 1));
  };
  if (!kept?.includes(was)) return null;
  return bench.made(`${name} of ${nameOf(loose)}`, either('I4', 'I17', 'I11'));
};

const PROOFS: Readonly<Record<string, { change: (bundle: Bundle, dice: Dice) => Bundle; invariant: string }>> = {
  'a proof of another entry': {
    invariant: 'I1',
    change: (bundle, dice) => {
      const at = dice.below(bundle.proofs.length - 1);
      return {
        ...bundle,
        proofs: bundle.proofs.map((proof, index) => (index === at ? (bundle.proofs[at + 1] ?? []) : proof)),
      };
    },
  },
  'a proof cut': {
    invariant: 'I1',
    change: (bundle, dice) => {
      const at = dice.below(bundle.proofs.length);
      return { ...bundle, proofs: bundle.proofs.map((proof, index) => (index === at ? proof.slice(1) : proof)) };
    },
  },
  'a proof longer': {
    invariant: 'I1',
    change: (bundle, dice) => {
      const at = dice.below(bundle.proofs.length);
      return {
        ...bundle,
        proofs: bundle.proofs.map((proof, index) => (index === at ? [...proof, ...proof.slice(0, 1)] : proof)),
      };
    },
  },
  'a proof too few': { invariant: 'I1', change: (bundle) => ({ ...bundle, proofs: bundle.proofs.slice(0, -1) }) },
  'a consistency proof left out': {
    invariant: 'I8',
    change: (bundle, dice) => {
      const at = dice.below(bundle.consistency.length);
      return { ...bundle, consistency: bundle.consistency.filter((_, index) => index !== at) };
    },
  },
  'a consistency proof of another size': {
    invariant: 'I8',
    change: (bundle, dice) => {
      const at = dice.below(bundle.consistency.length - 1);
      const other = bundle.consistency[at + 1]?.proof ?? [];
      return {
        ...bundle,
        consistency: bundle.consistency.map((one, index) => (index === at ? { ...one, proof: other } : one)),
      };
    },
  },
  'two entries exchanged': {
    invariant: 'I1',
    change: (bundle, dice) => {
      const at = dice.below(bundle.entries.length - 1);
      const swap = <T>(list: readonly T[]): T[] =>
        list.map((one, index) => (index === at ? (list[at + 1] as T) : index === at + 1 ? (list[at] as T) : one));
      return { ...bundle, entries: swap(bundle.entries), proofs: swap(bundle.proofs) };
    },
  },
  'an entry twice': {
    invariant: 'I1',
    change: (bundle, dice) => {
      const at = 1 + dice.below(bundle.entries.length - 1);
      const twice = <T>(list: readonly T[]): T[] => list.flatMap((one, index) => (index === at ? [one, one] : [one]));
      return { ...bundle, entries: twice(bundle.entries), proofs: twice(bundle.proofs) };
    },
  },
};

export const proofs: Kind = (world, dice) => {
  const bench = new Bench(world, dice, false);
  const [what, { change, invariant }] = dice.one(Object.entries(PROOFS));
  // An entry of which a record has one is missed before anything is hashed.
  const expects = what === 'an entry twice' ? either('I1', 'I18') : either(invariant);
  return bench.made(what, expects, { bundle: ({ bundle }) => change(bundle, dice) });
};

/** A record that leaves out an entry in the middle, while the log has it. */
export const leftOut: Kind = (world, dice) => {
  const bench = new Bench(world, dice, false);
  const shown = bench.of();
  const links = shown.filter(
    (one) => one.chain !== 'none' && shown.findLast(({ chain }) => chain === one.chain) !== one,
  );
  const gone = bench.some(links.filter(({ fields }) => fields.type !== 'genesis' && fields.type !== 'run.opened'));
  if (!gone) return null;
  const at = bench.log.filter(({ shown: seen }) => seen).indexOf(gone);
  const out = <T>(list: readonly T[]): T[] => list.filter((_, index) => index !== at);
  return bench.made(nameOf(gone), gone.chain === 'roster' ? either('I7', 'I1') : either('I1'), {
    bundle: ({ bundle }) => ({ ...bundle, entries: out(bundle.entries), proofs: out(bundle.proofs) }),
  });
};

/** An older checkpoint over a record that is longer. */
export const rolledBack: Kind = (world, dice) => {
  const bench = new Bench(world, dice, false);
  const size = 1 + dice.below(world.log.length - 1);
  return bench.made(`to ${size} leaves`, either('I1'), {
    bundle: ({ bundle }) => ({ ...bundle, checkpoint: world.site.checkpoint(size) }),
  });
};

/** The true record, signed by another key. */
export const otherLogKey: Kind = (world, dice) => {
  const bench = new Bench(world, dice, false);
  const text = new TextDecoder().decode(world.bundle.checkpoint);
  const at = text.length - 3 - dice.below(80);
  const bytes = utf8(
    text.replace(/\S+\n$/, (line) =>
      line.replace(/[A-Za-z]/g, (one, index: number) => (index === 5 + (at % 60) ? (one === 'A' ? 'B' : 'A') : one)),
    ),
  );
  if (new TextDecoder().decode(bytes) === text) return null;
  return bench.made('signature changed', either('I1'), { bundle: ({ bundle }) => ({ ...bundle, checkpoint: bytes }) });
};

/**
 * The newest entries of the run left out, under the newest checkpoint. Whoever signed one of them kept a receipt. With the
 * checkpoint of that time it would be the record as it was exported then, open and true: nothing could tell.
 */
export const cutOff: Kind = (world, dice) => {
  const bench = new Bench(world, dice, false);
  const run = bench.run();
  const gone = run.slice(1 + dice.below(run.length - 1));
  const signed = bench.some(gone.filter(({ bodies }) => bodies['statement'] !== undefined));
  if (!signed) return null;
  const log = bench.log.map((one) => (gone.includes(one) || one.chain === 'after' ? { ...one, shown: false } : one));
  // What the run followed is not hidden by hiding that it did.
  const expects = either('receipt', 'I7', 'I9');
  const kept = utf8(receiptText(world.receiptOf(bench.log.indexOf(signed))));
  return { what: `${gone.length} entries`, log, expects, kept };
};

/** Another history of the same log, signed by all who are in it: what was acknowledged before contradicts it. */
export const forked: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  // That a folder was registered or approved twice is nothing that one run's record can deny.
  const signed = bench.log.filter(
    ({ shown, bodies, chain, fields }) =>
      shown && bodies['statement'] !== undefined && chain !== 'none' && fields.type !== 'genesis',
  );
  const one = bench.some(signed);
  if (!one) return null;
  const seq = bench.log.indexOf(one);
  const before = 1 + dice.below(seq);
  const [first] = bench.log;
  if (!first) return null;
  bench.log.splice(before, 0, {
    ...copyOf(first),
    fields: {
      type: 'attempt.refused',
      actor: bench.id('lead'),
      ts: first.fields['ts'],
      act: 'confirm',
      code: 'XCK_SELF',
    },
    bodies: {},
    chain: 'none',
    shown: false,
  });
  // A bare checkpoint tells where it is of the same size; a receipt tells wherever it stands.
  const bare = dice.chance(3);
  if (bare) bench.log.pop();
  const kept = bare
    ? world.site.checkpoint()
    : utf8(receiptText(world.receiptOf(seq, seq + 1 + dice.below(world.log.length - seq))));
  return bench.made(`before ${before}${bare ? ', by a checkpoint' : ''}`, either('receipt'), { kept });
};

const FOLDERS: Readonly<Record<string, (bundle: Bundle, dice: Dice) => Bundle>> = {
  'a file changed': (bundle, dice) => {
    const at = dice.below(bundle.files.length);
    return {
      ...bundle,
      files: bundle.files.map((file, index) =>
        index === at ? { ...file, bytes: utf8(`${new TextDecoder().decode(file.bytes)}#`) } : file,
      ),
    };
  },
  'a file and the array changed': (bundle, dice) => {
    const at = dice.below(bundle.files.length);
    const files = bundle.files.map((file, index) =>
      index === at ? { ...file, bytes: utf8(`${new TextDecoder().decode(file.bytes)}#`) } : file,
    );
    const index = folderIndex(files);
    return { ...bundle, files, folderIndex: index.ok ? index.value : '' };
  },
  'a mode': (bundle) => ({ ...bundle, folderIndex: bundle.folderIndex.replace('0755', '0644') }),
  'a file less': (bundle) => ({ ...bundle, files: bundle.files.slice(1) }),
};

export const folder: Kind = (world, dice) => {
  const bench = new Bench(world, dice, false);
  const [what, change] = dice.one(Object.entries(FOLDERS));
  return bench.made(what, either('I17'), { bundle: ({ bundle }) => change(bundle, dice) });
};

/** Another folder, sealed as the one that was approved: the people signed the digest of the first. */
export const folderResealed: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const files = world.bundle.files.map((file) =>
    file.path === 'runbook.yaml'
      ? { ...file, bytes: utf8(`${new TextDecoder().decode(file.bytes)}# ${dice.below(1000)}\n`) }
      : file,
  );
  const index = folderIndex(files);
  if (!index.ok) return null;
  const named = digest(utf8(index.value));
  for (const { fields, shown } of bench.log)
    if (shown && fields['runbook'] === world.run.approved.digest) fields['runbook'] = named;
  return bench.made('runbook.yaml', either('I4'), {
    bundle: ({ bundle }) => ({ ...bundle, files, folderIndex: index.value }),
  });
};

/** The record of another site under this trust root. */
export const otherGenesis: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const genesis = bench.log[0];
  if (!genesis) return null;
  const site = genesis.fields['site'] as Record<string, unknown>;
  const what = dice.one(['roles', 'keepers', 'origins', 'host', 'random'] as const);
  if (what === 'roles') (site['people'] as { roles: string[] }[])[2]?.roles.push('dba');
  if (what === 'keepers') (site['keepers'] as { need: number }).need = world.site.roster.solo ? 2 : 1;
  if (what === 'origins') (site['origins'] as string[]).push('https://evil.example');
  if (what === 'host') site['host'] = 'evil.example';
  if (what === 'random') site['random'] = '0'.repeat(64);
  return bench.made(what, either('I7'));
};

/** The same record once more, as it was: what proves that the forge adds no flaw of its own. */
export const untouched = (world: Parameters<Kind>[0], again: boolean): Forged =>
  forge(world.site, looseLog(world, again), world.bundle);
