/** Group 3 of one arming: that it is what was signed, who counts, and that it starts once and in time. */
import { type Lines, sizeOf } from './authentic.ts';
import { asciiJcs, jcs, lineJson } from './bytes.ts';
import { type Entry, refOf } from './entries.ts';
import { claim, type Finding, type Leaf } from './record.ts';
import { type Action, type Arming, jsonOf, msOf, type Story } from './story.ts';

/** The lines that everything signed about an arming shares with it. */
const SHARED = ['origin', 'mode', 'run', 'runbook', 'step', 'attempt', 'agent', 'target', 'do', 'nonce', 'not-after'];

/** I5, I13: a nonce that is new, by an agent that serves the target, and the entry says what was signed. */
export function armed(story: Story, leaf: Leaf, lines: Lines): Finding[] {
  const { entry, bodies } = leaf;
  const { spine, roster } = story;
  const attempt = (story.attempts.get(entry['step']) ?? 0) + 1;
  const target = lineJson(lines['target']) as { agent?: string } | undefined;
  const agent = roster.agents.find(({ id }) => id === entry.actor);
  const says =
    namesIt(story, entry, lines, { runbook: spine.opened.entry['runbook'], agent: entry.actor }) &&
    lines['action'] === entry.bodies?.['action'] &&
    lines['probes'] === asciiJcs(entry['probes']) &&
    lines['nonce'] === entry['nonce'] &&
    lines['roster'] === story.rosterRef &&
    msOf(lines['not-after']) === entry['not_after'];
  const fresh = !story.nonces.has(entry['nonce']);
  story.nonces.add(entry['nonce']);
  story.attempts.set(entry['step'], attempt);
  story.leads.add(entry['asked_by']);
  const action = jsonOf(bodies['action']) as Action;
  story.armings.set(entry['step'], {
    leaf,
    ref: refOf(leaf),
    lines,
    action,
    confirmed: [],
    key: null,
    starts: new Map(),
    over: false,
  });
  return [
    ...claim(says && entry['attempt'] === attempt, 3, entry.seq, 'I4: its arming was not signed so'),
    ...claim(fresh, 3, entry.seq, 'I5: its nonce was used before'),
    ...claim(
      agent?.serves.includes(target?.agent ?? '') === true,
      3,
      entry.seq,
      'I13: its agent does not serve the target',
    ),
    ...claim(entry['asked_by'] === story.lead, 3, entry.seq, 'I3: somebody else than the lead asked for it'),
  ];
}

/** Whether a statement of an agent names this run, step and attempt. */
const namesIt = ({ spine }: Story, entry: Entry, lines: Lines, more: Lines): boolean => {
  const { log, run, mode } = spine.opened.entry;
  const expected = { origin: log, run, mode, step: entry['step'], attempt: String(entry['attempt']), ...more };
  return Object.entries(expected).every(([line, value]) => lines[line] === value);
};

/** Whether what a person signed is about the arming that is open now, as it was armed. */
export function isAbout(story: Story, { entry }: Leaf, lines: Lines | undefined): boolean {
  const arming = story.armings.get(entry['step']);
  if (!arming || entry['armed'] !== arming.ref || entry['attempt'] !== arming.leaf.entry['attempt']) return false;
  if (!lines) return true;
  const eyes = lines['eyes'] === undefined || lines['eyes'] === String(arming.action.eyes);
  const seated = (['seat', 'role'] as const).every((line) => lines[line] === undefined || lines[line] === entry[line]);
  return (
    SHARED.every((line) => lines[line] === arming.lines[line]) &&
    lines['armed'] === arming.ref &&
    lines['roster'] === story.rosterRef &&
    lines['signer'] === entry.actor &&
    eyes &&
    seated
  );
}

/** I3, I4, I19 of one confirmation. */
export function confirmed(story: Story, leaf: Leaf, arming: Arming | undefined, lines: Lines | undefined): Finding[] {
  const { entry } = leaf;
  if (!arming || arming.over || arming.key)
    return claim(false, 3, entry.seq, 'I6: nothing is armed that it could confirm');
  const person = story.roster.people.find(({ id }) => id === entry.actor);
  const authors = [...story.spine.registered.entry['authors'], story.spine.registered.entry.actor];
  const before = arming.confirmed.map((one) => one.entry);
  const counts =
    story.seats.get(entry.actor) === entry['seat'] &&
    arming.action.by.includes(entry['seat']) &&
    person?.roles.includes(entry['role']) === true &&
    !story.leads.has(entry.actor) &&
    !authors.includes(entry.actor) &&
    before.every((one) => one.actor !== entry.actor && one['seat'] !== entry['seat']);
  arming.confirmed.push(leaf);
  return [
    ...claim(isAbout(story, leaf, lines), 3, entry.seq, 'I4: it confirms something else'),
    ...claim(counts, 3, entry.seq, 'I3: its signer does not count'),
    ...claim(!lines || answers(arming, entry, lines), 3, entry.seq, 'I3: its answers are not what was measured'),
    ...claim(
      !lines || sizeOf(lines['tree'] ?? '') > arming.leaf.entry.seq,
      3,
      entry.seq,
      'I19: its tree ends before the arming',
    ),
  ];
}

