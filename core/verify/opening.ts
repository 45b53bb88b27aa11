/** The claims about how a run came to be: who enrolled, registered, approved and opened, and that each signed exactly that. */

import { lineJson, sameStatement } from '../approval/statement.ts';
import { jcs } from '../bytes/jcs.ts';
import type { KeepersAct } from '../log/acts.ts';
import { refOf } from '../log/entry.ts';
import { personOf } from '../log/roster.ts';
import type { Entry } from '../log/tables.ts';
import { signing } from '../run/answers.ts';
import { actLines } from '../run/lines.ts';
import { checkInputs, type InputValue } from '../runbook/inputs.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { type Follows, followsOf } from '../site/open.ts';
import { readRoster, rosterContent } from '../site/roster.ts';
import type { SiteAct } from '../site/statement.ts';
import { jsonOf } from './bodies.ts';
import type { Spine } from './chains.ts';
import type { Leaf } from './read.ts';
import type { Rosters } from './roster.ts';
import { linesOf, type Stated } from './statements.ts';
import { type Reason, reason, unless } from './verdict.ts';

type Statements = ReadonlyMap<number, Stated>;

/** Checks that the statement of a site's act is byte for byte what its entry says. */
export function says(
  stated: Statements,
  leaf: Leaf,
  act: SiteAct | KeepersAct,
  expected: { about: string; run: string | null; mode: 'live' | 'rehearsal' | null; content: unknown },
): Reason[] {
  const lines = linesOf(stated, leaf, act);
  if (!lines) return [reason('XCK_AUTHENTICITY', `it lacks its ${act} statement`, leaf.entry.seq, 'I4')];
  const same = sameStatement(
    act,
    lines,
    actLines(act, { origin: leaf.entry.log, ...expected }, signing(lines, leaf.entry.actor)),
  );
  return same.ok ? [] : [reason('XCK_AUTHENTICITY', same.refusal.sentence, leaf.entry.seq, 'I4')];
}

/** Checks that everybody who acts stood in the roster by then. */
export function knownPeople({ run, holds, after, registered, approved }: Spine, { states }: Rosters): Reason[] {
  const of = (entry: Entry): string[] => [
    entry.actor,
    ...('asked_by' in entry ? [entry.asked_by] : []),
    ...('authors' in entry ? entry.authors : []),
  ];
  const known = new Map<string, number>([['server', -1]]);
  for (const { seq, roster } of states)
    for (const { id } of [...roster.people, ...roster.agents]) if (!known.has(id)) known.set(id, seq);
  return [...run, ...holds, ...after, registered, approved].flatMap(({ entry }) => {
    const stranger = of(entry).find((id) => (known.get(id) ?? Number.POSITIVE_INFINITY) >= entry.seq);
    return unless(
      stranger === undefined,
      'XCK_AUTHENTICITY',
      `${stranger} does not stand in the roster`,
      entry.seq,
      'I7',
    );
  });
}

/** Checks that whoever enrolled a key, signed a roster or what the log continues signed exactly that. */
export const rosterSayings = (
  { genesis, roster }: Pick<Spine, 'genesis' | 'roster'>,
  rosters: Rosters,
  stated: Statements,
): Reason[] =>
  roster.flatMap((leaf) => {
    const { entry, bodies } = leaf;
    const outside = { run: null, mode: null };
    if (entry.type === 'key.enrolled') {
      const { key, kind, token = null } = entry;
      return says(stated, leaf, 'enrol', { ...outside, about: refOf(genesis), content: { key, kind, token } });
    }
    if (entry.type !== 'roster.signed') return [];
    const text = readRoster(bodies['roster']);
    const epoch = entry.act === 'epoch';
    const content = epoch ? genesis.entry.site.former : text.ok ? rosterContent(entry, text.value) : null;
    const about = epoch ? refOf(genesis) : rosters.before(entry.seq).made;
    const said = bodies['content'] && jcs(jsonOf(bodies['content'].bytes));
    return [
      ...says(stated, leaf, entry.act, { ...outside, about, content }),
      ...unless(said === jcs(content), 'XCK_AUTHENTICITY', 'its content is not what was signed', entry.seq, 'I4'),
    ];
  });

