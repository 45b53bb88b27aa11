/**
 * What whoever owns the server tries in order to get `ANCHORED`, `independent` for a live run of an irreversible step that
 * lacked its quorum; every entry and checkpoint is genuinely sealed. For tests.
 */
import { statementTime } from '../../../core/approval/statement.ts';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { digest } from '../../../core/bytes/hash.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import type { RosterText } from '../../../core/log/tables.ts';
import { packBundle } from '../../../core/record/bundle.ts';
import type { Trust } from '../../../core/record/trust.ts';
import { openArming } from '../../../core/run/context.ts';
import {
  begun,
  carriedOut,
  copied,
  entryOf,
  FIRST,
  FOUR_EYES,
  forced,
  half,
  peopleWith,
  posed,
  posesAs,
  posesAsAgent,
  recordOf,
  SECOND,
  STEP,
  theSite,
} from '../../helpers/attacker.ts';
import { type Name, RUNBOOK, type TestRun, type TestSite } from '../../helpers/site.ts';

/** A record, and the trust file that the auditor holds. */
export interface Filed {
  readonly tar: Uint8Array;
  readonly trust: Trust;
}

interface Strategy {
  readonly make: () => TestRun | Filed;
  /** The invariant that its first reason names. */
  readonly invariant: string;
  readonly says: RegExp;
}

export const filed = (made: TestRun | Filed): Filed =>
  'site' in made ? { tar: packBundle(made.bundle()), trust: made.site.trust } : made;

/** The second confirmation by a key that the attacker made. */
const impersonated = (): TestRun => {
  const run = half();
  posesAs(run.site, posed(run.site, 'sre'));
  run.confirm('sre', 'verifier', 'sre');
  return carriedOut(run);
};

/** A site whose second reviewer was given a one-time token, which the server drew and so knows. */
const tokened = (): TestRun => {
  const token = new Uint8Array(32).fill(7);
  const site = theSite({
    genesis: (document) => ({
      ...document,
      people: document.people.map((one) =>
        one.roles.join() === 'sre' ? { ...one, keys: [], token: digest(token) } : one,
      ),
    }),
  });
  const own = posed(site, 'sre');
  posesAs(site, own);
  site.enrol({ ...own, token });
  const run = half(site);
  run.confirm('sre', 'verifier', 'sre');
  return carriedOut(run);
};

/** The roster that the attacker wants, written as far as these keepers go along. */
const rostered = (keepers: readonly Name[], change?: (site: TestSite) => Partial<RosterText>) => (): TestRun => {
  const site = theSite();
  const own = posed(site, 'sre');
  const wanted = change ?? ((it) => ({ people: peopleWith(it, own) }));
  if (keepers.length > 0) site.changeRoster(keepers, wanted(site));
  else {
    const text = { ...wanted(site), version: site.roster.version + 1 };
    const roster = site.salted(utf8(jcs(text)));
    const fields = { version: text.version, signed: [] };
    site.put({ type: 'roster.changed', actor: site.people.keeper.id, fields, bodies: { roster } });
  }
  posesAs(site, own);
  const run = half(site);
  run.confirm('sre', 'verifier', 'sre');
  return carriedOut(run);
};

/** Somebody whom the roster never heard of confirms, with a key that is theirs. */
const sockPuppet = (): TestRun => {
  const run = half();
  const { site } = run;
  const puppet = { ...posed(site, 'author'), id: `p-${'5'.repeat(16)}` };
  (site.people as Record<Name, typeof puppet>).author = puppet;
  run.put(run.confirmDraft('author', 'verifier', 'sre'));
  return forced(run);
};

/** The genuine confirmation of an earlier arming, with every signature genuine, put where it lacks. */
const replayedAttempt = (): TestRun => {
  const run = half();
  run.confirm('sre', 'verifier', 'sre');
  run.submit({ type: 'withdraw', person: run.site.people.lead.id, step: STEP });
  run.arm(STEP);
  run.confirm('dba', 'reviewer', 'dba');
  run.put(copied<'step.confirmed'>(entryOf(run, 'step.confirmed', 1), run.about()));
  return carriedOut(run);
};

const REHEARSED = RUNBOOK.replace('presence:', 'rehearsal: {inputs: {table: copies}}\npresence:').replace(
  'title: Keep a copy',
  'title: Keep a copy\n    rehearse: as_is',
);