/** Answers to exactly the questions of the seat; of those without a tolerance, the measured value. */
function answers({ action, leaf }: Arming, entry: Entry, lines: Lines): boolean {
  const said = lineJson(lines['read-back']) as Record<string, unknown> | undefined;
  const asked = action.challenge.filter(({ by }) => by === entry['seat']);
  if (!said || jcs(Object.keys(said).sort()) !== jcs(asked.map(({ id }) => id).sort())) return false;
  return asked.every(({ id, equals, within }) => {
    const body = leaf.bodies[equals.replace(/^probes\./, 'probe-')];
    return within !== null || !body || said[id] === jsonOf(body);
  });
}

/** I3, I5, I6 of the key: enough confirmations, by enough kinds of keys, each used once. */
export function keyed(story: Story, leaf: Leaf, arming: Arming | undefined, lines: Lines): Finding[] {
  const { entry } = leaf;
  if (!arming || arming.over) return claim(false, 3, entry.seq, 'I6: nothing is armed that it could start');
  const { action, confirmed: given } = arming;
  const kinds = given.map((one) => one.entry['kind']);
  const of = (...those: string[]) => kinds.filter((kind) => those.includes(kind)).length;
  const live = story.spine.opened.entry['mode'] === 'live' && !story.roster.solo;
  const enough =
    given.length >= action.eyes / 2 - 1 &&
    (!live || (of('passkey', 'sk-ssh') >= action.keys.high && of('ssh', 'sk-ssh') >= action.keys.terminal));
  const refs = given.map(refOf);
  const statements = given.map((one) => one.entry.bodies?.['statement']).sort();
  const once = refs.every((ref) => !story.used.has(ref));
  for (const ref of refs) story.used.add(ref);
  arming.key = leaf;
  story.leads.add(entry.actor);
  return [
    ...claim(enough, 3, entry.seq, 'I3: not enough people have confirmed, or not by the keys that are asked for'),
    ...claim(entry.actor === story.lead, 3, entry.seq, 'I3: somebody else than the lead turns it'),
    ...claim(once, 3, entry.seq, 'I5: a confirmation is used twice'),
    ...claim(jcs(entry['confirmations']) === jcs(refs), 3, entry.seq, 'I4: it names other confirmations'),
    ...claim(
      isAbout(story, leaf, lines) && lines['confirmations'] === asciiJcs(statements),
      3,
      entry.seq,
      'I4: it was signed for something else',
    ),
    ...claim(sizeOf(lines['tree'] ?? '') > arming.leaf.entry.seq, 3, entry.seq, 'I19: its tree ends before the arming'),
  ];
}

/** I2, I4, I6, I9, I13 of a start. */
export function started(story: Story, leaf: Leaf, arming: Arming | undefined, lines: Lines): Finding[] {
  const { entry, digest } = leaf;
  if (!arming) return claim(false, 3, entry.seq, 'I6: nothing is armed');
  const item = entry['item'] ?? '';
  const critical = arming.action.eyes > 2;
  const keyStatement = arming.key?.entry.bodies?.['statement'] ?? 'none';
  const probes = Object.fromEntries(
    Object.entries(entry.bodies ?? {}).flatMap(([name, own]) =>
      name.startsWith('probe-') ? [[name.slice(6), own]] : [],
    ),
  );
  const says =
    namesIt(story, entry, lines, { agent: entry.actor, armed: arming.ref, key: keyStatement, item: item || 'none' }) &&
    lines['after'] === refOf(story.last) &&
    lines['probes'] === asciiJcs(probes) &&
    lines['roster'] === story.rosterRef &&
    lines['nonce'] === arming.lines['nonce'];
  const twice = arming.starts.has(item);
  arming.starts.set(item, { ...leaf, digest });
  return [
    ...claim(!twice, 3, entry.seq, 'I2: it has started already'),
    ...claim(says && entry['armed'] === arming.ref, 3, entry.seq, 'I4: its start was not signed so'),
    ...claim(!critical || arming.key !== null, 3, entry.seq, 'I6: the key is not turned'),
    ...claim(msOf(lines['at']) <= msOf(arming.lines['not-after']), 3, entry.seq, 'I6: the arming had expired'),
    ...claim(
      !arming.over && story.holds.size === 0,
      3,
      entry.seq,
      'I9: held, void, refused, or somebody who confirmed has gone',
    ),
    ...claim(entry.actor === arming.leaf.entry.actor, 3, entry.seq, 'I13: another agent starts it'),
    ...claim(
      sizeOf(lines['tree'] ?? '') > story.last.entry.seq,
      3,
      entry.seq,
      'I19: its tree ends before what it follows',
    ),
  ];
}

/** I4, I13 of an outcome. */
export function ended(story: Story, leaf: Leaf, arming: Arming | undefined, lines: Lines): Finding[] {
  const { entry } = leaf;
  const start = arming?.starts.get(entry['item'] ?? '');
  const started = start && refOf(start);
  const says = namesIt(story, entry, lines, {
    agent: entry.actor,
    item: entry['item'] ?? 'none',
    started: entry['started'],
    result: entry['result'],
    exit: String(entry['exit'] ?? 'none'),
    output: entry.bodies?.['output'] ?? 'none',
    outputs: entry.bodies?.['outputs'] ?? 'none',
    checks: asciiJcs(entry['checks']),
    artifact: entry['artifact'] ? asciiJcs(entry['artifact']) : 'none',
  });
  return [
    ...claim(says, 3, entry.seq, 'I4: its outcome was not signed so'),
    ...claim(started === entry['started'], 3, entry.seq, 'I11: it ends what has not started'),
    ...claim(entry.actor === start?.entry.actor, 3, entry.seq, 'I13: another agent says so'),
  ];
}
