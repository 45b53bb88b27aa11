/** Statements that are not those that the log calls for: exchanged, replayed, or signed with one line that is another. */
import { base64, utf8 } from '../../../../core/bytes/encoding.ts';
import { jcs } from '../../../../core/bytes/jcs.ts';
import type { EntryType } from '../../../../core/log/tables.ts';
import type { Dice } from '../../dice.ts';
import { actOf, type Loose, linesOf } from '../forge.ts';
import { Bench, copyOf, type Expected, either, type Kind, nameOf } from '../kind.ts';
import { worldOf } from '../world.ts';

const flipped = (text: string, at: number): string =>
  `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`;
/** Another last hex digit. */
const last = (text: string): string => flipped(text, text.length - 1);
const later = (time: string): string => new Date(Date.parse(time) + 1000).toISOString().replace('.000Z', 'Z');
const json =
  (change: (value: Record<string, unknown>) => unknown) =>
  (text: string): string => {
    const value = JSON.parse(text) as Record<string, unknown>;
    return JSON.stringify(change(value));
  };

/** Another value of each line, of its form. Client and `signed-at` prove nothing and are free. */
const OTHER: Readonly<Record<string, (value: string, act: string) => string | null>> = {
  origin: last,
  mode: (mode) => (mode === 'live' ? 'rehearsal' : 'live'),
  run: (run) => (run === 'none' ? '01JD3V7Q0Z8EA1B2C3D4E5F6ZZ' : run.replace(/.$/, 'Z')),
  runbook: last,
  step: (step) => `${step}x`,
  attempt: (attempt) => String(Number(attempt) + 1),
  armed: last,
  agent: last,
  target: json((target) => ({ ...target, agent: 'elsewhere' })),
  do: json(() => ({ argv: ['true'], kind: 'run' })),
  action: last,
  probes: json((probes) => (Object.keys(probes).length === 0 ? { x: `sha256:${'0'.repeat(64)}` } : {})),
  eyes: (eyes) => (eyes === '4' ? '6' : '4'),
  roster: last,
  signer: last,
  seat: (seat) => `${seat}x`,
  role: (role) => `${role}x`,
  confirmations: () => '[]',
  nonce: last,
  about: (about) => (about === 'none' ? null : last(about)),
  content: json((content) => ({ ...content, more: true })),
  key: (key) => (key === 'none' ? `sha256:${'0'.repeat(64)}` : 'none'),
  after: last,
  started: last,
  item: (item) => (item === 'none' ? 'item-1' : 'none'),
  outputs: (outputs) => (outputs === 'none' ? `sha256:${'0'.repeat(64)}` : 'none'),
  output: (output) => (output === 'none' ? `sha256:${'0'.repeat(64)}` : 'none'),
  result: (result) => (result === 'finished' ? 'failed' : 'finished'),
  exit: (exit) => (exit === '0' ? '1' : '0'),
  checks: json((checks) => (Object.keys(checks).length === 0 ? { x: true } : {})),
  artifact: (artifact) => (artifact === 'none' ? '{"size":1}' : 'none'),
  meaning: (meaning) => meaning.replace('I ', 'We '),
  'not-after': later,
};

/** Which invariant a line stands for, where it is another than I4: what an agent signs is measured by its folder. */
function ofLine(act: string, line: string): Expected {
  if (act === 'armed' && (line === 'do' || line === 'target')) return either('I17');
  return either('I4');
}

/** Somebody signs, with their own key, a statement of which one line is another than the log’s. */
export const otherLine: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.signed());
  const act = loose && actOf(loose);
  if (!loose || !act) return null;
  const lines = [...linesOf(loose.bodies['statement']).keys()].filter((line) => OTHER[line] !== undefined);
  const line = dice.one(lines);
  const changed = OTHER[line]?.(linesOf(loose.bodies['statement']).get(line) ?? '', act);
  if (changed === null || changed === undefined) return null;
  loose.lines = (all) => all.set(line, OTHER[line]?.(all.get(line) ?? '', act) ?? '');
  return bench.made(`${line} of ${act} ${loose.was.index}`, ofLine(act, line));
};

