/** Genuine closed records to tamper with: each is one story, told with detours that the dice choose, and anchored as it stands. */
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { struckBy } from '../../../core/log/roster.ts';
import { runActLines } from '../../../core/run/lines.ts';
import { Outside } from '../../helpers/outside.ts';
import type { TestRun } from '../../helpers/run.ts';
import { BRIEFED, BY_HAND, PARALLEL, THREE, WAVES } from '../../helpers/runs.ts';
import { newSigner, type Signer } from '../../helpers/signer.ts';
import { KEEPING, type Name, RUNBOOK, type SiteOptions, TestSite } from '../../helpers/site.ts';
import type { Dice } from '../dice.ts';

export interface Told {
  readonly site: TestSite;
  readonly run: TestRun;
  /** A second key, where somebody has one. */
  readonly second?: Signer;
}

type Story = (dice: Dice, seed: string, detour: Detour) => Told;

/** The detours of a story. None comes twice in a row, and the stories of one seed have all of them. */
interface Detour {
  /** What happens between two steps. */
  (run: TestRun): void;
  /** What became of the first attempt: 0 there was none, 1 refused, 2 withdrawn, 3 an answer differed. */
  readonly attempt: number;
}

const text = (run: TestRun, value: unknown) => run.site.salted(utf8(jcs(value)));
const id = (run: TestRun, name: Name) => run.site.people[name].id;
const hold = (run: TestRun) => run.context.holds.at(-1)?.ref ?? '';

/** Every hold of the run lifted, by as many as it takes. */
function lifted(run: TestRun): void {
  for (let open = run.context.holds.length; open > 0; open = run.context.holds.length) {
    const { ref = '' } = run.context.holds[0] ?? {};
    for (const name of ['lead', 'dba', 'sre'] as const)
      if (run.context.holds.some((one) => one.ref === ref)) run.sign(name, 'lift', ref, { risk: null });
  }
}

function liftedOutside(out: Outside, ref: string): void {
  for (const name of ['lead', 'dba', 'sre'] as const)
    if (out.state.holds.open.some((one) => one.ref === ref)) out.lift(ref, name);
}

/** What may happen between two steps, with nothing armed: nothing of it changes what the run comes to. */
const DETOURS: Readonly<Record<string, (run: TestRun) => void>> = {
  nothing: () => undefined,
  'somebody was away': (run) => {
    run.submit({ type: 'lost', seat: 'verifier' });
    run.submit({ type: 'back', seat: 'verifier' });
  },
  'somebody left and came back': (run) => {
    run.submit({ type: 'leave', person: id(run, 'sre'), seat: 'verifier' });
    run.join('sre', 'verifier', 'sre');
  },
  'a hold, lifted': (run) => {
    run.submit({ type: 'hold', person: id(run, 'sre'), text: text(run, 'Wait') });
    lifted(run);
  },
  'a hold with a condition': (run) => {
    run.submit({ type: 'hold', person: id(run, 'dba'), text: null });
    const conditions = { lag: 'verifier' };
    run.submit({ type: 'update', person: id(run, 'dba'), hold: hold(run), conditions, answer: text(run, {}) });
    run.submit({ type: 'update', person: id(run, 'sre'), hold: hold(run), met: ['lag'], answer: text(run, {}) });
    lifted(run);
  },
  'the keepers signed a version': (run) => version(run, () => run.site.changeRoster(['lead', 'keeper'])),
  'the author’s key was suspended': (run) => {
    if ((run.site.roster.people.find((one) => one.id === id(run, 'author'))?.keys.length ?? 0) === 0) return;
    version(run, () => run.site.suspend('keeper', 'author'));
    lifted(run);
  },
  'a hold on the runbook': (run) => {
    const out = new Outside(run.site);
    const called = out.hold('keeper', { runbook: run.approved.digest }, run);
    liftedOutside(out, called);
    lifted(run);
  },
};

/** A version of the roster, and the run that follows it. */
type Version = { readonly entry: { readonly type: string } };

function version(run: TestRun, make: () => Version): void {
  const { site } = run;
  const [opening, before] = [run.site.rosterAt(run.entries[0]?.entry.seq ?? 0), site.roster];
  const called = make().entry.type === 'key.suspended';
  run.submit({ type: 'roster', roster: site.roster.ref, struck: struckBy(opening, before, site.roster), called });
}