const replayedRun = (mode: 'live' | 'rehearsal') => (): TestRun => {
  const site = theSite();
  const approved = site.approved(REHEARSED);
  const earlier = site.open(approved, { run: SECOND, mode }).seat().backup().crossChecked();
  const run = site.open(approved, { run: FIRST }).seat().backup();
  run.arm(STEP);
  run.confirm('dba', 'reviewer', 'dba');
  run.put(copied<'step.confirmed'>(entryOf(earlier, 'step.confirmed', 1), run.about()));
  return carriedOut(run);
};

/** One history is shown to the second reviewer, and their signature spliced into another, in which something else was armed. */
const spliced = (): TestRun => {
  const shown = half();
  shown.confirm('sre', 'verifier', 'sre');
  const run = begun();
  run.arm(STEP, {
    alter: (it) => ({ ...it, do: { kind: 'run', argv: ['sqlite3', 'live.db', 'drop table customers'] } }),
  });
  run.confirm('dba', 'reviewer', 'dba');
  run.put(copied<'step.confirmed'>(entryOf(shown, 'step.confirmed', 1), run.about()));
  return carriedOut(run);
};

/** As many entries as the other log has, so that no tree which was signed there is longer than this log. */
function padded(site: TestSite, other: TestSite): void {
  while (site.store.size() < other.store.size())
    site.put({ type: 'attempt.refused', actor: site.people.dba.id, fields: { act: 'confirm', code: 'XCK_STALE' } });
}

/** A refusal of the first attempt is dropped from the log, and everything after it signed again by whoever can be: the log. */
const refusalRewritten = (): TestRun => {
  const seen = begun();
  seen.arm(STEP);
  seen.refuse('sre', 'verifier', 'sre', 'Not this host');
  seen.arm(STEP);
  seen.confirm('dba', 'reviewer', 'dba');
  seen.confirm('sre', 'verifier', 'sre');
  const run = begun();
  padded(run.site, seen.site);
  run.arm(STEP);
  for (const nth of [0, 1]) run.put(copied<'step.confirmed'>(entryOf(seen, 'step.confirmed', nth), run.about()));
  return carriedOut(run);
};

/** The refusal's lines are simply cut out of the record. */
const refusalCut = (): Filed => {
  const run = begun();
  run.arm(STEP);
  run.refuse('sre', 'verifier', 'sre', 'Not this host');
  run.crossChecked();
  run.start();
  run.outcome();
  run.close();
  const cut = new Set(run.entries.filter(({ entry }) => entry.type === 'step.refused').map(({ entry }) => entry.seq));
  const store = { ...run.site.store };
  store.entriesOf = (id) => run.site.store.entriesOf(id).filter(({ seq }) => !cut.has(seq));
  return { tar: recordOf(run, store), trust: run.site.trust };
};

/** A key that was suspended, in a thief's hands. */
const suspendedKey = (): TestRun => {
  const run = half();
  run.site.suspend('keeper', 'sre');
  run.put(run.confirmDraft('sre', 'verifier', 'sre'));
  return forced(run);
};

/** The suspension is taken out of the history that others had seen when they confirmed. */
const suspensionHidden = (): TestRun => {
  const site = theSite();
  const seen = begun(site);
  site.suspend('keeper', 'author');
  seen.submit({ type: 'roster', roster: site.roster.ref, struck: { [site.people.author.id]: [] }, called: false });
  seen.arm(STEP);
  seen.confirm('dba', 'reviewer', 'dba');
  const run = begun();
  padded(run.site, seen.site);
  run.arm(STEP);
  run.put(copied<'step.confirmed'>(entryOf(seen, 'step.confirmed'), run.about()));
  run.confirm('sre', 'verifier', 'sre');
  return carriedOut(run);
};

/** A genuine confirmation is entered before the suspension that came first. */
const confirmationBackdated = (): TestRun => {
  const site = theSite();
  const late = begun(site);
  late.arm(STEP);
  site.put({ type: 'attempt.refused', actor: site.people.dba.id, fields: { act: 'confirm', code: 'XCK_STALE' } });
  late.confirm('dba', 'reviewer', 'dba');
  const run = begun();
  run.arm(STEP);
  run.put(copied<'step.confirmed'>(entryOf(late, 'step.confirmed'), run.about()));
  run.confirm('sre', 'verifier', 'sre');
  return carriedOut(run);
};

