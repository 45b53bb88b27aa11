/** The moments of everything beside the cross-check: briefing, holds, decisions, waves, undoing, plans, what comes after. For tests only. */
import { utf8 } from '../../core/bytes/encoding.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import { refOf, type Sealed, seal } from '../../core/log/entry.ts';
import type { Entry } from '../../core/log/tables.ts';
import type { FolderDocument, Home, PlanView, SiteHoldSummary } from '../../core/protocol/frames.ts';
import type { HoldDocument } from '../../core/release/holdDocument.ts';
import type { Name } from '../helpers/site.ts';
import { folder, RUN, type Scene } from './scenes.ts';
import { STORY, Told } from './story.ts';

const at = (page = '') => `/runs/${RUN}${page}`;
const LONG = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(2);
const REHEARSED = {
  backup: 1_745_000,
  'drop-column': 400_000,
  shards: 370_000,
  soak: 1_800_000,
  'drop-column-undo': 3_300_000,
};
const scene = (told: Told, as: Name, page: string, more: Partial<Scene> = {}): Scene => ({
  run: told.run,
  as,
  path: at(page),
  rehearsed: REHEARSED,
  ...more,
});

const DOCUMENT = (now: number): HoldDocument => ({
  bluf: 'Guests get no order receipt by e-mail since 13:19. Orders and payments are safe. The mailer still reads the dropped column; a fixed mailer is rehearsed and can run at 14:10.',
  impact: { number: 212, unit: 'orders without a receipt', whom: 'guests at checkout; accounts are fine' },
  cause: 'order-mailer 3.8.0 reads customers.email on the guest path. The rehearsal ran without guest traffic.',
  alternatives: [
    { what: 'Roll back', why_not: '55 min, and 341 customers created since 13:19 would be lost.' },
    { what: 'Deploy and monitor', why_not: 'The guest path would stay broken while we watch.' },
  ],
  remediation: 'Deploy order-mailer 3.8.1, then send the missing receipts.',
  eta: now + 2_400_000,
  new_date: null,
  told: 'support, shop owner, status page (13:48)',
  next_update: now + 312_000,
  escalation: 'Piotr Nowak, then head of platform',
  conditions: {
    receipts: 'List of orders without a receipt exists',
    mailer: 'order-mailer 3.8.1 runs on 6 of 6 hosts',
    quiet: 'No failed receipt for 10 min',
  },
  text: 'Fixed mailer passed the failing test in the rehearsal. Next: decide at 14:00.',
});
const CONDITIONS = { receipts: 'reviewer', mailer: 'lead', quiet: 'verifier' };

/** The hold of the pictures: raised by a person, four updates, one of three conditions met. */
function heldTold(): Told {
  const told = new Told().toSoak();
  told.run.arm('soak');
  told.run.start();
  told.later(720).run.outcome('failed');
  told.run.lift('lead', 'dba', 'sre');
  told.later(30).hold('keeper', 'Guests tell us that no receipt arrives.');
  told.later(163).update('dba', { text: 'Cause found: guest path of order-mailer 3.8.0.' });
  told.later(269).update('sre', { text: 'No address left the system. The dropped column is not in any log.' });
  const document = DOCUMENT(told.site.now + 402_000);
  told
    .later(390)
    .update(
      'lead',
      { ...document, text: 'Fixed mailer passed the failing test in the rehearsal.' },
      { conditions: CONDITIONS },
    );
  told
    .later(12)
    .update('dba', { ...document, text: 'Met: List of orders without a receipt exists' }, { met: ['receipts'] });
  return told;
}

