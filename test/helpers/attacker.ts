/**
 * Whoever owns the server: its database, its log key, its code. They append what they like, sign any checkpoint, and let the
 * agent and the lead go along; a person's key at a terminal, and the trust file in the auditor's hand, they do not have.
 */
import type { Draft, Sealed } from '../../core/log/entry.ts';
import type { EntryOf, EntryType, RosterText, RunEntry } from '../../core/log/tables.ts';
import { packBundle } from '../../core/record/bundle.ts';
import type { Trust } from '../../core/record/trust.ts';
import { LESS, type Verdict, verifyFile } from '../../core/verify/verify.ts';
import { verifyRaw } from '../../server/ports/verify.ts';
import { collect } from '../../server/record/collect.ts';
import type { LogStore } from '../../server/store/store.ts';
import { heldSigner } from './authenticator.ts';
import { dice, newSigner } from './signer.ts';
import { type Name, RUNBOOK, type SiteOptions, type TestPerson, type TestRun, TestSite } from './site.ts';

/** Both people must confirm, from their seats: the quorum that the attacker lacks. */
export const STEP = 'drop-column';
/** The same with one confirmation less to get, where a story needs somebody who refuses beside somebody who confirms. */
export const FOUR_EYES = RUNBOOK.replace('eyes: 6', 'eyes: 4');
export const FIRST = '01JD3V7Q0Z8EA1B2C3D4E5F6G7';
export const SECOND = '01JD3V7Q0Z8EA1B2C3D4E5F6G8';

export const theSite = (options: SiteOptions = {}): TestSite => new TestSite({ executor: 'detached', ...options });

export const begun = (site: TestSite = theSite(), yaml: string = RUNBOOK, run = FIRST): TestRun =>
  site.open(site.approved(yaml), { run }).seat().backup();

/** The first reviewer has confirmed, genuinely; the second one never does. */
export function half(site: TestSite = theSite(), yaml: string = RUNBOOK): TestRun {
  const run = begun(site, yaml);
  run.arm(STEP);
  run.confirm('dba', 'reviewer', 'dba');
  return run;
}

/** What is left once the confirmations stand: key, start, outcome and the close, every one of them by whom it should be. */
export function carriedOut(run: TestRun): TestRun {
  run.key();
  run.start();
  run.outcome();
  run.close();
  return run;
}

/** Puts in what the write path would refuse: the key on what is there, and the start. */
export function forced(run: TestRun): TestRun {
  run.put(run.keyDraft());
  run.put(run.startDraft());
  return run;
}

/** This person with a security key that the attacker made in software. */
export const posed = (site: TestSite, name: Name, seed = 'mallory'): TestPerson => ({
  ...site.people[name],
  kind: 'sk-ssh',
  ...heldSigner('sk-ssh', '', () => site.origin, dice(seed)(32)),
});

/** From here on whatever these persons sign, the attacker signs instead. */
export function posesAs(site: TestSite, ...people: readonly TestPerson[]): void {
  for (const name of Object.keys(site.people) as Name[]) {
    const own = people.find(({ id }) => id === site.people[name].id);
    if (own) (site.people as Record<Name, TestPerson>)[name] = own;
  }
}

export function posesAsAgent(site: TestSite): void {
  (site as { agent: TestSite['agent'] }).agent = {
    ...site.agent,
    sign: newSigner('a-', 'ssh-ed25519', dice('mallory'), () => site.origin).sign,
  };
}

/** The roster's people, with these persons' keys as their only ones. */
export const peopleWith = (site: TestSite, ...people: readonly TestPerson[]): RosterText['people'] =>
  site.roster.people.map(({ id, keys, roles, token }) => {
    const own = people.find((one) => one.id === id);
    return { id, keys: own ? [{ key: own.key, kind: own.kind }] : [...keys], roles: [...roles], token };
  });

/** An entry of another history or another place as a draft, with the genuine bodies that people signed there. */
export const copied = <T extends EntryType>({ entry, bodies }: Sealed, fields: object = {}): Draft<T> => {
  const { v, log, seq, type, ts, actor, bodies: _, ...rest } = entry as unknown as Record<string, unknown>;
  const { run, rseq, prev, rprev, hprev, ...own } = rest;
  return { type, actor, fields: { ...own, ...fields }, bodies } as unknown as Draft<T>;
};

/** The first entry of a type, in the run or in a list of entries. */
export const entryOf = <T extends RunEntry['type']>(run: TestRun, type: T, nth = 0): Sealed<EntryOf<T>> =>
  run.entries.filter(({ entry }) => entry.type === type)[nth] as unknown as Sealed<EntryOf<T>>;

/** The verdict of the most lenient auditor there is, who has the genuine trust file. */
export const judged = (run: TestRun, trust: Trust = run.site.trust): Promise<Verdict> =>
  verifyFile(packBundle(run.bundle()), trust, verifyRaw, { accept: LESS });

export const judgedFile = (tar: Uint8Array, trust: Trust): Promise<Verdict> =>
  verifyFile(tar, trust, verifyRaw, { accept: LESS });

/** The record that a server makes of a store, of as many entries as it admits to. */
export function recordOf(run: TestRun, store: LogStore = run.site.store, size = store.size()): Uint8Array {
  const { site, state } = run;
  return packBundle(
    collect(store, state.facts.run, { checkpoint: site.checkpoint(size), size, withheld: new Set<string>() }),
  );
}
