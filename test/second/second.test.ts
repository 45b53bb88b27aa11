/** A second verifier, written from docs/log-format.md alone, and ours: they agree on genuine records, on damaged ones, and on what is genuinely sealed and wrong. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Draft, refOf, type Sealed } from '../../core/log/entry.ts';
import { packBundle } from '../../core/record/bundle.ts';
import { type Trust, trustText } from '../../core/record/trust.ts';
import { type Verdict, verifyFile } from '../../core/verify/verify.ts';
import { verifyRaw } from '../../server/ports/verify.ts';
import { filed, STRATEGIES } from '../core/verify/strategies.ts';
import { GENUINE, passkeys } from '../helpers/genuine.ts';
import { Outside } from '../helpers/outside.ts';
import { ROOT } from '../helpers/server.ts';
import { KEEPING, type Name, RUNBOOK, TestSite, testRun } from '../helpers/site.ts';
import type { Finding } from './record.ts';
import { archive, unarchive } from './tar.ts';
import { parseTrust } from './tree.ts';
import { groupOf, verify } from './verify.ts';

const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
let state = SEED;
/** A whole number below `most`, by the printed seed. */
const below = (most: number): number => {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
  return Math.floor((state / 2 ** 31) * most);
};
t.comment(`SEED=${SEED}`);

const GROUPS = { XCK_INTEGRITY: 1, XCK_AUTHENTICITY: 2, XCK_POLICY: 3 } as const;
const ours = ({ verdict, reasons }: Verdict): number =>
  verdict === 'UNREADABLE' ? 1 : Math.min(4, ...reasons.map(({ code }) => GROUPS[code as keyof typeof GROUPS])) % 4;

const second = (tar: Uint8Array, trust: Trust): readonly Finding[] => {
  const own = parseTrust(trustText(trust));
  if (!own) throw new Error('no trust root');
  return verify(tar, own);
};

t.setTimeout(120_000);

/** Both must put what is wrong into the same one of the first two groups, and in the second blame the same entries. */
async function agree(t: Test, what: string, tar: Uint8Array, trust: Trust): Promise<number> {
  const verdict = await verifyFile(tar, trust, verifyRaw);
  const [first, found] = [ours(verdict), second(tar, trust)];
  const group = groupOf(found);
  const upTo2 = (one: number) => (one === 1 || one === 2 ? one : 0);
  if (upTo2(first) !== upTo2(group))
    t.fail(
      `${what}: ours ${first} ${JSON.stringify(verdict.reasons[0])}, the second ${group} ${JSON.stringify(found[0])}`,
    );
  if (first === 2 && group === 2) {
    const seqs = (all: readonly { seq: number | null }[]) => [...new Set(all.map(({ seq }) => seq))].sort().join();
    if (seqs(verdict.reasons) !== seqs(found))
      t.fail(`${what}: ours blames ${seqs(verdict.reasons)}, the second ${seqs(found)}`);
  }
  // The second knows less of the third group, but never finds what ours does not.
  if (group === 3 && first === 0) t.fail(`${what}: ours finds nothing, the second ${JSON.stringify(found[0])}`);
  return group;
}

t.test('it imports nothing of ours', async (t) => {
  const folder = join(ROOT, 'test', 'second');
  for (const name of readdirSync(folder).filter((one) => !one.endsWith('.test.ts'))) {
    const imports = [...readFileSync(join(folder, name), 'utf8').matchAll(/ from '([^']+)'/g)].map(
      ([, from]) => from ?? '',
    );
    t.same(
      imports.filter((from) => !/^(\.\/|node:(crypto|fs)$)/.test(from)),
      [],
      name,
    );
  }
});

t.test('genuine records', async (t) => {
  for (const [name, make] of Object.entries(GENUINE)) {
    const run = make();
    const tar = packBundle(run.bundle());
    t.same(second(tar, run.site.trust), [], name);
    t.equal(ours(await verifyFile(tar, run.site.trust, verifyRaw)), 0, name);
  }
});