/** `from` is the first of them. */
export function detours(from: number): Detour {
  let next = from;
  const detour = (run: TestRun) => {
    const names = run.site.roster.solo ? ['nothing', 'somebody was away', 'a hold, lifted'] : Object.keys(DETOURS);
    DETOURS[names[next % names.length] ?? '']?.(run);
    next += 1;
  };
  return Object.assign(detour, { attempt: from % 4 });
}

/** The critical step of the default runbook, perhaps after an attempt that came to nothing. */
function crossChecked(run: TestRun, dice: Dice, { attempt }: Detour): void {
  if (attempt > 0) {
    run.arm('drop-column');
    if (dice.chance(2)) run.confirm('sre', 'verifier', 'sre');
    if (attempt === 1) run.refuse('dba', 'reviewer', 'dba', 'Not this host');
    if (attempt === 2) run.submit({ type: 'withdraw', person: id(run, 'lead'), step: 'drop-column' });
    if (attempt === 3) {
      run.submit(run.confirmCommand('dba', 'reviewer', 'dba', { where: 'db-2' }));
      run.submit({ type: 'withdraw', person: id(run, 'lead'), step: 'drop-column' });
    }
    lifted(run);
  }
  run.arm('drop-column');
  const order = [() => run.confirm('dba', 'reviewer', 'dba'), () => run.confirm('sre', 'verifier', 'sre')];
  for (const confirm of dice.chance(2) ? order : order.reverse()) confirm();
  run.key();
  run.start();
  run.outcome();
}

function dropped(options: SiteOptions, run: (site: TestSite) => TestRun, dice: Dice, detour: Detour): TestRun {
  const opened = run(new TestSite(options)).seat();
  detour(opened);
  opened.backup();
  detour(opened);
  crossChecked(opened, dice, detour);
  detour(opened);
  opened.close('done', ...(dice.chance(2) ? (['lead', 'sre'] as const) : (['dba', 'lead'] as const)));
  return opened;
}

const told = (run: TestRun): Told => ({ site: run.site, run });
const kindsOf = (dice: Dice): NonNullable<SiteOptions['kinds']> => ({
  dba: dice.one([undefined, 'passkey', 'sk-ssh'] as const),
  sre: 'sk-ssh',
});

/** The first step done, the second started. */
function second(seed: string): TestRun {
  const site = new TestSite({ seed });
  const run = site.open(site.approved(THREE), { inputs: {} }).seat();
  run.arm('first');
  run.start();
  run.outcome();
  checked(run, 'second');
  return run;
}

function checked(run: TestRun, step: string): void {
  run.arm(step);
  run.confirm('dba', 'reviewer', 'dba', {});
  run.key();
  run.start();
}

function plain(run: TestRun, ...steps: string[]): void {
  for (const step of steps) {
    run.arm(step);
    run.start();
    run.outcome();
  }
}

const answered = (run: TestRun, name: Name, question: string) =>
  run.submit({
    type: 'answer',
    person: id(run, name),
    question,
    result: 'pass',
    answer: text(run, { evidence: null, value: 'x' }),
  });
const polled = (run: TestRun, name: Name, gate: string) =>
  run.submit({ type: 'poll', person: id(run, name), gate, vote: 'go', text: null });

const BACK = { deviation: null, dissent: null, test: null, way: 'back' } as const;
const PATCH = {
  before: 'third',
  inputs: null,
  reason: 'The index was missed',
  steps: [{ id: 'patch', title: 'Add the index', run: ['echo', 'index'], timeout: '1m' }],
};

function briefed(seed: string, plan: (run: TestRun) => void): Told {
  const site = new TestSite({ seed });
  const run = site.open(site.approved(BRIEFED), { inputs: {} }).seat();
  plan(run);
  for (const name of ['lead', 'dba', 'sre'] as const) answered(run, name, 'leaves');
  for (const name of ['lead', 'dba'] as const) polled(run, name, 'go_no_go');
  plain(run, 'only');
  answered(run, 'lead', 'report');
  run.close();
  return told(run);
}

