/** Who may have what erased after a close; whatever is signed otherwise makes no entry. */
import t from 'tap';
import type { Sealed } from '../../../core/log/entry.ts';
import { MOST_ERASED } from '../../../core/log/tables.ts';
import { erasableIn } from '../../../core/site/redaction.ts';
import { Outside } from '../../helpers/outside.ts';
import { KEEPING, TestSite } from '../../helpers/site.ts';

const closed = () => {
  const site = new TestSite();
  const out = new Outside(site);
  const run = out.open(site.approved(KEEPING)).complete();
  const bodies = (name: string) =>
    [...run.entries, ...site.store.entriesAfter(run.state.facts.run).map(({ bytes }) => ({ entry: parsed(bytes) }))]
      .flatMap(({ entry }) => Object.entries(entry.bodies ?? {}))
      .flatMap(([own, digest]) => (own === name ? [digest as string] : []));
  return { out, site, run, bodies };
};
const parsed = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as Sealed['entry'];
const code = (done: { ok: boolean; refusal?: { code: string } }) => (done.ok ? 'none' : done.refusal?.code);

t.test('a keeper has outputs and texts erased, each once', async (t) => {
  const { out, site, run, bodies } = closed();
  const answer = out.text({ summary: 'A customer' });
  t.equal(code(out.after(run, { type: 'postmortem', person: site.people.dba.id, answer })), 'none');
  const going = [...new Set([...bodies('output'), ...bodies('answer')])].sort();
  t.ok(going.length > 2, 'outputs and a postmortem');
  for (const digest of going) t.ok(site.store.body(digest));
  t.equal(code(out.after(run, out.redactCommand('keeper', run, going))), 'none');
  for (const digest of going) t.equal(site.store.body(digest), undefined);
  for (const digest of bodies('statement')) t.ok(site.store.body(digest), 'no statement went with it');
  const again = out.after(run, out.redactCommand('keeper', run, going.slice(0, 1)));
  t.match(again, { ok: false, refusal: { code: 'XCK_UNKNOWN', sentence: /no body that may be erased/ } });
  const later = out.text({ summary: 'Better' });
  t.equal(code(out.after(run, { type: 'postmortem', person: site.people.dba.id, answer: later })), 'none');
  const rest = bodies('answer').filter((digest) => !going.includes(digest));
  t.equal(code(out.after(run, out.redactCommand('lead', run, rest))), 'none', 'what came later, by another keeper');
});

t.test('nobody else, nothing else, and nothing that was not signed', async (t) => {
  const { out, site, run, bodies } = closed();
  const going = bodies('output').sort();
  const [one = '', two = ''] = going;
  const size = site.store.size();
  const refuses = (command: ReturnType<Outside['redactCommand']>, wanted: string, name: string) =>
    t.equal(code(out.after(run, command)), wanted, name);
  refuses(out.redactCommand('dba', run, going), 'XCK_KEEPER', 'no keeper');
  for (const name of ['statement', 'signature', 'inputs', 'action', 'content'])
    refuses(out.redactCommand('keeper', run, bodies(name).slice(0, 1)), 'XCK_UNKNOWN', name);
  const plan = site.store
    .entriesOfTypes(['roster.changed'])
    .flatMap(({ bytes }) => parsed(bytes).bodies?.['roster' as never] ?? []);
  refuses(out.redactCommand('keeper', run, plan), 'XCK_UNKNOWN', 'a roster');
  refuses(out.redactCommand('keeper', run, [two, one]), 'XCK_NOT_NOW', 'out of their order');
  refuses(out.redactCommand('keeper', run, [one, one]), 'XCK_NOT_NOW', 'twice');
  refuses(out.redactCommand('keeper', run, []), 'XCK_STATEMENT', 'nothing');
  const many = Array.from({ length: MOST_ERASED + 1 }, (_, n) => `sha256:${String(n).padStart(64, '0')}`);
  refuses(out.redactCommand('keeper', run, many), 'XCK_STATEMENT', 'too many');
  refuses(out.redactCommand('keeper', run, going, { order: ' ' }), 'XCK_STATEMENT', 'on nobody’s order');
  refuses(out.redactCommand('keeper', run, going, { reason: '' }), 'XCK_STATEMENT', 'without a reason');
  const close = run.entries.at(-1) as Sealed;
  refuses(out.redactCommand('keeper', run, going, { about: `7 ${close.digest}` }), 'XCK_STATEMENT', 'another entry');
  refuses(out.redactCommand('keeper', run, going, { mode: 'rehearsal' }), 'XCK_STATEMENT', 'another mode');
  t.equal(site.store.size(), size, 'the log has not grown');
  for (const digest of going) t.ok(site.store.body(digest), 'nothing went');
});

t.test('a digest that names anything else as well stays', async (t) => {
  const { run } = closed();
  const [shared = '', other = ''] = erasableIn(run.entries);
  const twin = { entry: { bodies: { content: shared } } } as unknown as Sealed;
  t.notOk(erasableIn([...run.entries, twin]).includes(shared));
  t.ok(erasableIn([...run.entries, twin]).includes(other));
});