/** A closed run, and an order over one of its bodies; the order's statement names `signed`. */
function ordered(by: Name, name: string, signed = name) {
  const out = new Outside(new TestSite());
  const run = out.open(out.site.approved(KEEPING)).complete();
  const named = (wanted: string): string =>
    run.entries.flatMap(({ entry }) => Object.entries(entry.bodies ?? {})).find(([own]) => own === wanted)?.[1] ?? '';
  const about = refOf(run.entries.at(-1) as Sealed);
  const put = (): void => {
    const { person: actor, statement, signature } = out.redactCommand(by, run, [named(signed)]);
    const draft = { type: 'body.redacted', actor, fields: { about, erased: [named(name)] } };
    out.putAfter(run, { ...draft, bodies: { statement, signature } } as Draft);
  };
  const before = run.bundle().bodies;
  put();
  return { run, put, before, trust: out.site.trust };
}

t.test('what is erased with an order, without one, and in spite of one', async (t) => {
  const { run, put, before, trust } = ordered('keeper', 'output');
  const bundle = run.bundle();
  t.equal(await agree(t, 'with one', packBundle(bundle), trust), 0);
  t.equal(await agree(t, 'in spite of one', packBundle({ ...bundle, bodies: before }), trust), 1);
  const other = testRun().complete();
  const less = other.bundle();
  const gone = other.entries
    .flatMap(({ entry }) => Object.entries(entry.bodies ?? {}))
    .find(([name]) => name === 'output');
  const bodies = new Map([...less.bodies].filter(([own]) => own !== gone?.[1]));
  t.equal(await agree(t, 'without one', packBundle({ ...less, bodies }), other.site.trust), 1);
  put();
  t.equal(await agree(t, 'twice', packBundle(run.bundle()), trust), 3);
  for (const [what, bent] of Object.entries({
    'by no keeper': ordered('sre', 'output'),
    'of a statement': ordered('keeper', 'statement'),
    'of something else than was signed': ordered('keeper', 'output', 'statement'),
  }))
    t.ok((await agree(t, what, packBundle(bent.run.bundle()), bent.trust)) > 0, what);
});

t.test('what the attacker tries', async (t) => {
  for (const [name, { make }] of Object.entries(STRATEGIES)) {
    const { tar, trust } = filed(make());
    const group = await agree(t, name, tar, trust);
    // The folder, which it cannot render, is all that the second one leaves to ours.
    const rendered = STRATEGIES[name]?.invariant === 'I17';
    t.ok(group > 0 || rendered, name);
  }
});

