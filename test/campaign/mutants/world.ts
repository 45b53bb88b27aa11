/** A story as a log taken apart, with everybody's keys: what a kind of tampering starts from. */
import { base64, fromUtf8 } from '../../../core/bytes/encoding.ts';
import { digest } from '../../../core/bytes/hash.ts';
import { inclusionProof } from '../../../core/log/merkle.ts';
import { chainOf } from '../../../core/log/parse.ts';
import type { Entry } from '../../../core/log/tables.ts';
import type { Bundle } from '../../../core/record/bundle.ts';
import type { Receipt } from '../../../core/record/receipt.ts';
import { foreignTo, type HoldsEntry } from '../../../core/site/holds.ts';
import type { Signer } from '../../helpers/signer.ts';
import { Dice } from '../dice.ts';
import type { Loose } from './forge.ts';
import { detours, STORIES, type Told } from './worlds.ts';

export interface World extends Told {
  readonly name: string;
  /** The whole log, as it was. */
  readonly log: readonly Loose[];
  readonly bundle: Bundle;
  /** By id. */
  readonly signers: ReadonlyMap<string, Signer>;
  /** What whoever signed the entry `seq` got when it was new, or when the run was over. */
  readonly receiptOf: (seq: number, size?: number) => Receipt;
}

export const STORY_NAMES = Object.keys(STORIES);

export function worldOf(name: string, seed: number): World {
  const story = STORIES[name];
  if (!story) throw new Error(`There is no story ${name}.`);
  const number = STORY_NAMES.indexOf(name);
  const told = story(new Dice(seed, number), `mutants ${seed} ${name}`, detours(seed + 3 * number));
  const { site, run } = told;
  const bundle = run.bundle();
  const people = Object.values(site.people).map((person): [string, Signer] => [person.id, person]);
  const signers = new Map<string, Signer>([...people, [site.agent.id, site.agent]]);
  return {
    ...told,
    name,
    bundle,
    signers,
    log: takenApart(told, bundle, signers),
    receiptOf: (seq, size = site.store.size()) => ({
      entry: site.store.entry(seq)?.bytes ?? new Uint8Array(),
      index: seq,
      proof: inclusionProof(seq, size, site.store.node).map(base64),
      checkpoint: fromUtf8(site.checkpoint(size)) ?? '',
    }),
  };
}

const LINKS = new Set(['v', 'log', 'seq', 'run', 'rseq', 'prev', 'rprev', 'hprev', 'aprev', 'bodies']);

function takenApart({ site, run }: Told, bundle: Bundle, signers: ReadonlyMap<string, Signer>): Loose[] {
  const shown = new Set(bundle.entries.map((bytes) => fromUtf8(bytes)));
  const rows = Array.from({ length: site.store.size() }, (_, seq) => site.store.entry(seq));
  const read = rows.map((row) => JSON.parse(fromUtf8(row?.bytes ?? new Uint8Array()) ?? '') as Entry);
  const holds = read.flatMap((entry, seq) =>
    chainOf(entry.type, entry) === 'holds'
      ? [{ entry: entry as HoldsEntry, digest: digest(rows[seq]?.bytes ?? new Uint8Array()) }]
      : [],
  );
  const [opened] = run.entries;
  const of = { runbook: run.approved.digest, run: opened?.entry.run ?? '' };
  const foreign = new Set(foreignTo(holds, of).map(({ entry }) => entry.seq));
  return read.map((entry, seq): Loose => {
    const row = rows[seq];
    const bytes = row?.bytes ?? new Uint8Array();
    const named = (entry.bodies ?? {}) as Record<string, string>;
    const signer = signers.get(entry.actor) ?? null;
    const bodies = Object.entries(named).flatMap(([name, one]) => {
      const body = site.store.body(one);
      return body ? [[name, body] as const] : [];
    });
    return {
      fields: Object.fromEntries(Object.entries(entry).filter(([key]) => !LINKS.has(key))) as Loose['fields'],
      bodies: Object.fromEntries(bodies),
      chain: chainOf(entry.type, entry) ?? 'none',
      run: row?.run ?? row?.after ?? null,
      was: { digest: digest(bytes), index: 'rseq' in entry ? entry.rseq : seq, bodies: named, signer },
      shown: shown.has(fromUtf8(bytes)),
      bare: foreign.has(seq),
      signer,
    };
  });
}

/** The log again, for one mutant: everybody signs again, or nobody does. */
export const looseLog = ({ log }: World, again: boolean): Loose[] =>
  log.map((loose) => ({
    ...loose,
    fields: structuredClone(loose.fields),
    bodies: { ...loose.bodies },
    signer: again ? loose.signer : null,
  }));