function holdScenes(): Record<string, Scene> {
  const bare = new Told().toDrop().dropped('one').hold('sre', `${LONG} <img src=x onerror=alert(1)> \u202Eexe`);
  const lifting = heldTold();
  const document = DOCUMENT(lifting.site.now);
  lifting.update('lead', { ...document, text: 'Met: order-mailer 3.8.1 runs on 6 of 6 hosts' }, { met: ['mailer'] });
  lifting.update('sre', { ...document, text: 'Met: No failed receipt for 10 min' }, { met: ['quiet'] });
  lifting.update('keeper', { ...document, text: 'Receipts should be sent before, not after.' }, { stance: 'dissent' });
  lifting.run.sign('lead', 'lift', lifting.held, { risk: 'Eleven receipts go out an hour late.' });
  const two = new Told().toDrop().dropped('failed').hold('dba', 'The replica of the report database is behind.');
  const over = new Told().briefed().hold('dba', 'The lock of the nightly job is not free.');
  over.later(240).run.lift('lead', 'dba', 'sre');
  return {
    'hold full': scene(heldTold(), 'lead', '/hold', { later: 30_000 }),
    'hold overdue': scene(heldTold(), 'sre', '/hold', { later: 3_000_000 }),
    'hold bare': scene(bare, 'lead', '/hold'),
    'hold raiser': scene(heldTold(), 'keeper', '/hold', { later: 30_000 }),
    'hold lifting': scene(lifting, 'dba', '/hold'),
    'hold two': scene(two, 'lead', '/hold'),
    'hold over': scene(over, 'lead', '/hold'),
  };
}

function briefingScenes(): Record<string, Scene> {
  const empty = new Told().seat('reviewer');
  const half = new Told().seat();
  half.answer('lead', 'test-plan', 'https://tests.example/plan/118', 'pass', 'run 118, all green');
  half.answer('verifier', 'restore', 'The drill of 17 Nov stopped at row 140,000', 'fail');
  half.answer('reviewer', 'tests-seen', half.person('sre'));
  half.vote('lead', 'go_no_go').run.sign('lead', 'waive', half.run.context.opened, {
    question: 'restore',
    reason: 'The copy of this morning was restored by hand.',
  });
  const objected = new Told().briefed().done('backup');
  objected.vote('lead', 'agree').vote('verifier', 'agree', 'One client still writes to the column.');
  return {
    'briefing empty': scene(empty, 'lead', '/briefing'),
    'brief late joiner': scene(half, 'sre', '/brief'),
    'brief without a seat': scene(half, 'keeper', '/brief'),
    'brief in trouble': scene(heldTold(), 'dba', '/brief', { later: 30_000 }),
    'briefing half': scene(half, 'sre', '/briefing'),
    'briefing before arming': scene(half, 'lead', ''),
    'briefing over': scene(new Told().toDrop(), 'dba', '/briefing'),
    debrief: scene(new Told().toEnd(), 'lead', '/briefing'),
    'debrief room': scene(new Told().toEnd(), 'lead', ''),
    gate: scene(new Told().briefed().done('backup').vote('lead', 'agree'), 'dba', ''),
    'gate objected': scene(objected, 'lead', '/steps/agree'),
  };
}

const LINES = Array.from({ length: 60 }, (_, i) =>
  JSON.stringify({ done: (i + 1) * 1000, total: 200_114, rows: i }),
).join('\n');

function stepScenes(): Record<string, Scene> {
  const canary = new Told().toDrop().dropped('finished').later(10);
  const wave = new Told().toDrop().dropped('finished').wave(['item-1'], { 'item-1': 'finished' });
  wave.wave(['item-2', 'item-3'], { 'item-2': 'finished' });
  const fell = new Told().toDrop().dropped('finished').wave(['item-1'], { 'item-1': 'finished' });
  fell
    .wave(['item-2', 'item-3'], {})
    .later(12)
    .run.outcome('failed', (same) => same, { item: 'item-2' });
  const both = new Told().toDrop().dropped('finished').wave(['item-1'], { 'item-1': 'finished' });
  both.wave(['item-2', 'item-3', 'item-4', 'item-5'], {
    'item-2': 'finished',
    'item-3': 'finished',
    'item-4': 'finished',
    'item-5': 'finished',
  });
  both.run.arm('mailer');
  both.run.start();
  both.run.arm('api');
  const hand = new Told().toSoak().run;
  const page = both;
  const byHand = new Told().toDrop().dropped('finished').wave(['item-1'], { 'item-1': 'finished' });
  byHand.wave(['item-2', 'item-3', 'item-4', 'item-5'], {
    'item-2': 'finished',
    'item-3': 'finished',
    'item-4': 'finished',
    'item-5': 'finished',
  });
  byHand.done('mailer').done('api').run.arm('page');
  byHand.run.start();
  const soak = new Told().toSoak();
  soak.run.arm('soak');
  soak.run.start();
  const aborted = new Told().toDrop().dropped('running');
  aborted.later(20).run.submit({ type: 'abort', person: aborted.person('sre'), step: 'drop-column' });
  return {
    'wave armed check': scene(new Told(undefined).toDrop().dropped('finished').later(5), 'lead', '/steps/shards'),
    'wave canary': scene(canary, 'lead', '/steps/shards'),
    'wave running': scene(wave, 'lead', '', { output: 'shard-us-1: 120 of 400 pages' }),
    'wave fell': scene(fell, 'lead', '', { output: 'shard-eu-2: deadlock detected' }),
    parallel: scene(page, 'lead', '/steps/both'),
    'parallel child': scene(page, 'lead', '/steps/api'),
    'by hand': scene(byHand, 'dba', ''),
    'by hand done': { run: hand, as: 'lead', path: at('/steps/page'), rehearsed: REHEARSED },
    skipped: { run: hand, as: 'lead', path: at('/steps/mirror') },
    soak: scene(soak, 'sre', '', { later: 754_000 }),
    progress: scene(new Told().toDrop().dropped('running'), 'lead', '', { output: LINES, later: 130_000 }),
    aborted: scene(aborted, 'sre', '', { output: LINES }),
  };
}

