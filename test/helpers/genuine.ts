/** Genuine records of many kinds, each told in a few lines. For tests. */
import { utf8 } from '../../core/bytes/encoding.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import { bodyDigest } from '../../core/log/entry.ts';
import { continuing, sign } from './epoch.ts';
import { Outside } from './outside.ts';
import { BY_HAND, PARALLEL, THREE, WAVES } from './runs.ts';
import { KEEPING, must, RUNBOOK, type TestRun, TestSite, testRun } from './site.ts';

/** A live record with passkeys, and a roster that keepers changed. */
export const passkeys = () => {
  const site = new TestSite({ kinds: { dba: 'passkey', lead: 'passkey' } });
  site.changeRoster(['lead', 'keeper'], { verify_required: false });
  return site.open(site.approved(RUNBOOK)).complete();
};

/** A run of a runbook without inputs. */
function seated(yaml: string): TestRun {
  const site = new TestSite();
  return site.open(site.approved(yaml), { inputs: {} }).seat();
}

/** Armed, confirmed and keyed: one reviewer is enough. */
function checked(run: TestRun, step: string): TestRun {
  run.arm(step);
  run.confirm('dba', 'reviewer', 'dba', {});
  run.key();
  return run;
}

/** The first step done, the second running. */
function running(): TestRun {
  const run = seated(THREE);
  run.arm('first');
  run.start();
  run.outcome();
  checked(run, 'second').start();
  return run;
}

export const GENUINE: Readonly<Record<string, () => TestRun>> = {
  live: () => testRun().complete(),
  solo: () => testRun({ solo: true }).complete(),
  'passkeys, and a roster that was changed': passkeys,
  'a roster that changed in the run': () => {
    const run = testRun().seat().backup();
    const { site } = run;
    site.suspend('keeper', 'author');
    run.submit({ type: 'roster', roster: site.roster.ref, struck: { [site.people.author.id]: [] }, called: false });
    run.crossChecked().start();
    run.outcome();
    run.close();
    return run;
  },
  open: () => testRun().seat().backup().crossChecked(),
  'open and refused': () => {
    const run = testRun().seat().backup();
    run.arm('drop-column');
    run.refuse('dba', 'reviewer', 'dba', 'Not this host — señor');
    run.arm('drop-column');
    return run;
  },
  'with texts and outputs erased by order': () => {
    const site = new TestSite();
    const out = new Outside(site);
    const run = out.open(site.approved(KEEPING)).complete();
    const answer = out.text({ summary: 'A customer' });
    const written = must(out.after(run, { type: 'postmortem', person: site.people.lead.id, answer }));
    const named = [...run.entries, written].flatMap(({ entry }) => Object.entries(entry.bodies ?? {}));
    const erased = named.flatMap(([name, digest]) =>
      name === 'output' || digest === bodyDigest(answer) ? [digest] : [],
    );
    must(out.after(run, out.redactCommand('keeper', run, [...new Set(erased)].sort())));
    return run;
  },
  'of a log that continues another': () => {
    const { site, out, command } = continuing();
    sign(out, command('lead'), command('keeper'));
    return site.open(site.approved(RUNBOOK)).complete();
  },
  'held, lifted and closed': () => {
    const run = testRun().seat().backup();
    run.submit({ type: 'hold', person: run.site.people.sre.id, text: null });
    run.lift('lead', 'dba', 'sre');
    run.crossChecked().start();
    run.outcome();
    run.close();
    return run;
  },
  'of an outcome that nobody knows': () => {
    const run = testRun().seat().backup().crossChecked();
    run.start();
    run.outcome('unknown');
    run.close('aborted');
    return run;
  },
  'with a clock and a copy': () => testRun({ yaml: KEEPING }).complete(),
  'undone, with an undo that was interrupted': () => {
    const run = running();
    run.outcome('failed');
    const hold = run.context.holds.at(-1)?.ref ?? '';
    const content = { deviation: null, dissent: null, test: null, way: 'back' };
    for (const name of ['lead', 'dba'] as const) run.sign(name, 'decide', hold, content);
    checked(run, 'second-undo').start();
    run.outcome('unknown');
    const outcome = run.context.items['second-undo']?.['']?.ref ?? '';
    const resolved = { as: 'not-started', evidence: 'The table is untouched' };
    for (const name of ['lead', 'dba'] as const) run.sign(name, 'resolve', outcome, resolved);
    checked(run, 'second-undo').start();
    run.outcome();
    run.close('rolled-back');
    return run;
  },
  'side by side, with an objection that was overridden': () => {
    const run = seated(PARALLEL);
    for (const of of ['left', 'right']) {
      run.arm(of);
      run.start(undefined, null, of);
    }
    for (const of of ['left', 'right']) run.outcome('finished', undefined, { of });
    const poll = (name: 'dba' | 'sre', vote: 'go' | 'no-go') => {
      const text = vote === 'go' ? null : run.site.salted(utf8(jcs('Not yet')));
      run.submit({ type: 'poll', person: run.site.people[name].id, gate: 'agree', vote, text });
    };
    poll('dba', 'go');
    poll('sre', 'no-go');
    run.lift('lead');
    run.arm('last');
    run.start();
    run.outcome();
    run.close();
    return run;
  },
  'in waves': () => {
    const run = seated(WAVES);
    for (const items of [['item-1'], ['item-2', 'item-3', 'item-4']]) {
      checked(run, 'shards');
      for (const item of items) {
        run.start(undefined, item);
        run.outcome('finished', undefined, { item });
      }
    }
    run.arm('after');
    run.start();
    run.outcome();
    run.close();
    return run;
  },
  'with another lead, who was refused once': () => {
    const run = seated(THREE);
    run.arm('first');
    const { lead, keeper } = run.site.people;
    const content = { from: lead.id, person: keeper.id, role: 'release-lead' };
    for (const name of ['lead', 'keeper'] as const) run.sign(name, 'lead', run.context.last, content);
    run.arm('first');
    run.start();
    run.outcome();
    run.arm('second');
    run.refuse('dba', 'reviewer', 'dba', 'Not yet');
    return run;
  },
  'aborted by two, for the lead is gone': () => {
    const run = seated(BY_HAND);
    run.submit({ type: 'lost', seat: 'lead' });
    run.close('aborted', 'dba', 'sre');
    return run;
  },
};