/** The same by the server, which has no key: the signature is over other bytes. */
export const lineRewritten: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.signed());
  const act = loose && actOf(loose);
  if (!loose || !act || !loose.signer) return null;
  const lines = [...linesOf(loose.bodies['statement']).keys()].filter((line) => OTHER[line] && line !== 'meaning');
  const line = dice.one(lines);
  const signer = loose.signer;
  const original = linesOf(loose.bodies['statement']);
  if (OTHER[line]?.(original.get(line) ?? '', act) === null) return null;
  let genuine = '';
  loose.lines = (all) => {
    genuine = textOf(act, all);
    all.set(line, OTHER[line]?.(all.get(line) ?? '', act) ?? '');
  };
  loose.signer = { sign: (by) => signer.sign(by, utf8(genuine)) };
  return bench.made(
    `${line} of ${act} ${loose.was.index}`,
    loose.fields.actor.startsWith('a-') ? either('I13') : either('I7'),
  );
};

const textOf = (act: string, lines: ReadonlyMap<string, string>): string =>
  `crosscheck-${act}/v1\n${[...lines].map(([key, value]) => `${key} ${value}\n`).join('')}`;

/** Two statements of one act and one person exchanged: of another step, attempt, item, seat. */
export const exchangedStatements: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const pairs = bench.signed().flatMap((to, at, all) =>
    all
      .slice(0, at)
      .filter(
        (from) =>
          actOf(from) === actOf(to) && from.fields.actor === to.fields.actor && from.fields.type === to.fields.type,
      )
      .filter((from) => from.bodies['content'] === undefined || from.fields['about'] !== to.fields['about'])
      .map((from) => ({ from, to })),
  );
  if (pairs.length === 0) return null;
  const { from, to } = dice.one(pairs);
  const { statement, signature } = from.bodies;
  if (!statement || !signature) return null;
  to.bodies = { ...to.bodies, statement, signature };
  return bench.made(`that of ${from.was.index} in ${nameOf(to)}`, either('I4'));
};

/** The statement of one person with another’s signature of theirs. */
export const othersSignature: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const people = Object.values(world.site.people);
  const loose = bench.some(bench.signed().filter(({ fields }) => fields.actor.startsWith('p-')));
  if (!loose) return null;
  loose.signer = dice.one(people.filter(({ id }) => id !== loose.fields.actor));
  return bench.made(nameOf(loose), either('I7'));
};

/** Signed by the right person, for another purpose. */
export const otherMeaning: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.signed());
  const act = loose && actOf(loose);
  const signer = loose?.signer;
  if (!loose || !act || !signer) return null;
  const other = dice.one(
    (['confirm', 'refuse', 'key', 'open', 'close', 'approve', 'started'] as const).filter((one) => one !== act),
  );
  loose.signer = { sign: (_, bytes) => signer.sign(other, bytes) };
  return bench.made(
    `${nameOf(loose)} signed as ${other}`,
    loose.fields.actor.startsWith('a-') ? either('I13') : either('I7'),
  );
};

/** An old entry once more, about what is armed now. */
export const replayed: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const types: EntryType[] = ['step.confirmed', 'step.keyed', 'step.started'];
  const old = bench.some(bench.run(...types));
  const armed = old && bench.run('step.armed').find((one) => bench.log.indexOf(one) > bench.log.indexOf(old));
  if (!old || !armed) return null;
  bench.after(armed, copyOf(old));
  return bench.made(`${nameOf(old)} after ${nameOf(armed)}`, either('I4', 'I2', 'I6', 'I3'));
};

/** The same, with the arming that is open now written into the entry: the statement tells. */
export const replayedFor: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const to = bench.some(bench.run('step.confirmed', 'step.refused'));
  const from =
    to && bench.some(bench.run(to.fields.type).filter((one) => one !== to && one.fields.actor === to.fields.actor));
  const { statement, signature } = from?.bodies ?? {};
  if (!to || !from || !statement || !signature) return null;
  to.bodies = { ...to.bodies, statement, signature };
  return bench.made(`that of ${from.was.index} in ${nameOf(to)}`, either('I4', 'I19'));
};

/** Statements of another run of the same people. */
export const ofAnotherRun: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const to = bench.some(bench.signed().filter(({ chain }) => chain === 'run'));
  const from =
    to &&
    bench.some(bench.log.filter((one) => one.chain === 'run' && !one.shown && one.fields.type === to.fields.type));
  const { statement, signature } = from?.bodies ?? {};
  if (!to || !from || !statement || !signature || !from.signer) return null;
  to.bodies = { ...to.bodies, statement, signature };
  to.signer = from.signer;
  to.fields.actor = from.fields.actor;
  return bench.made(nameOf(to), either('I3', 'I4', 'I7'));
};

