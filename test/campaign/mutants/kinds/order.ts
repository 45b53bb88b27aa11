/** Entries dropped, doubled, exchanged: by everybody together, where each signs again what is left, or by the server alone. */
import type { EntryType } from '../../../../core/log/tables.ts';
import { type Loose, linesOf } from '../forge.ts';
import { Bench, copyOf, type Expected, either, forget, type Kind, nameOf } from '../kind.ts';
import type { World } from '../world.ts';

/** Types whose every entry the rest of the run stands on. What is missing here may be left out of a history that all sign. */
const MISSED: Partial<Record<EntryType, Expected>> = {
  genesis: either('I1'),
  'key.enrolled': either('I7'),
  'key.suspended': either('I7'),
  'roster.signed': either('I7'),
  'roster.changed': either('I7'),
  'runbook.registered': either('I18'),
  'runbook.approved': either('I18'),
  'run.opened': either('I18'),
  'seat.taken': either('I3', 'I9'),
  'seat.left': either('I3'),
  'presence.lost': either('I9'),
  'roster.followed': either('I7'),
  'lead.taken': either('I3'),
  'briefing.answered': either('I10', 'I12'),
  'briefing.waived': either('I10'),
  'gate.polled': either('I10', 'I16'),
  'step.skipped': either('I16'),
  'step.armed': either('I4', 'I6', 'I9'),
  'step.confirmed': either('I3'),
  'step.keyed': either('I6'),
  'step.started': either('I11', 'I3', 'I4'),
  'step.finished': either('I10', 'I11', 'I12', 'I16'),
  'step.failed': either('I9'),
  'step.unknown': either('I9'),
  'step.attested': either('I11'),
  'step.resolved': either('I9', 'I11', 'I16'),
  'step.voided': either('I16', 'I9'),
  'hold.raised': either('I9', 'I3', 'I16', 'I12', 'I1'),
  'hold.updated': either('I9'),
  'hold.lifted': either('I9', 'I12', 'I16'),
  'act.signed': either('I3', 'I9', 'I10', 'I12'),
  'run.decided': either('I9', 'I16'),
  'run.deviated': either('I16'),
  'countermeasure.opened': either('I1'),
};

/** Whether the run would be as lawful without it, if all of its people said so. */
function isSpare({ log, run }: World, { fields, chain }: Loose): boolean {
  const { type } = fields;
  // Of an attempt that came to nothing, or a hold outside that nothing in the run rests on, all may keep silent together.
  if (type === 'step.confirmed')
    return !log.some((one) => one.fields.type === 'step.keyed' && one.fields['armed'] === fields['armed']);
  // Whoever sat where nobody has to, and neither said nor was told to have done anything.
  if (type === 'seat.taken') {
    const { seat, actor } = fields;
    const told = log.filter(
      ({ fields: one }) => one['run'] === fields['run'] && [one['actor'], one['person']].includes(actor),
    );
    return told.length === 1 && !run.context.runbook.presence.required.includes(String(seat));
  }
  return chain === 'holds' && type !== 'hold.raised' && type !== 'act.signed';
}

export const dropped: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const gone = bench.some(bench.of().filter((loose) => MISSED[loose.fields.type] && !isSpare(world, loose)));
  if (!gone) return null;
  bench.drop(gone);
  forget(bench.log, [gone]);
  return bench.made(nameOf(gone), MISSED[gone.fields.type] ?? []);
};

