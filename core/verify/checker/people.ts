/** Claims about seats: who opened, sits, leaves, is there, and takes the lead. */
import { refIndex } from '../../log/entry.ts';
import { broken, type Claim, type History } from './claim.ts';

/** Checks that the run opens once, first, in its one mode, by a holder of the lead's roles, and that nothing follows its close. */
export const opensAndClosesOnce: Claim = function* ({ input, timeline, crew }) {
  for (const line of timeline.of('run.opened')) {
    const { actor, mode, rules } = line.entry;
    if (line.at > 0) yield broken('I14', line, 'the run is open already');
    if (mode !== input.mode || rules !== 1) yield broken('I14', line, 'its mode or rules are not the run’s');
    if (actor !== input.lead || line.ref !== input.opened)
      yield broken('I3', line, 'it is not the opening that is judged');
    if (!crew.fits(actor, 'lead', crew.in('lead', 1)?.role ?? '', line.at))
      yield broken('I3', line, 'who opens has no role of the lead');
  }
  const closed = timeline.of('run.closed')[0]?.at ?? Number.POSITIVE_INFINITY;
  for (const line of timeline.all) {
    if (line.at === 0 && line.entry.type !== 'run.opened') yield broken('I14', line, 'the run is not open');
    if (line.entry.run !== input.run) yield broken('I14', line, 'it belongs to another run');
    if (line.at > closed) yield broken('I12', line, 'the run is closed');
  }
};

/** Checks that whoever takes a seat has its role, that it was empty, and that nobody sits twice. */
export const oneSeatEach: Claim = function* ({ timeline, crew }) {
  for (const line of timeline.of('seat.taken')) {
    const { actor, seat, role } = line.entry;
    if (seat === 'lead') yield broken('I3', line, 'the lead is taken by a signed act alone');
    if (!crew.fits(actor, seat, role, line.at))
      yield broken('I3', line, `${role} is not a role of the person for this seat`);
    if (crew.in(seat, line.at)) yield broken('I3', line, 'somebody sits there');
    if (crew.of(actor, line.at)) yield broken('I3', line, 'the person has a seat');
  }
};

/** Checks that a seat is left by whoever sits in it. */
export const leftByItsHolder: Claim = function* ({ timeline, crew }) {
  for (const line of timeline.of('seat.left'))
    if (line.entry.seat === 'lead') yield broken('I9', line, 'the lead is handed over by a signed act alone');
    else if (crew.of(line.entry.actor, line.at)?.seat !== line.entry.seat)
      yield broken('I9', line, 'the person does not sit there');
};

/** Checks that presence is told of who sits there, and only when it changes. */
export const presenceChanges: Claim = function* ({ timeline, crew }) {
  for (const type of ['presence.lost', 'presence.back'] as const)
    for (const line of timeline.of(type)) {
      const { seat, person } = line.entry;
      if (crew.in(seat, line.at)?.person !== person) yield broken('I9', line, 'the person does not sit there');
      if (crew.present(seat, line.at) !== (type === 'presence.lost')) yield broken('I9', line, 'it was so already');
    }
};

/** Checks that versions of the roster are followed one by one, and take from people only what they had. */
export const rosterOnlyTakes: Claim = function* ({ input, timeline, crew }) {
  let version = refIndex(input.roster);
  for (const line of timeline.of('roster.followed')) {
    version += 1;
    if (refIndex(line.entry.roster) !== version) yield broken('I7', line, 'it is not the next version of the roster');
    for (const [person, roles] of Object.entries(line.entry.struck))
      if (roles.some((role) => !crew.holds(person, line.at).includes(role)))
        yield broken('I7', line, 'it gives somebody a role');
  }
};

/** Checks that the lead passes to a holder of its roles who confirmed nothing, by their word and that of who may give it. */
export const leadPassesBySignature: Claim = function* (history) {
  const { timeline, crew } = history;
  for (const line of timeline.of('lead.taken')) {
    const { person, from, role } = line.entry;
    if (!crew.fits(person, 'lead', role, line.at)) yield broken('I3', line, 'the person has no role of the lead');
    if (crew.confirmedAt(person, line.at) < line.at) yield broken('I3', line, 'the person has confirmed in this run');
    if (from !== crew.lastLead(line.at) || crew.leads(person, line.at))
      yield broken('I3', line, 'the lead is not passed on');
    const signers = history.signatures.before(line.at)?.signers ?? [];
    const others = signers.filter(({ entry }) => entry.actor !== person);
    const given = others.some(({ entry }) => mayGiveLead(history, entry.actor, line.at));
    if (others.length === signers.length || !given)
      yield broken('I3', line, 'who takes the lead and who gives it have not both signed');
  }
};

/** Whether the person's word can pass the lead on: that of somebody who is there, in a required seat or as the lead. */
export function mayGiveLead({ input, crew }: History, person: string, at: number): boolean {
  const seat = crew.of(person, at)?.seat ?? '';
  return ['lead', ...input.runbook.presence.required].includes(seat) && crew.present(seat, at);
}