/** Whole entries of another run in this one. */
export const spliced: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const from = bench.some(bench.log.filter((one) => one.chain === 'run' && !one.shown));
  const to = from && bench.some(bench.run(from.fields.type).filter(({ fields }) => fields.type !== 'run.opened'));
  if (!from || !to || (!to.bodies['statement'] && to.fields.type !== 'step.withdrawn')) return null;
  bench.log[bench.log.indexOf(to)] = { ...copyOf(from), run: to.run, shown: true, was: to.was };
  return bench.made(nameOf(to), either('I3', 'I4', 'I11', 'I12', 'I16', 'I19'));
};

/** Statements of the same people in another log of the same host. */
export const ofAnotherLog: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const to = bench.some(bench.signed());
  if (!to) return null;
  const origin = world.site.origin;
  to.lines = (lines) => lines.set('origin', origin.replace(/\/log\/.*/, `/log/${'0'.repeat(32)}`));
  return bench.made(nameOf(to), either('I4'));
};

/** Statements and signatures of another log, as they are: another host, other trees. */
export const fromAnotherSite: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const there = worldOf(world.name, 2 ** 30 + dice.below(3));
  const to = bench.some(bench.signed());
  const from = to && there.log.find((one) => actOf(one) === actOf(to) && one.bodies['statement'] !== undefined);
  const { statement, signature } = from?.bodies ?? {};
  if (!to || !statement || !signature) return null;
  to.bodies = { ...to.bodies, statement, signature };
  to.signer = null;
  return bench.made(nameOf(to), either('I7', 'I13'));
};

const TREES: Readonly<Record<string, (size: number, root: string) => string>> = {
  'another root': (size) => `${size} ${base64(new Uint8Array(32).fill(7))}`,
  'another size': (size, root) => `${size - 1} ${root}`,
  'no leaf at all': (_, root) => `0 ${root}`,
  'a root that is too short': (size) => `${size} ${base64(new Uint8Array(31))}`,
};

export const falseTree: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.signed().filter((one) => linesOf(one.bodies['statement']).has('tree')));
  if (!loose) return null;
  const [what, change] = dice.one(Object.entries(TREES));
  loose.lines = (lines) => {
    const [size = '', root = ''] = (lines.get('tree') ?? '').split(' ');
    lines.set('tree', change(Number(size), root));
  };
  return bench.made(`${what}: ${nameOf(loose)}`, either('I8', 'I4'));
};

/** A tree that did not exist when it was signed. */
export const futureTree: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.signed().filter((one) => linesOf(one.bodies['statement']).has('tree')));
  if (!loose) return null;
  loose.lines = (lines) => {
    const [size = '', root = ''] = (lines.get('tree') ?? '').split(' ');
    lines.set('tree', `${Number(size) + 1 + dice.below(20)} ${root}`);
  };
  return bench.made(nameOf(loose), either('I19'));
};

/** The true root of a tree that ends before what is signed about. */
export const earlyTree: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.run('step.confirmed', 'step.keyed', 'step.started'));
  const at = loose && bench.log.findIndex(({ was }) => `${was.index} ${was.digest}` === loose.fields['armed']);
  if (!loose || at === undefined || at < 2) return null;
  // Sizes keep their roots here, for nothing before the arming is changed.
  const size = 1 + dice.below(at);
  loose.lines = (lines) => lines.set('tree', world.site.tree(size));
  return bench.made(`${nameOf(loose)} over ${size} leaves`, either('I19'));
};

/** The agent’s own clock says that it was too late. */
export const expired: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.run('step.started'));
  if (!loose) return null;
  const by = (1 + dice.below(1000)) * 1000 + 3_600_000;
  loose.lines = (lines) =>
    lines.set('at', new Date(Date.parse(lines.get('at') ?? '') + by).toISOString().replace('.000Z', 'Z'));
  return bench.made(`${nameOf(loose)} by ${by} ms`, either('I6'));
};

/** The reviewer’s answers are others than what was measured. */
export const otherAnswers: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const kept = bench
    .run('step.confirmed')
    .filter((one) => (linesOf(one.bodies['statement']).get('read-back') ?? '{}') !== '{}');
  const loose = bench.some(kept);
  if (!loose) return null;
  const change = dice.below(3);
  loose.lines = (lines) => {
    const answers = JSON.parse(lines.get('read-back') ?? '{}') as Record<string, string>;
    const [id = ''] = Object.keys(answers);
    const other = change === 0 ? {} : change === 1 ? { [id]: `${answers[id]}7` } : { ...answers, zzz: 'more' };
    lines.set('read-back', JSON.stringify(other));
  };
  return bench.made(`${nameOf(loose)}, change ${change}`, either('I3'));
};