/** One byte is another, gone, or more. */
function damaged(bytes: Uint8Array): Buffer {
  const at = below(bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
  const byte = (bytes[at] ?? 0) ^ (1 << below(8));
  const middles = [[byte], [], [bytes[at] ?? 0, byte]];
  return Buffer.concat([before, Buffer.from(middles[below(3)] ?? []), after]);
}

/** The same of a text, which stays one. */
const damagedText = (bytes: Uint8Array): Buffer => damaged(bytes).map((byte) => byte & 0x7f) as Buffer;

t.test('damaged bytes: in the file, and in a member of a file that is whole again', async (t) => {
  const run = passkeys();
  const tar = packBundle(run.bundle());
  for (let round = 0; round < 40; round++) await agree(t, `SEED=${SEED} round ${round}`, damaged(tar), run.site.trust);
  const members = unarchive(tar) ?? new Map<string, Buffer>();
  const paths = [...members].filter(([path, bytes]) => path !== 'README.txt' && bytes.length > 0).map(([path]) => path);
  for (let round = 0; round < 60; round++) {
    const path = paths[below(paths.length)] ?? '';
    const other = archive(new Map([...members, [path, damaged(members.get(path) ?? Buffer.alloc(0))]]));
    t.ok((await agree(t, `SEED=${SEED} round ${round}, ${path}`, other, run.site.trust)) > 0, path);
  }
});

t.test('a member that is gone or surplus, an entry that is dropped, doubled or moved', async (t) => {
  const run = testRun().complete();
  const members = unarchive(packBundle(run.bundle())) ?? new Map<string, Buffer>();
  const lines = (path: string) => (members.get(path) ?? Buffer.alloc(0)).toString('latin1').split('\n').slice(0, -1);
  const joined = (all: readonly string[]) => Buffer.from(all.map((line) => `${line}\n`).join(''), 'latin1');
  const gone = [...members.keys()].filter((path) => !path.startsWith('bodies/') || below(5) === 0);
  const wrong: [string, Map<string, Buffer>][] = gone.map((path) => {
    const less = new Map(members);
    less.delete(path);
    return [`without ${path}`, less];
  });
  wrong.push(['with one more', new Map([...members, ['surplus', Buffer.from('x')]])]);
  const [entries, proofs] = [lines('entries.jsonl'), lines('proofs.jsonl')];
  for (let at = below(3); at < entries.length; at += 3) {
    const changes: Record<string, (all: readonly string[]) => string[]> = {
      dropped: (all) => all.toSpliced(at, 1),
      doubled: (all) => all.toSpliced(at, 0, all[at] ?? ''),
      moved: (all) => all.with(at, all[(at + 1) % all.length] ?? '').with((at + 1) % all.length, all[at] ?? ''),
    };
    for (const [what, change] of Object.entries(changes)) {
      const changed = [
        ['entries.jsonl', joined(change(entries))],
        ['proofs.jsonl', joined(change(proofs))],
      ] as const;
      wrong.push([`entry ${at} ${what}`, new Map([...members, ...changed])]);
    }
  }
  for (const [what, all] of wrong) {
    const group = await agree(t, what, archive(all), run.site.trust);
    // Without its last entry a record is one of a run that is still open.
    t.equal(group === 0, what === `entry ${entries.length - 1} dropped`, what);
  }
});

/** Another value of the same form, of another, or of none. */
function changedLine(text: string): string {
  const lines = text.split('\n');
  const at = below(lines.length - 1);
  const [key = ''] = (lines[at] ?? '').split(' ');
  const values = [
    'none',
    '7',
    'live',
    'rehearsal',
    'dba',
    '{"x":1}',
    '[]',
    `5 sha256:${'a'.repeat(64)}`,
    'b'.repeat(64),
    '',
  ];
  const changes: ((line: string) => string[])[] = [
    () => [`${key} ${values[below(values.length)]}`],
    () => [],
    (line) => [line, line],
    (line) => [damagedText(Buffer.from(line)).toString('latin1')],
  ];
  return lines.toSpliced(at, 1, ...(changes[below(changes.length)]?.(lines[at] ?? '') ?? [])).join('\n');
}

t.test('statements and signatures that are genuinely sealed and wrong', async (t) => {
  const counts = [0, 0, 0, 0];
  for (const kind of ['ssh', 'sk-ssh', 'passkey'] as const) {
    const site = new TestSite({ kinds: { dba: kind === 'ssh' ? undefined : kind } });
    const run = site.open(site.approved(RUNBOOK)).seat().backup();
    run.arm('drop-column');
    const genuine = run.confirmDraft('dba', 'reviewer', 'dba');
    const { statement, signature } = genuine.bodies ?? {};
    if (!statement || !signature) throw new Error('no bodies');
    const put = (bodies: object, more: object = {}) =>
      run.put({ ...genuine, ...more, bodies: { ...genuine.bodies, ...bodies } });
    for (let round = 0; round < 60; round++) {
      const text = changedLine(Buffer.from(statement.bytes).toString());
      const bytes = Buffer.from(text, 'latin1');
      const own = site.people[(['dba', 'sre'] as const)[below(2)] ?? 'dba'];
      const resigned = { statement: site.salted(bytes), signature: site.salted(own.sign('confirm', bytes)) };
      const moves: (() => unknown)[] = [
        () => put(resigned),
        () => put({ signature: site.salted(damagedText(signature.bytes)) }),
        () => put({ statement: site.salted(damagedText(statement.bytes)) }),
        () => put({}, { actor: site.people.sre.id }),
        () => put({ signature: site.salted(own.sign('refuse', statement.bytes)) }),
        () => put({}, { fields: { ...genuine.fields, kind: (['ssh', 'passkey', 'browser'] as const)[below(3)] } }),
      ];
      moves[below(moves.length)]?.();
    }
    const group = await agree(t, `SEED=${SEED} ${kind}`, packBundle(run.bundle('open')), site.trust);
    counts[group] = (counts[group] ?? 0) + 1;
  }
  t.equal(counts[2], 3);
});
