/** Group 1 of bodies: which may be missing, and that every other is there, of its form and nobody else's. */
import { canonical, textOf, utf8 } from './bytes.ts';
import { type Entry, refOf } from './entries.ts';
import { claim, type Finding, inChain, type Leaf, type Spine } from './record.ts';
import { erasedIn, isErasable } from './redactions.ts';

/** Bodies of holds on other runbooks and plans than the run's: no record has them. */
function foreign(leaves: readonly Leaf[], { opened }: Spine): Set<string> {
  const own = new Set<string>();
  const others = inChain(leaves, 'holds').filter((leaf) => {
    const { entry } = leaf;
    if (entry.type !== 'hold.raised') return !own.has(entry.type === 'act.signed' ? entry['about'] : entry['hold']);
    const mine = entry['runbook'] === opened.entry['runbook'] || entry['plan'] === opened.entry['run'];
    if (mine) own.add(refOf(leaf));
    return !mine;
  });
  return new Set(others.flatMap(({ entry }) => Object.values(entry.bodies ?? {})));
}

/** Bodies that an open run may withhold. */
function blind({ run }: Spine): Set<string> {
  if (run.some(({ entry }) => entry.type === 'run.closed')) return new Set();
  const asked = new Map<string, Set<string>>();
  for (const { entry, bodies } of run)
    if (entry.type === 'step.armed') {
      const action = JSON.parse(textOf(bodies['action'] ?? utf8('{}')) ?? '{}') as { challenge?: { equals: string }[] };
      asked.set(
        entry['step'],
        new Set((action.challenge ?? []).map(({ equals }) => equals.replace(/^probes\./, 'probe-'))),
      );
    }
  const started = new Map(
    run.flatMap(({ entry }) => (entry.type === 'step.started' ? [[entry['step'], entry['attempt']]] : [])),
  );
  return new Set(
    run.flatMap(({ entry }) => {
      if (entry['attempt'] <= (started.get(entry['step']) ?? 0)) return [];
      const names = Object.entries(entry.bodies ?? {});
      if (entry.type === 'step.confirmed') return names.map(([, digest]) => digest);
      return names.flatMap(([name, digest]) => (asked.get(entry['step'])?.has(name) ? [digest] : []));
    }),
  );
}

const PLAIN = ['statement', 'signature', 'output'];

/** Every body is named, at hand where it must be, and of its form. */
export function committed(leaves: readonly Leaf[], bodies: ReadonlyMap<string, Buffer>, spine: Spine): Finding[] {
  const named = new Set(leaves.flatMap(({ entry }) => Object.values(entry.bodies ?? {})));
  const away = foreign(leaves, spine);
  const erased = erasedIn(leaves);
  const missing = new Set([...away, ...blind(spine)]);
  return [
    ...[...bodies.keys()].flatMap((digest) =>
      claim(named.has(digest) && !away.has(digest), 1, null, 'a body is surplus'),
    ),
    ...[...bodies.keys()].flatMap((digest) => claim(!erased.has(digest), 1, null, 'an erased body is here')),
    ...leaves.flatMap(({ entry, bodies: own }) => [
      ...Object.entries(entry.bodies ?? {}).flatMap(([name, digest]) =>
        claim(
          name in own || missing.has(digest) || (isErasable(name) && erased.has(digest)),
          1,
          entry.seq,
          `its body ${name} is missing`,
        ),
      ),
      ...Object.entries(own).flatMap(([name, bytes]) =>
        claim(wellFormed(name, bytes), 1, entry.seq, `its body ${name} is not of its form`),
      ),
      ...outputFits(entry, own['output']),
    ]),
  ];
}

const wellFormed = (name: string, bytes: Buffer): boolean =>
  PLAIN.includes(name)
    ? name === 'output' || textOf(bytes) !== undefined
    : canonical(bytes, 1_048_576, 12, false) !== undefined;

function outputFits(entry: Entry, output: Buffer | undefined): Finding[] {
  if (!('checks' in entry)) return [];
  const said = entry['output_length'];
  const fits = (entry.bodies?.['output'] !== undefined) === (said !== undefined) && (!output || output.length === said);
  return claim(fits, 1, entry.seq, 'its output has another length');
}
