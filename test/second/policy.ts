/** Group 3, as far as entries, statements and armed actions tell: I2 to I9, I12 to I14, I18, I19. The folder is not read here. */
import { armed, confirmed, ended, isAbout, keyed, started } from './armings.ts';
import type { Authentic, Lines } from './authentic.ts';
import { asciiJcs, jcs, lineJson } from './bytes.ts';
import { type Entry, refOf } from './entries.ts';
import { claim, type Finding, type Leaf, type Spine } from './record.ts';
import { type Arming, jsonOf, type Story } from './story.ts';

export function policy(spine: Spine, authentic: Authentic): Finding[] {
  const { opened } = spine;
  const { entry } = opened;
  const roster = authentic.rosters.before(entry.seq);
  const story: Story = {
    spine,
    roster,
    authentic,
    rosterRef: roster.ref,
    seats: new Map([[entry.actor, 'lead']]),
    differed: new Map(),
    holds: new Map(),
    armings: new Map(),
    attempts: new Map(),
    nonces: new Set(),
    used: new Set(),
    leads: new Set([entry.actor]),
    lead: entry.actor,
    last: opened,
    settled: refOf(opened),
    closing: [],
  };
  const findings = [...approval(spine, authentic), ...opening(story)];
  for (const leaf of spine.run.slice(1)) {
    findings.push(...step(story, leaf));
    story.last = leaf;
    const aside = /^(presence\.|act\.signed)/.test(leaf.entry.type);
    if (!aside) story.settled = refOf(leaf);
  }
  return findings;
}

/** I18. */
function approval({ registered, approved, opened }: Spine, { rosters }: Authentic): Finding[] {
  const { actor, seq, runbook } = approved.entry;
  const roster = rosters.before(seq);
  const roles = roster.people.find(({ id }) => id === actor)?.roles ?? [];
  const authors = [...registered.entry['authors'], registered.entry.actor];
  const fits =
    runbook === registered.entry['runbook'] &&
    runbook === opened.entry['runbook'] &&
    registered.entry['authors'].length > 0 &&
    roles.some((role) => roster.reviewer_roles.includes(role)) &&
    !authors.includes(actor) &&
    registered.entry.seq < seq &&
    seq < opened.entry.seq;
  return claim(fits, 3, seq, 'I18: it was not approved by somebody who may');
}

/** I14, and what the opening says of itself. */
function opening({ spine: { opened, approved }, roster, authentic }: Story): Finding[] {
  const { entry } = opened;
  const lines = authentic.stated.get(entry.seq) ?? {};
  const content = lineJson(lines['content']) as
    | { follows?: { close: string } | null; inputs?: string; run?: string }
    | undefined;
  const says =
    lines['about'] === refOf(approved) &&
    lines['run'] === entry['run'] &&
    lines['mode'] === entry['mode'] &&
    lines['signer'] === entry.actor &&
    content?.inputs === entry.bodies?.['inputs'] &&
    content?.run === entry['run'];
  const fits =
    entry['rules'] === 1 &&
    entry['roster'] === roster.ref &&
    entry['solo'] === roster.solo &&
    (entry['mode'] !== 'live' || roster.solo || (roster.vouched && !roster.due)) &&
    entry['follows'] === content?.follows?.close;
  return [
    ...claim(says, 2, entry.seq, 'I4: its opening was not signed so'),
    ...claim(fits, 3, entry.seq, 'I14: it opens under other rules or another roster'),
  ];
}