const agentFaked = (): TestRun => {
  const run = half();
  run.confirm('sre', 'verifier', 'sre');
  run.key();
  posesAsAgent(run.site);
  run.start();
  run.outcome();
  run.close();
  return run;
};

const expiredStart = (): TestRun => {
  const run = half();
  run.confirm('sre', 'verifier', 'sre');
  run.key();
  const over = openArming(run.context)?.notAfter ?? 0;
  run.put(run.startDraft(undefined, (lines) => ({ ...lines, at: statementTime(over + 60_000) })));
  return run;
};

/** The entry gives the arming an hour more than its agent and everybody signed. */
const longerEntry = (): TestRun => {
  const run = half();
  const armed = entryOf(run, 'step.armed', 1);
  const again = begun();
  again.put(copied<'step.armed'>(armed, { not_after: armed.entry.not_after + 3_600_000 }));
  again.confirm('dba', 'reviewer', 'dba');
  again.confirm('sre', 'verifier', 'sre');
  return carriedOut(again);
};

const timeTurnedBack = (): TestRun => {
  const run = half();
  run.site.now -= 3_600_000;
  run.confirm('sre', 'verifier', 'sre');
  return carriedOut(run);
};

/** The agent is made to arm less than the runbook asks for. */
const armedWith = (change: object) => (): TestRun => {
  const run = begun();
  run.arm(STEP, { alter: (it) => ({ ...it, action: { ...it.action, ...change } }) });
  run.confirm('dba', 'reviewer', 'dba');
  return forced(run);
};

/** A folder with fewer eyes is run on the approval of the other. */
const otherFolder = (): TestRun => {
  const site = theSite();
  const approved = site.approved(RUNBOOK);
  const run = site.open({ ...site.approved(FOUR_EYES), ref: approved.ref });
  run.seat().backup().arm(STEP);
  run.confirm('sre', 'verifier', 'sre');
  return carriedOut(run);
};

const approvedBy =
  (approver: Name, forge = false) =>
  (): TestRun => {
    const site = theSite();
    if (forge) posesAs(site, posed(site, approver));
    const run = site.open(site.approved(FOUR_EYES, { approver })).seat().backup();
    run.arm(STEP);
    run.confirm('sre', 'verifier', 'sre');
    return carriedOut(run);
  };

const counted = (name: Name, seat: string, role: string) => (): TestRun => {
  const run = half();
  run.put(run.confirmDraft(name, seat, role, seat === 'reviewer' ? { where: 'db-1' } : { loss: '200000' }));
  return forced(run);
};

/** Passkeys sign whatever the page puts before them: here both confirmations, over the truth, unseen by anybody. */
const passkeysAlone = (): TestRun => {
  const run = half(theSite({ kinds: { dba: 'passkey', sre: 'passkey' } }));
  run.confirm('sre', 'verifier', 'sre');
  return forced(run);
};

const otherGenesis = (): Filed => {
  const own = half(theSite({ seed: 'mallory' }));
  own.confirm('sre', 'verifier', 'sre');
  return { tar: recordOf(carriedOut(own)), trust: theSite().trust };
};

/** The genuine log key, over a genesis in which the second reviewer's key is the attacker's. */
const sameLogKey = (): Filed => {
  const { key } = posed(theSite(), 'sre');
  const own = theSite({
    genesis: (document) => ({
      ...document,
      people: document.people.map((one) =>
        one.roles.join() === 'sre' ? { ...one, keys: [{ key, kind: 'sk-ssh' }] } : one,
      ),
    }),
  });
  posesAs(own, posed(own, 'sre'));
  const run = half(own);
  run.confirm('sre', 'verifier', 'sre');
  return { tar: recordOf(carriedOut(run)), trust: theSite().trust };
};

const calledSolo = (): TestRun => {
  const site = theSite();
  const run = site
    .open(site.approved(RUNBOOK), { fields: { solo: true } })
    .seat()
    .backup();
  run.arm(STEP);
  run.confirm('dba', 'reviewer', 'dba');
  return forced(run);
};