/** Checks I18: the folder was registered, then approved by a reviewer who neither wrote nor registered it, before the run. */
export function approval(
  { genesis, registered, approved, opened }: Spine,
  stated: Statements,
  rosters: Rosters,
  runbook: Runbook,
): Reason[] {
  const { authors, id, runbook: folder } = registered.entry;
  const { actor, seq } = approved.entry;
  const roster = rosters.before(seq);
  const roles = personOf(roster, actor)?.roles ?? [];
  const digests = new Set([folder, approved.entry.runbook, opened.entry.runbook]);
  return [
    ...says(stated, registered, 'runbook', {
      about: refOf(genesis),
      run: null,
      mode: null,
      content: { authors, id, runbook: folder },
    }),
    ...says(stated, approved, 'approve', {
      about: refOf(registered),
      run: null,
      mode: null,
      content: { runbook: folder },
    }),
    ...unless(digests.size === 1, 'XCK_POLICY', 'another folder was approved', seq, 'I18'),
    ...unless(
      id === runbook.id && authors.length > 0,
      'XCK_POLICY',
      'it was registered under another id or without an author',
      registered.entry.seq,
      'I18',
    ),
    ...unless(
      roles.some((role) => roster.reviewerRoles.includes(role)),
      'XCK_POLICY',
      `${actor} approved without a reviewer’s role`,
      seq,
      'I18',
    ),
    ...unless(
      ![...authors, registered.entry.actor].includes(actor),
      'XCK_POLICY',
      `${actor} approved what they wrote or registered`,
      seq,
      'I18',
    ),
    ...unless(
      registered.entry.seq < seq && seq < opened.entry.seq,
      'XCK_POLICY',
      'it was not approved before the run',
      seq,
      'I18',
    ),
  ];
}

/** Checks the first entry of the run: opened by a holder of the lead's roles, with inputs that fit, under the roster of that time. */
export function opening({ approved, opened }: Spine, stated: Statements, rosters: Rosters, runbook: Runbook): Reason[] {
  const { entry } = opened;
  const { mode, run } = entry;
  const roster = rosters.before(entry.seq);
  const roles = personOf(roster, entry.actor)?.roles ?? [];
  const follows = followedBy(opened, stated);
  const content = { follows, inputs: entry.bodies?.['inputs'] ?? '', run };
  const fits = (holds: boolean, why: string, invariant: string) =>
    unless(holds, 'XCK_POLICY', why, entry.seq, invariant);
  return [
    ...says(stated, opened, 'open', { about: refOf(approved), run, mode, content }),
    ...fits(entry.rules === 1, `its rules are version ${entry.rules}, this verifier knows 1`, 'I14'),
    ...fits(entry.roster === roster.ref, 'it names another roster', 'I7'),
    ...fits(entry.solo === roster.solo, 'solo is not what the roster makes it', 'I7'),
    ...fits(mode !== 'live' || roster.solo || roster.vouched, 'no keeper had signed a roster', 'I7'),
    ...fits(mode !== 'live' || roster.solo || !roster.due, 'its keepers had not signed what this log continues', 'I7'),
    ...fits(
      entry.follows === follows?.close && (follows === null || mode === 'live'),
      'it follows another close than was signed',
      'I14',
    ),
    ...fits(
      isRehearsed(opened.entry, follows, runbook),
      'it does not name the rehearsal that its runbook or its lead asks for',
      'I18',
    ),
    ...fits(
      (runbook.crew['lead']?.roles ?? []).some((role) => roles.includes(role)),
      `${entry.actor} may not lead`,
      'I3',
    ),
    ...fits(inputsOf(opened, runbook) !== undefined, 'its inputs are not those that the runbook asks for', 'I17'),
  ];
}

/** What the lead says that the run follows; whatever is no such thing becomes null, which the statement cannot equal. */
function followedBy(opened: Spine['opened'], stated: Statements): Follows | null {
  const content = lineJson(linesOf(stated, opened, 'open')?.content ?? '') as { follows?: unknown } | undefined;
  return followsOf(content?.follows) ?? null;
}

/** A rehearsal is named where a live run must rest on one, or its lead names one; the rehearsal itself has a record of its own. */
function isRehearsed(
  { mode, rehearsed }: Spine['opened']['entry'],
  follows: Follows | null,
  runbook: Runbook,
): boolean {
  const named = follows?.rehearsal ?? null;
  const required = mode === 'live' && runbook.rehearsal?.required === true;
  return named === null ? (rehearsed !== undefined) === required : rehearsed === named;
}

/** The inputs of the run, when they are exactly what the runbook makes of them. */
export function inputsOf({ bodies }: Spine['opened'], runbook: Runbook): Record<string, InputValue> | undefined {
  const given = bodies.inputs && jsonOf(bodies.inputs.bytes);
  const checked = checkInputs(runbook, given);
  return checked.ok && jcs(checked.value) === jcs(given) ? checked.value : undefined;
}