/** What ran, as its agent signs it, is not what the folder says. */
const RENDERINGS: Readonly<Record<string, (bench: Bench, loose: Loose, dice: Dice) => boolean>> = {
  'another command': (_, loose) => rewrite(loose, 'do', () => '{"argv":["rm","-rf","/"],"kind":"run"}'),
  'another target': (_, loose) => rewrite(loose, 'target', () => '{"agent":"elsewhere"}'),
  'a longer time': (_, loose) => {
    loose.fields['not_after'] = Number(loose.fields['not_after']) + 3_600_000;
    return rewrite(loose, 'not-after', (at) =>
      new Date(Date.parse(at) + 3_600_000).toISOString().replace('.000Z', 'Z'),
    );
  },
  'fewer eyes': (_, loose) => action(loose, (one) => ({ ...one, eyes: one['eyes'] === 2 ? 4 : 2 })),
  'other seats': (_, loose) => action(loose, (one) => ({ ...one, by: ['lead'] })),
  'a longer timeout': (_, loose) => action(loose, (one) => ({ ...one, timeout: 86_400_000 })),
  'another folder': (_, loose) => action(loose, (one) => ({ ...one, cwd: '/tmp' })),
  'a variable more': (_, loose) =>
    action(loose, (one) => ({ ...one, env: { ...(one['env'] as object), LD_PRELOAD: '/tmp/x.so' } })),
  'no checks': (_, loose) =>
    action(loose, (one) => (Object.keys(one['verify'] as object).length > 0 ? { ...one, verify: {} } : null)),
  'no challenge': (_, loose) =>
    action(loose, (one) => ((one['challenge'] as unknown[]).length > 0 ? { ...one, challenge: [] } : null)),
  'no drift': (_, loose) =>
    action(loose, (one) => (Object.keys(one['drift'] as object).length > 0 ? { ...one, drift: {} } : null)),
};

const rewrite = (loose: Loose, line: string, to: (value: string) => string): true => {
  loose.lines = (lines) => lines.set(line, to(lines.get(line) ?? ''));
  return true;
};

function action(loose: Loose, change: (action: Record<string, unknown>) => Record<string, unknown> | null): boolean {
  const body = loose.bodies['action'];
  if (!body) return false;
  const changed = change(JSON.parse(new TextDecoder().decode(body.bytes)) as Record<string, unknown>);
  if (!changed) return false;
  loose.bodies = { ...loose.bodies, action: { salt: body.salt, bytes: utf8(jcs(changed)) } };
  return true;
}

export const otherRendering: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.run('step.armed'));
  const [what, change] = dice.one(Object.entries(RENDERINGS));
  if (!loose || change(bench, loose, dice) === false) return null;
  return bench.made(`${what}: ${nameOf(loose)}`, either('I17'));
};

/** The agent says finished of what its own words say was not. */
const ENDS: Readonly<Record<string, (loose: Loose) => boolean>> = {
  'it exited with 3': (loose) => {
    if (loose.fields['exit'] === undefined) return false;
    loose.fields['exit'] = 3;
    rewrite(loose, 'exit', () => '3');
    return true;
  },
  'a check failed': (loose) => {
    const checks = loose.fields['checks'] as Record<string, boolean>;
    const [id] = Object.keys(checks);
    if (id === undefined) return false;
    loose.fields['checks'] = { [id]: false };
    rewrite(loose, 'checks', () => JSON.stringify({ [id]: false }));
    return true;
  },
  'a check nobody asked for': (loose) => {
    loose.fields['checks'] = { extra: true };
    rewrite(loose, 'checks', () => '{"extra":true}');
    return true;
  },
  'it left nothing': (loose) => {
    if (loose.fields['artifact'] === undefined) return false;
    delete loose.fields['artifact'];
    rewrite(loose, 'artifact', () => 'none');
    return true;
  },
};

export const falselyFinished: Kind = (world, dice) => {
  const bench = new Bench(world, dice);
  const loose = bench.some(bench.run('step.finished'));
  const [what, change] = dice.one(Object.entries(ENDS));
  return loose && change(loose) ? bench.made(`${what}: ${nameOf(loose)}`, either('I11')) : null;
};
