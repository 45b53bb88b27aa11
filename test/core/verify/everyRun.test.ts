/** The claims about a log as a whole, each asked of a genuine log and of one that breaks just this claim. */
import t from 'tap';
import type { RunEntry } from '../../../core/log/tables.ts';
import { allLeaves, complete, covered, type EveryRun, everyRun } from '../../../core/verify/everyRun.ts';
import { type Leaf, readEntries } from '../../../core/verify/read.ts';
import { Outside } from '../../helpers/outside.ts';
import { KEEPING, TestSite } from '../../helpers/site.ts';

const site = new TestSite();
const out = new Outside(site);
const approved = site.approved(KEEPING);
const run = out.open(approved).complete();
out.after(run, { type: 'postmortem', person: site.people.lead.id, answer: out.text({ summary: 'first' }) });
out.after(run, { type: 'postmortem', person: site.people.lead.id, answer: out.text({ summary: 'better' }) });
for (const text of ['Wait', 'Wait again'])
  out.put({
    type: 'hold.raised',
    actor: site.people.keeper.id,
    fields: { cause: 'person', runbook: approved.digest },
    bodies: { answer: out.text(text) },
  });
const all = site.store.entries(0, site.store.size()).map(({ bytes }) => bytes);
const { leaves } = readEntries(all, () => ({ bodies: {}, proof: [] }));
const log = everyRun(leaves) as EveryRun;
const found = (own: Partial<EveryRun>) =>
  complete({ ...log, ...own })
    .map(({ invariant, sentence }) => `${invariant} ${sentence}`)
    .join('\n');
const withEntry = (leaf: Leaf, change: object): Leaf => ({
  ...leaf,
  entry: { ...leaf.entry, ...change } as Leaf['entry'],
});
const own = [...log.runs.values()][0] ?? [];
const asRun = (some: readonly Leaf[]) => ({ runs: new Map([['x', some as Leaf<RunEntry>[]]]) });

t.test('a genuine log', async (t) => {
  t.equal(found({}), '');
  t.equal(everyRun(leaves.slice(1)), undefined, 'it begins with its genesis');
  t.equal(everyRun([]), undefined);
});

t.test('entries stand in their order, in one log', async (t) => {
  t.match(found({ leaves: [...leaves.slice(0, 2), ...leaves.slice(3)] }), /^I1 .*it stands where entry 2 must/);
  const backwards = leaves.map((leaf, index) => (index === 5 ? withEntry(leaf, { ts: 0 }) : leaf));
  t.match(found({ leaves: backwards }), /^I1 .*its time lies before/);
});

t.test('the chains of roster and holds are whole', async (t) => {
  const roster: EveryRun['outside'] = (types) => log.outside(types).filter((_, index) => index !== 1);
  t.match(found({ outside: roster }), /does not name the roster entry before it/);
  t.equal(log.holds.length, 2);
  t.match(found({ holds: log.holds.slice(1) }), /^I1 .*hold/);
});

t.test('a run has one beginning, one chain and one end', async (t) => {
  t.match(found(asRun([])), /^I1 .*begins without its opening/);
  t.match(found(asRun(own.slice(1))), /^I1 .*begins without its opening/);
  t.match(found(asRun([...own.slice(0, 2), ...own.slice(3)])), /^I1 .*does not name the entry before it in the run/m);
  t.match(found(asRun([...own, own[0] as Leaf])), /is opened a second time/);
  t.match(found(asRun([...own, own[1] as Leaf])), /goes on after its close/);
  const late: EveryRun['after'] = (id) => log.after(id).slice(1);
  t.match(found({ after: late }), /^I1 .*after/);
});

t.test('the tree is of exactly these leaves', async (t) => {
  const witness = allLeaves(leaves);
  const size = leaves.length;
  const root = witness.rootAt(size);
  const checkpoint = { origin: 'x', size, root };
  t.strictSame(covered(leaves, witness, checkpoint), []);
  t.match(covered(leaves, witness, { ...checkpoint, root: witness.rootAt(3) }), [
    { sentence: /its root is not the one/ },
  ]);
  t.match(covered(leaves, witness, { ...checkpoint, size: 3 }), [{ sentence: /the checkpoint is over 3 entries/ }]);
  t.equal(witness.had(3, witness.rootAt(3), checkpoint), true);
  t.equal(witness.had(3, root, checkpoint), false, 'another root');
  t.equal(witness.had(size + 1, witness.rootAt(size + 1), checkpoint), false, 'more than there are');
});