/** Types that cannot come twice in a row. A hold, an answer, an update and a postmortem can. */
const ONCE: Partial<Record<EntryType, Expected>> = {
  genesis: either('I1'),
  'key.enrolled': either('I7'),
  'key.suspended': either('I7'),
  'roster.signed': either('I7'),
  'roster.changed': either('I7'),
  'runbook.registered': either('I18'),
  'runbook.approved': either('I18'),
  'run.opened': either('I18'),
  'seat.taken': either('I3'),
  'seat.left': either('I3'),
  'presence.lost': either('I9'),
  'presence.back': either('I9'),
  'roster.followed': either('I7'),
  'lead.taken': either('I3', 'I12'),
  'briefing.waived': either('I3', 'I10'),
  'gate.polled': either('I10', 'I3'),
  'step.skipped': either('I16'),
  'step.armed': either('I16'),
  'step.confirmed': either('I3'),
  'step.refused': either('I9', 'I4'),
  'step.withdrawn': either('I9', 'I4'),
  'step.voided': either('I9', 'I4'),
  'step.keyed': either('I4', 'I3', 'I6'),
  'step.started': either('I2'),
  'step.finished': either('I4', 'I11'),
  'step.failed': either('I4', 'I11'),
  'step.unknown': either('I4', 'I11'),
  'step.attested': either('I3'),
  'step.resolved': either('I3', 'I11'),
  'act.signed': either('I3', 'I9', 'I12'),
  'hold.lifted': either('I3', 'I9'),
  'run.decided': either('I3', 'I9'),
  'run.deviated': either('I3', 'I15'),
  'run.closed': either('I9', 'I12', 'I1'),
  'backup.deleted': either('I1'),
  'countermeasure.opened': either('I1'),
  'countermeasure.closed': either('I1'),
};

export const doubled: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const twice = bench.some(bench.of().filter((loose) => ONCE[loose.fields.type] && !isSpare(world, loose)));
  if (!twice) return null;
  bench.after(twice, copyOf(twice));
  return bench.made(nameOf(twice), ONCE[twice.fields.type] ?? []);
};

/** What cannot stand the other way round, one right before the other. */
const IN_ORDER: readonly (readonly [EntryType, EntryType, Expected])[] = [
  ['runbook.registered', 'runbook.approved', either('I18')],
  ['runbook.approved', 'run.opened', either('I18', 'I19')],
  ['roster.signed', 'roster.changed', either('I7')],
  ['roster.changed', 'roster.followed', either('I7')],
  ['key.suspended', 'roster.followed', either('I7')],
  ['seat.left', 'seat.taken', either('I3')],
  ['presence.lost', 'presence.back', either('I9')],
  ['step.armed', 'step.confirmed', either('I4')],
  ['step.armed', 'step.refused', either('I4', 'I9')],
  ['step.armed', 'step.withdrawn', either('I9', 'I4')],
  ['step.armed', 'step.started', either('I6', 'I4')],
  ['step.confirmed', 'step.keyed', either('I3')],
  ['step.keyed', 'step.started', either('I6')],
  ['step.started', 'step.finished', either('I11', 'I4')],
  ['step.started', 'step.failed', either('I11', 'I4')],
  ['step.started', 'step.unknown', either('I11', 'I4')],
  ['step.started', 'step.attested', either('I11', 'I4', 'I7', 'I3')],
  ['step.attested', 'step.finished', either('I11')],
  ['step.finished', 'step.armed', either('I16')],
  ['step.finished', 'act.signed', either('I3', 'I12')],
  ['step.voided', 'step.armed', either('I16', 'I9')],
  ['act.signed', 'hold.lifted', either('I3', 'I9')],
  ['act.signed', 'run.decided', either('I3', 'I9')],
  ['act.signed', 'step.resolved', either('I3', 'I11')],
  ['act.signed', 'run.deviated', either('I3', 'I15')],
  ['act.signed', 'briefing.waived', either('I3', 'I10')],
  ['act.signed', 'lead.taken', either('I3', 'I12')],
  ['act.signed', 'run.closed', either('I3', 'I12')],
  ['hold.raised', 'act.signed', either('I1', 'I3', 'I9', 'I12')],
  ['hold.raised', 'hold.updated', either('I9')],
  ['hold.lifted', 'step.armed', either('I9')],
  ['run.decided', 'step.armed', either('I16', 'I9')],
  ['run.deviated', 'step.armed', either('I16')],
  ['countermeasure.opened', 'countermeasure.closed', either('I1')],
];

export const exchanged: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const pairs = bench.log.flatMap((first, at) => {
    const next = bench.log[at + 1];
    const rule = IN_ORDER.find(([a, b]) => a === first.fields.type && b === next?.fields.type);
    // What is said of a hold outside, and in the run, may come either way.
    if (next?.chain !== first.chain && [next?.chain, first.chain].includes('holds')) return [];
    const shown = next && first.shown && next.shown && !first.bare && !next.bare;
    return rule && shown && !isSpare(world, first) ? [{ first, next, expects: rule[2] }] : [];
  });
  if (pairs.length === 0) return null;
  const { first, next, expects } = dice.one(pairs);
  const at = bench.log.indexOf(first);
  bench.log.splice(at, 2, next, first);
  return bench.made(`${nameOf(first)} and ${nameOf(next)}`, expects);
};