/** The reviewer has confirmed, the step has run, and then the roster takes their key. */
function keyLost(dice: Dice, seed: string, detour: Detour, lose: (site: TestSite) => Version): Told {
  const site = new TestSite({ seed, kinds: { dba: dice.one([undefined, 'passkey'] as const) } });
  const run = site.open(site.approved(RUNBOOK)).seat().backup();
  crossChecked(run, dice, detour);
  version(run, () => lose(site));
  run.close('aborted', 'lead', 'sre');
  return told(run);
}

export const STORIES: Readonly<Record<string, Story>> = {
  'six eyes': (dice, seed, detour) =>
    told(dropped({ seed, kinds: kindsOf(dice) }, (site) => site.open(site.approved(RUNBOOK)), dice, detour)),
  'six eyes, a second key': (dice, seed, detour) => {
    let second: Signer | undefined;
    const genesis: SiteOptions['genesis'] = (site) => {
      second = newSigner(
        'p-',
        'ssh-ed25519',
        (length) => dice.bytes(length),
        () => run.site.origin,
      );
      const key = { key: second.key, kind: 'ssh' as const };
      return {
        ...site,
        people: site.people.map((one, index) =>
          index === 1 ? { ...one, keys: [...one.keys, key], roles: [...one.roles, 'sre'] } : one,
        ),
      };
    };
    const run: TestRun = dropped({ seed, genesis }, (site) => site.open(site.approved(RUNBOOK)), dice, detour);
    return { site: run.site, run, ...(second ? { second } : {}) };
  },
  'six eyes, a key that is added': (dice, seed, detour) => {
    const site = new TestSite({ seed });
    const run = site.open(site.approved(RUNBOOK)).seat().backup();
    const second = newSigner(
      'p-',
      'ssh-ed25519',
      (length) => dice.bytes(length),
      () => site.origin,
    );
    version(run, () => {
      const people = site.roster.people.map(({ id: own, keys, roles, token }) => ({
        id: own,
        keys: own === id(run, 'dba') ? [...keys, { key: second.key, kind: 'ssh' as const }] : [...keys],
        roles: [...roles],
        token,
      }));
      return site.changeRoster(['lead', 'keeper'], { people });
    });
    crossChecked(run, dice, detour);
    detour(run);
    run.close();
    return { site, run, second };
  },
  solo: (dice, seed, detour) => {
    const kinds = { dba: dice.one([undefined, 'passkey'] as const), lead: dice.one([undefined, 'passkey'] as const) };
    return told(dropped({ seed, solo: true, kinds }, (site) => site.open(site.approved(RUNBOOK)), dice, detour));
  },
  'followed by what comes after': (dice, seed, detour) => {
    let out: Outside | undefined;
    const open = (site: TestSite) => {
      out = new Outside(site);
      const other = site.approved(RUNBOOK);
      const approved = site.approved(KEEPING);
      if (dice.chance(2)) out.hold('sre', { runbook: other.digest });
      const called = out.hold('sre', { runbook: approved.digest });
      liftedOutside(out, called);
      return out.open(approved);
    };
    const run = dropped({ seed, kinds: { dba: 'passkey' } }, open, dice, detour);
    const person = id(run, 'lead');
    out?.after(run, { type: 'postmortem', person, answer: text(run, {}) });
    out?.after(run, { type: 'countermeasure', person, id: 'alert', due: null, answer: text(run, {}) });
    out?.after(run, { type: 'countermeasure_closed', person, id: 'alert', answer: text(run, {}) });
    out?.after(run, { type: 'backup_deleted', person, step: 'backup', answer: text(run, {}) });
    return told(run);
  },
  'rehearsed, then live': (dice, seed, detour) => {
    const open = (site: TestSite) => {
      const out = new Outside(site);
      const yaml = RUNBOOK.replace(
        'presence:',
        'rehearsal: {required: true, max_age: 10h, targets: {local: {agent: local}}}\npresence:',
      );
      const approved = site.approved(yaml);
      const rehearsal = out.open(approved, { mode: 'rehearsal', run: '01JD3V7Q0Z8EA1B2C3D4E5F6G8' });
      rehearsal.complete();
      out.closed.push(rehearsal);
      return out.open(approved);
    };
    return told(dropped({ seed }, open, dice, detour));
  },
  'failed and undone': (_, seed, detour) => {
    const run = second(seed);
    run.outcome('failed');
    for (const name of ['lead', 'dba'] as const) run.sign(name, 'decide', hold(run), BACK);
    detour(run);
    checked(run, 'second-undo');
    run.outcome();
    run.close('rolled-back');
    return told(run);
  },
  'unknown, resolved, deviated': (_, seed, detour) => {
    const run = second(seed);
    run.outcome('unknown');
    const outcome = run.context.items['second']?.['']?.ref ?? '';
    for (const name of ['lead', 'dba'] as const)
      run.sign(name, 'resolve', outcome, { as: 'finished', evidence: 'The column is gone' });
    detour(run);
    for (const name of ['lead', 'dba'] as const) run.sign(name, 'deviate', run.context.last, PATCH);
    checked(run, 'patch');
    run.outcome();
    plain(run, 'third');
    run.close();
    return told(run);
  },
  waves: (_, seed) => {
    const site = new TestSite({ seed });
    const run = site.open(site.approved(WAVES), { inputs: {} }).seat();
    while (run.context.outcomes['shards'] !== 'finished') {
      run.arm('shards');
      run.confirm('dba', 'reviewer', 'dba', {});
      run.key();
      for (const item of [...(run.context.armings['shards']?.items ?? [])]) {
        run.start(undefined, item, 'shards');
        run.outcome('finished', undefined, { of: 'shards', item });
      }
    }
    plain(run, 'after');
    run.close();
    return told(run);
  },
  briefed: (_, seed) => briefed(seed, (run) => answered(run, 'lead', 'plan')),
  'briefed, a question waived': (_, seed) =>
    briefed(seed, (run) =>
      run.sign('lead', 'waive', run.context.opened, { question: 'plan', reason: 'There is none' }),
    ),
  'side by side': (_, seed) => {
    const site = new TestSite({ seed });
    const run = site.open(site.approved(PARALLEL), { inputs: {} }).seat();
    for (const of of ['left', 'right']) {
      run.arm(of);
      run.start(undefined, null, of);
    }
    for (const of of ['left', 'right']) run.outcome('finished', undefined, { of });
    for (const name of ['dba', 'sre'] as const) polled(run, name, 'agree');
    plain(run, 'last');
    run.close();
    return told(run);
  },
  'by hand': (_, seed) => {
    const site = new TestSite({ seed });
    const run = site.open(site.approved(BY_HAND), { inputs: {} }).seat();
    run.arm('call');
    run.start();
    const person = site.people.dba;
    const content = { evidence: 'Spoke to them', result: 'pass' };
    const lines = runActLines(
      run.state,
      'attest',
      site.signing(person),
      run.context.armings['call']?.started ?? '',
      content,
    );
    run.submit({ type: 'attest', person: person.id, ...site.signed(person, 'attest', lines) });
    run.outcome();
    run.submit({ type: 'skip', step: 'maybe' });
    plain(run, 'last');
    run.close();
    return told(run);
  },
  'the lead goes': (_, seed) => {
    const site = new TestSite({ seed });
    const run = site.open(site.approved(THREE), { inputs: {} }).seat();
    plain(run, 'first');
    const content = { from: id(run, 'lead'), person: id(run, 'keeper'), role: 'release-lead' };
    for (const name of ['lead', 'keeper'] as const) run.sign(name, 'lead', run.context.last, content);
    run.arm('second');
    run.confirm('dba', 'reviewer', 'dba', {});
    run.key('keeper');
    run.start();
    run.outcome();
    plain(run, 'third');
    run.close('done', 'keeper', 'dba');
    return told(run);
  },
  'a reviewer’s key is suspended': (dice, seed, detour) =>
    keyLost(dice, seed, detour, (site) => site.suspend('keeper', 'dba')),
  'a reviewer’s key is removed': (dice, seed, detour) =>
    keyLost(dice, seed, detour, (site) => {
      const people = site.roster.people.map(({ id: own, keys, roles, token }) => ({
        id: own,
        keys: own === site.people.dba.id ? [] : [...keys],
        roles: [...roles],
        token,
      }));
      return site.changeRoster(['lead', 'keeper'], { people });
    }),
};