function decideScenes(): Record<string, Scene> {
  const failed = new Told().toDrop().dropped('failed');
  const begun = new Told().toDrop().dropped('failed').later(60);
  begun.decide('forward', ['lead'], {
    dissent: 'Aiko Tanaka, verifier: Nobody has shown that 3.8.1 logs no address.',
    deviation: {
      before: 'shards',
      inputs: null,
      reason: 'The mailer reads the dropped column.',
      steps: [
        {
          id: 'deploy-mailer',
          title: 'Deploy order-mailer 3.8.1',
          target: 'local',
          run: ['bin/deploy', 'order-mailer', '3.8.1'],
          timeout: '6m',
        },
        {
          id: 'resend',
          title: 'Send the missing receipts',
          target: 'local',
          shell: 'set -x\nbin/resend-receipts --since 13:19\n',
          timeout: '10m',
        },
      ],
    },
  });
  const back = new Told().toDrop().dropped('failed').later(60).decide('back', ['lead', 'dba', 'sre']);
  const backCheck = new Told().toDrop().dropped('failed').later(60).decide('back', ['lead', 'dba', 'sre']);
  backCheck.run.arm('drop-column-undo');
  const forward = new Told().toDrop().dropped('failed').later(60);
  forward.decide('forward', ['lead', 'dba', 'sre'], {
    deviation: {
      before: 'shards',
      inputs: null,
      reason: 'The mailer reads the dropped column.',
      steps: [
        {
          id: 'deploy-mailer',
          title: 'Deploy order-mailer 3.8.1',
          target: 'local',
          run: ['bin/deploy', 'order-mailer', '3.8.1'],
          timeout: '6m',
        },
      ],
    },
  });
  const unknown = new Told().toDrop().dropped('unknown');
  const resolving = new Told().toDrop().dropped('unknown').later(30).resolve('finished', ['lead']);
  const deviating = new Told().toDrop().later(5);
  deviating.run.sign('lead', 'deviate', deviating.run.context.last, {
    before: 'drop-column',
    inputs: { batch: 200 },
    reason: 'The nightly job holds its lock longer than planned.',
    steps: [
      {
        id: 'wait-lock',
        title: 'Wait for the nightly job',
        target: 'local',
        run: ['bin/wait-lock', 'nightly'],
        timeout: '15m',
      },
    ],
  });
  return {
    decide: scene(failed, 'lead', '/decide'),
    'decide held room': scene(failed, 'lead', ''),
    'decide begun': scene(begun, 'dba', '/decide'),
    'decide impossible': scene(unknown, 'lead', '/decide'),
    'decide nothing': scene(new Told().toDrop(), 'lead', '/decide'),
    'undo room': scene(back, 'lead', ''),
    'undo check': scene(backCheck, 'dba', '/check'),
    'forward room': scene(forward, 'lead', ''),
    unknown: scene(unknown, 'lead', ''),
    resolve: scene(unknown, 'lead', '/resolve'),
    'resolve begun': scene(resolving, 'sre', '/resolve'),
    deviate: scene(new Told().toDrop(), 'lead', '/deviate'),
    'deviate begun': scene(deviating, 'dba', '/deviate'),
    'lead over': scene(new Told().toDrop(), 'keeper', '/lead'),
    'lead hand': scene(new Told().toDrop(), 'lead', '/lead'),
  };
}