/** The first entry that is not as it was, by its place in the genuine log. */
function firstChanged(world: World, log: readonly Loose[]): number {
  const at = world.log.findIndex(({ was, fields }, index) => {
    const now = log[index];
    return now?.was.digest !== was.digest || JSON.stringify(now.fields) !== JSON.stringify(fields);
  });
  return at < 0 ? world.log.length : at;
}

/** Whether somebody signed a tree that holds the leaf `at`: whoever changes it needs them, too. */
const vouchedFor = ({ log }: World, kept: readonly Loose[], at: number): boolean =>
  log.some(
    ({ shown, bare, bodies, was }) =>
      shown &&
      !bare &&
      kept.some((one) => one.was.digest === was.digest) &&
      Number(linesOf(bodies['statement']).get('tree')?.split(' ')[0] ?? 0) > at,
  );

/** The server does it alone: every statement behind the change names a tree that the log no longer has. */
export const alone =
  (kind: (bench: Bench) => string | null): Kind =>
  (world, dice) => {
    const bench = new Bench(world, dice, false);
    const what = kind(bench);
    const at = firstChanged(world, bench.log);
    // A hold outside the run that is gone makes what was said of it another runbook's, which no record shows; what came after a close is about none once that has moved, and a run names the newest of the holds that were called before it.
    const whole = world.log[at]?.chain !== 'holds' && bench.log.every(({ chain }) => chain !== 'after');
    const expects = whole ? either('I8') : either('I1', 'I8', 'I9');
    return what !== null && vouchedFor(world, bench.log, at) ? bench.made(what, expects) : null;
  };

/** Of these the record must have one each, whatever the trees say. */
const NEEDED: readonly EntryType[] = ['genesis', 'runbook.registered', 'runbook.approved', 'run.opened'];
const inTheMiddle = (bench: Bench) => bench.of().filter(({ fields }) => !NEEDED.includes(fields.type));

export const droppedAlone = alone((bench) => {
  const gone = bench.some(inTheMiddle(bench).filter(({ fields }) => fields.type !== 'run.closed'));
  if (!gone) return null;
  bench.drop(gone);
  forget(bench.log, [gone]);
  return nameOf(gone);
});

/** What an operator would like to have never happened. */
const EMBARRASSING: readonly EntryType[] = [
  'step.refused',
  'step.withdrawn',
  'step.voided',
  'check.differed',
  'hold.raised',
  'hold.updated',
  'presence.lost',
  'key.suspended',
  'roster.followed',
  'step.failed',
  'step.unknown',
];

export const hidden = alone((bench) => {
  const [first] = [bench.some(bench.of(...EMBARRASSING))];
  if (!first) return null;
  const { type } = first.fields;
  // With a refusal goes what it brought: the void, and the hold behind it.
  const at = bench.log.indexOf(first);
  const with_ = bench.log.slice(at, at + 3).filter((one) => one === first || one.fields.type === 'step.voided');
  bench.drop(...with_);
  forget(bench.log, with_);
  return `${type}, ${with_.length} entries`;
});

export const doubledAlone = alone((bench) => {
  const twice = bench.some(inTheMiddle(bench));
  if (!twice) return null;
  bench.after(twice, copyOf(twice));
  return nameOf(twice);
});

export const movedAlone = alone((bench) => {
  const moved = bench.some(inTheMiddle(bench).filter(({ chain }) => chain === 'run'));
  if (!moved) return null;
  const from = bench.log.indexOf(moved);
  bench.drop(moved);
  const to = bench.world.log.findIndex(({ fields }) => fields.type === 'run.opened') + 1;
  const end = bench.log.findIndex(({ fields, shown }) => fields.type === 'run.closed' && shown);
  const at = to + bench.dice.below((end < 0 ? bench.log.length : end) - to);
  bench.log.splice(at, 0, moved);
  return at === from ? null : `${nameOf(moved)} to ${at}`;
});