export const STRATEGIES: Readonly<Record<string, Strategy>> = {
  'it confirms with a key of its own in a reviewer’s name': {
    make: impersonated,
    invariant: 'I7',
    says: /no such key of theirs/,
  },
  'it enrols a key by the token that it drew itself, and calls it an SSH key': {
    make: tokened,
    invariant: 'I7',
    says: /no such key of theirs/,
  },
  'it writes the next roster itself': { make: rostered([]), invariant: 'I7', says: /roster/i },
  'it has one keeper sign the next roster': { make: rostered(['keeper']), invariant: 'I7', says: /keepers/ },
  'it has somebody confirm whom the roster does not know': {
    make: sockPuppet,
    invariant: 'I7',
    says: /no such key of theirs/,
  },
  'it makes the site solo by a roster': {
    make: rostered(['lead', 'keeper'], (site) => ({ keepers: { ...site.roster.keepers, need: 1 } })),
    invariant: 'I7',
    says: /two keepers must be needed/,
  },
  'it calls the run solo': { make: calledSolo, invariant: 'I7', says: /solo is not what the roster makes it/ },
  'it begins a log of its own': { make: otherGenesis, invariant: 'I7', says: /trust root names another/ },
  'it begins a log of its own with the same log key': {
    make: sameLogKey,
    invariant: 'I7',
    says: /trust root names another/,
  },
  'it replays the confirmation of an earlier attempt': {
    make: replayedAttempt,
    invariant: 'I4',
    says: /line "attempt"/,
  },
  'it replays the confirmation of an earlier run': { make: replayedRun('live'), invariant: 'I4', says: /line "run"/ },
  'it replays the confirmation of a rehearsal': {
    make: replayedRun('rehearsal'),
    invariant: 'I4',
    says: /line "mode"/,
  },
  'it shows a reviewer one command and runs another': {
    make: spliced,
    invariant: 'I8',
    says: /a tree that this log never had/,
  },
  'it cuts a refusal out of the record': { make: refusalCut, invariant: 'I1', says: /must stand|does not name/ },
  'it writes the log anew without a refusal': {
    make: refusalRewritten,
    invariant: 'I8',
    says: /a tree that this log never had/,
  },
  'it uses a key after its suspension': { make: suspendedKey, invariant: 'I7', says: /no such key of theirs/ },
  'it takes a suspension out of what a reviewer had verified': {
    make: suspensionHidden,
    invariant: 'I8',
    says: /a tree that this log never had/,
  },
  'it enters a confirmation earlier than it was made': {
    make: confirmationBackdated,
    invariant: 'I19',
    says: /a tree that did not exist yet/,
  },
  'it speaks for the agent': { make: agentFaked, invariant: 'I13', says: /another key|other bytes|no such key/ },
  'it starts after the confirmations have expired': { make: expiredStart, invariant: 'I6', says: /had expired/ },
  'it lets an arming last longer than was signed': {
    make: longerEntry,
    invariant: 'I4',
    says: /line "not-after"/,
  },
  'it turns the clock of the log back': { make: timeTurnedBack, invariant: 'I1', says: /time lies before/ },
  'it has fewer eyes armed': { make: armedWith({ eyes: 4 }), invariant: 'I17', says: /eyes/ },
  'it has no key of a terminal asked for': {
    make: armedWith({ keys: { high: 0, terminal: 0 } }),
    invariant: 'I17',
    says: /keys/,
  },
  'it runs another folder than the one that was approved': {
    make: otherFolder,
    invariant: 'I18',
    says: /another folder was approved/,
  },
  'it has the author approve': { make: approvedBy('author'), invariant: 'I18', says: /what they wrote or registered/ },
  'it approves in a reviewer’s name': {
    make: approvedBy('keeper', true),
    invariant: 'I7',
    says: /no such key of theirs/,
  },
  'it counts the lead': {
    make: counted('lead', 'verifier', 'sre'),
    invariant: 'I3',
    says: /hold that seat|cannot count/,
  },
  'it counts one person twice': {
    make: counted('dba', 'reviewer', 'dba'),
    invariant: 'I3',
    says: /nobody counts twice/,
  },
  'it counts an author': { make: counted('author', 'verifier', 'sre'), invariant: 'I3', says: /hold that seat|author/ },
  'it has passkeys sign through a lying page': {
    make: passkeysAlone,
    invariant: 'I3',
    says: /by the keys that this step asks for/,
  },
};