function rehearsalScenes(): Record<string, Scene> {
  const reading = { name: 'sre', step: 'drop-column', answered: 1, of: 1 } as const;
  const held = new Told('rehearsal').toDrop().dropped('one').hold('dba', 'The copy has no replicas to look at.');
  const ended = new Told('rehearsal').toDrop().dropped('finished');
  return {
    'rehearsal room': scene(new Told('rehearsal').toDrop().dropped('one'), 'lead', '', { reading }),
    'rehearsal key': scene(new Told('rehearsal').toDrop().dropped('both'), 'lead', ''),
    'rehearsal check': scene(new Told('rehearsal').toDrop().dropped('one'), 'sre', '/check', { reading }),
    'rehearsal hold': scene(held, 'lead', '/hold'),
    'rehearsal briefing': scene(new Told('rehearsal').seat(), 'lead', '/briefing'),
    'rehearsal windows': scene(ended, 'lead', '/windows'),
    'rehearsal close': scene(ended, 'lead', '/close'),
    'rehearsal log': scene(ended, 'lead', '/log'),
  };
}

/** Entries of the chain after the close. */
class After {
  readonly entries: Sealed<Entry>[] = [];
  readonly #told: Told;
  readonly #about: string;

  constructor(told: Told) {
    this.#told = told;
    this.#about = refOf(told.run.entries.at(-1) as Sealed<Entry>);
  }