function step(story: Story, leaf: Leaf): Finding[] {
  const { entry } = leaf;
  const lines = story.authentic.stated.get(entry.seq);
  const arming = story.armings.get(entry['step']);
  switch (entry.type) {
    case 'seat.taken':
      story.seats.set(entry.actor, entry['seat']);
      return stopped(story);
    case 'seat.left':
      story.seats.delete(entry.actor);
      return stopped(story);
    case 'presence.lost':
      return stopped(story, ({ confirmed }) => confirmed.some((one) => one.entry['seat'] === entry['seat']));
    case 'roster.followed':
      story.rosterRef = entry['roster'];
      for (const id of Object.keys(entry['struck'])) story.seats.delete(id);
      return stopped(story, () => Object.keys(entry['struck']).length > 0);
    case 'lead.taken':
      for (const [id, seat] of story.seats) if (seat === 'lead') story.seats.delete(id);
      story.seats.set(entry['person'], 'lead');
      story.lead = entry['person'];
      story.leads.add(entry['person']);
      return stopped(story);
    case 'hold.raised':
      story.holds.set(refOf(leaf), entry);
      return stopped(story);
    case 'check.differed':
      story.differed.set(entry['step'], (story.differed.get(entry['step']) ?? 0) + 1);
      return stopped(story, (one) => one === arming && (story.differed.get(entry['step']) ?? 0) > 1);
    case 'hold.lifted':
    case 'run.decided':
      story.holds.delete(entry['hold']);
      return [];
    case 'step.resolved':
      for (const [ref, hold] of story.holds)
        if (entry['as'] !== 'failed' && hold['cause'] === 'unknown' && hold['step'] === entry['step'])
          story.holds.delete(ref);
      return [];
    case 'step.armed':
      return armed(story, leaf, lines ?? {});
    case 'step.refused':
    case 'step.withdrawn':
    case 'step.aborted':
    case 'step.voided':
      if (arming) arming.over = true;
      return claim(
        entry.type !== 'step.refused' || isAbout(story, leaf, lines),
        3,
        entry.seq,
        'I4: it refuses something else',
      );
    case 'step.confirmed':
      return confirmed(story, leaf, arming, lines);
    case 'step.keyed':
      return keyed(story, leaf, arming, lines ?? {});
    case 'step.started':
      return started(story, leaf, arming, lines ?? {});
    case 'step.finished':
    case 'step.failed':
    case 'step.unknown':
      return ended(story, leaf, arming, lines ?? {});
    case 'act.signed':
      return acted(story, leaf, lines ?? {});
    case 'run.closed':
      return closed(story, entry);
    default:
      return [];
  }
}

/** Armings become void; that is no finding. */
function stopped({ armings }: Story, which: (arming: Arming) => boolean = () => true): Finding[] {
  for (const arming of armings.values()) if (which(arming)) arming.over = true;
  return [];
}

/** I4, I12 of what several sign. */
function acted(story: Story, leaf: Leaf, lines: Lines): Finding[] {
  const { entry, bodies } = leaf;
  const { log, run, mode } = story.spine.opened.entry;
  const says =
    lines['origin'] === log &&
    lines['run'] === run &&
    lines['mode'] === mode &&
    lines['about'] === entry['about'] &&
    lines['signer'] === entry.actor &&
    lines['content'] === asciiJcs(jsonOf(bodies['content']));
  if (entry['act'] === 'close') {
    const first = story.closing[0];
    if (first?.entry.bodies?.['content'] !== entry.bodies?.['content']) story.closing = [];
    story.closing.push(leaf);
  } else story.closing = [];
  const closes = entry['act'] !== 'close' || entry['about'] === story.settled;
  return [
    ...claim(says, 3, entry.seq, 'I4: it was signed for something else'),
    ...claim(closes, 3, entry.seq, 'I12: it closes another run than this'),
  ];
}

function closed(story: Story, entry: Entry): Finding[] {
  const content = jsonOf(story.closing[0]?.bodies['content']) as { result?: string; roster?: string } | null;
  const people = story.closing.map((one) => one.entry.actor);
  const byLead = people.includes(story.lead) || (entry['result'] === 'aborted' && people.length >= 2);
  const fits =
    content?.result === entry['result'] &&
    content?.roster === story.rosterRef &&
    jcs(story.closing.map(refOf)) === jcs(entry['signed']) &&
    byLead &&
    new Set(people).size >= 2 &&
    people.at(-1) === entry.actor;
  return claim(fits, 3, entry.seq, 'I12: it was not closed so by lead and reviewer');
}