  put(type: Entry['type'], fields: object, answer: unknown): this {
    const last = this.entries.at(-1);
    const draft = {
      type,
      actor: this.#told.person('lead'),
      fields: { about: this.#about, ...fields },
      bodies: { answer: { bytes: utf8(jcs(answer)), salt: new Uint8Array(32) } },
    };
    const { site } = this.#told;
    const place = {
      log: site.origin,
      seq: site.store.size() + this.entries.length,
      ts: site.now,
      ...(last ? { aprev: last.digest } : {}),
    };
    this.entries.push(seal(draft as never, place) as unknown as Sealed<Entry>);
    return this;
  }
}

function closedTold(): Told {
  const told = heldTold();
  const document = DOCUMENT(told.site.now);
  told.update('lead', { ...document, text: 'Mailer is out.' }, { met: ['mailer'] });
  told.update('sre', { ...document, text: 'Quiet for ten minutes.' }, { met: ['quiet'] });
  told.run.lift('lead', 'dba', 'sre');
  told.run.arm('soak');
  told.run.start();
  told.later(1800).run.outcome();
  told.answer('lead', 'first-report', 'None in the first half hour');
  told.run.close();
  return told;
}

function afterScenes(): Record<string, Scene> {
  const told = closedTold();
  const after = new After(told)
    .put(
      'postmortem.written',
      {},
      {
        contributing_factors:
          'The rehearsal ran without guest traffic, so nobody saw that the guest path reads the column.\n\nThe mailer and the schema are released by different teams.',
        went_well: 'The hold was raised four minutes after the first report.',
        lucky: '',
      },
    )
    .put(
      'countermeasure.opened',
      { id: 'm1', due: told.site.now - 86_400_000 },
      {
        what: 'Rehearse with recorded guest traffic',
        cost: 'two days',
        effect: 'the guest path is seen before the real run',
        owner: 'data-platform',
      },
    )
    .put(
      'countermeasure.opened',
      { id: 'm2' },
      { what: LONG, cost: 'half a day', effect: 'one list of readers per column', owner: 'order team' },
    )
    .put('countermeasure.closed', { id: 'm2' }, 'https://docs.example/columns, read by both teams');
  const later = 3_600_000;
  return {
    'closed room': scene(told, 'lead', '', { later }),
    'closed windows': scene(told, 'lead', '/windows', { later: 20 * 3_600_000, after: after.entries }),
    postmortem: scene(told, 'lead', '/postmortem', { later, after: after.entries }),
    'postmortem empty': scene(told, 'keeper', '/postmortem', { later }),
    'postmortem open': scene(new Told().toDrop(), 'lead', '/postmortem'),
    'closed log': scene(told, 'lead', '/log', { later, after: after.entries }),
  };
}

const DIGEST = `sha256:${'a'.repeat(64)}`;

function siteHold(told: Told, more: Partial<SiteHoldSummary> = {}): SiteHoldSummary {
  const now = told.site.now;
  const document = { ...DOCUMENT(now), bluf: 'The new digest was approved with the wrong batch size.' };
  return {
    hold: `41 ${DIGEST}`,
    plan: RUN,
    runbook: null,
    by: told.person('dba'),
    raised_at: now - 1_120_000,
    text: 'The batch size would lock the table for an hour.',
    document: { ...document },
    updates: [
      {
        seq: 44,
        by: told.person('lead'),
        at: now - 300_000,
        document: { ...document, text: 'A smaller batch is being rehearsed.' },
      },
    ],
    next_update: now + 600_000,
    conditions: { receipts: 'reviewer', mailer: 'lead' },
    met: ['receipts'],
    stance: null,
    signers: [{ person: told.person('lead'), role: 'release-lead' }],
    content: { risk: 'Eleven receipts go out an hour late.' },
    needed: 'A release-lead, and all of: one dba as reviewer, one sre as verifier.',
    ...more,
  };
}

function planView(told: Told, more: Partial<PlanView> = {}): PlanView {
  const { approved, context } = told.run;
  return {
    plan: RUN,
    runbook: approved.digest,
    runbook_id: context.runbook.id,
    title: context.runbook.title,
    mode: 'live',
    planned_for: told.site.now + 7_200_000,
    by: told.person('keeper'),
    held: false,
    opened: false,
    document: {
      inputs: { batch: 1000, table: 'customers' },
      crew: { lead: told.person('lead'), reviewer: told.person('dba'), verifier: told.person('sre') },
      note: 'After the nightly job, before support goes home.',
    },
    runbook_document: approved.runbook,
    approved: approved.ref,
    preflight: [],
    holds: [],
    changes: [
      'Input table: customerscopy → customers.',
      'Verifier: Lena Vogt → Aiko Tanaka.',
      'Step backup took 29m, planned 31m.',
    ],
    ...more,
  };
}

const FINDINGS: PlanView['preflight'] = [
  {
    code: 'quorum',
    step: 'drop-column',
    seat: 'verifier',
    sentence:
      'Step drop-column needs 2 confirmations and these people can give 1. The verifier seat: Lena Vogt is an author of this runbook.',
  },
  {
    code: 'window',
    step: null,
    seat: null,
    sentence: `The window is closed: mon, tue from 09:00 to 16:00, Europe/Warsaw. ${LONG}`,
  },
];

function siteLists(told: Told): Partial<Home> {
  const now = told.site.now;
  const clock = { run: RUN, runbook_id: 'drop-plaintext-email', owner: 'data-platform', closed: `88 ${DIGEST}` };
  const { context } = told.run;
  return {
    plans: [
      {
        plan: RUN,
        runbook: DIGEST,
        runbook_id: 'drop-plaintext-email',
        title: context.runbook.title,
        mode: 'live',
        planned_for: now + 7_200_000,
        by: told.person('lead'),
        held: true,
        opened: false,
      },
      {
        plan: RUN.replace('01JD', '01JE'),
        runbook: DIGEST,
        runbook_id: 'purge',
        title: LONG,
        mode: 'rehearsal',
        planned_for: null,
        by: told.person('dba'),
        held: false,
        opened: false,
      },
    ],
    holds: [
      siteHold(told),
      siteHold(told, { hold: `43 ${DIGEST}`, plan: null, runbook: DIGEST, text: LONG, next_update: now - 60_000 }),
    ],
    clocks: [
      {
        ...clock,
        clock: 'raw',
        means: 'raw rows can still be restored from the hot backup',
        since: now - 20 * 3_600_000,
        ends: now + 4 * 3_600_000,
      },
      {
        ...clock,
        clock: 'cold',
        means: 'the long-term backup still exists; after that there is no undo',
        since: now - 86_400_000,
        ends: now + 13 * 86_400_000,
      },
      {
        ...clock,
        clock: 'short',
        means: LONG,
        since: now - 99_000_000,
        ends: now + 1_000_000,
        closed: null,
        owner: null,
      },
      {
        ...clock,
        clock: 'gone',
        means: 'the replica still has the old rows',
        since: now - 99_000_000,
        ends: now - 3_600_000,
      },
    ],
    duties: [
      { run: RUN, step: 'backup', artifact: 'Back up, then prove the backup', due: now - 3_600_000, done: null },
      { run: RUN, step: 'export', artifact: 'Export for the auditor', due: now + 9 * 86_400_000, done: null },
      {
        run: RUN,
        step: 'old',
        artifact: 'Copy of March',
        due: now - 86_400_000,
        done: { at: now - 80_000_000, by: told.person('dba'), evidence: 'ls of the bucket: empty' },
      },
    ],
  };
}

const summaryOf = ({ runbook, document, summary }: FolderDocument): Home['runbooks'][number] => ({
  runbook,
  id: document.id,
  title: document.title,
  registered: summary?.registered ?? '',
  approved: null,
  authors: summary?.authors ?? [],
});

function siteScenes(): Record<string, Scene> {
  const told = new Told().toDrop();
  const { digest } = told.run.approved;
  const before: FolderDocument = folder(
    { run: new Told('live', STORY.replace('eyes: 6', 'eyes: 4').replace('timeout: 45m', 'timeout: 30m')).run },
    true,
  );
  const lists = siteLists(told);
  const home = (more: Partial<Home> = {}): Partial<Home> => ({ ...lists, ...more });
  const runbook = (view: string, more: Partial<Scene> = {}): Scene => ({
    run: told.run,
    as: 'dba',
    path: `/runbooks/${digest}${view}`,
    before,
    home: home({ holds: [], runbooks: [summaryOf(before), summaryOf(folder({ run: told.run }, true))] }),
    ...more,
  });
  const plan = (path: string, view: PlanView, as: Name = 'lead'): Scene => ({
    run: told.run,
    as,
    path,
    plan: view,
    home: home(),
  });
  const empty = { runs: [], runbooks: [], folders: [], plans: [], holds: [], clocks: [], duties: [] };
  const held = siteHold(told);
  return {
    'home full': { run: told.run, as: 'lead', path: '/', home: home() },
    'home empty': { run: told.run, as: 'lead', path: '/', home: empty },
    'windows all': { run: told.run, as: 'lead', path: '/windows', home: home() },
    'windows none': { run: told.run, as: 'lead', path: '/windows', home: empty },
    'plan new': plan(`/plans/new?runbook=${encodeURIComponent(digest)}`, planView(told)),
    'plan choose': plan(`/plans/new?follows=${RUN}`, planView(told)),
    plan: plan(`/plans/${RUN}`, planView(told)),
    'plan findings': plan(`/plans/${RUN}`, planView(told, { preflight: FINDINGS, changes: null })),
    'plan rehearsal': plan(`/plans/${RUN}`, planView(told, { mode: 'rehearsal', changes: [] })),
    'plan held': plan(`/plans/${RUN}`, planView(told, { held: true, holds: [held] }), 'dba'),
    'plan follows': plan(`/plans/${RUN}?follows=${RUN}`, planView(told)),
    'site hold': plan('/holds/41', planView(told), 'dba'),
    'site hold over': plan('/holds/99', planView(told)),
    'runbook read': runbook(''),
    'runbook yaml': runbook('/yaml'),
    'runbook chart': runbook('/chart'),
    'runbook lint': runbook('/lint', {
      problems: ['runbook.yaml:62:7: timeout is missing; a critical step names one', `runbook.yaml:70:9: ${LONG}`],
    }),
    'runbook diff': runbook('/diff'),
    'runbook held': runbook('', { home: home({ holds: [siteHold(told, { plan: null, runbook: digest })] }) }),
  };
}

/** The moments, by name. */
export const acts = (): Readonly<Record<string, Scene>> => ({
  ...briefingScenes(),
  ...holdScenes(),
  ...decideScenes(),
  ...stepScenes(),
  ...rehearsalScenes(),
  ...afterScenes(),
  ...siteScenes(),
});
