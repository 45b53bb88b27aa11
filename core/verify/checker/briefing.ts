/** Claims about what is asked before the first step, between steps and after the last one. */
import { broken, type Claim, type History } from './claim.ts';
import { OPENING } from './gates.ts';
import { lastBefore } from './history.ts';

/** Whether anything was armed or skipped before `at`: then the briefing is over. */
const begun = ({ armings, timeline }: History, at: number): boolean =>
  armings.lastBefore(at) !== undefined || lastBefore(timeline.of('step.skipped'), at) !== undefined;

/** Whether the person sits there, or in an optional seat of the lead's roles while the lead is away. */
function speaksFor({ input, crew }: History, person: string, seat: string, at: number): boolean {
  const own = crew.of(person, at)?.seat;
  if (own === undefined || own === seat) return own === seat;
  const { lead, [own]: deputy } = input.runbook.crew;
  const standsIn = deputy?.optional === true && deputy.roles.some((role) => lead?.roles.includes(role));
  return standsIn && seat === 'lead' && !crew.present('lead', at);
}

/** Checks that a question is answered from a seat that it asks: of the briefing until something is armed, of the debrief once nothing is left to do. */
export const answeredByWhomItAsks: Claim = function* (history) {
  const { input, timeline, gates, steps } = history;
  const { briefing, debrief } = input.runbook;
  for (const line of timeline.of('briefing.answered')) {
    const { question: id, seat, actor } = line.entry;
    const question = [...briefing, ...debrief].find((one) => one.id === id);
    const asked = question !== undefined && gates.asked(question).includes(seat);
    if (!asked || !speaksFor(history, actor, seat, line.at))
      yield broken('I10', line, 'the question does not ask this person');
    if (gates.waived(id, line.at)) yield broken('I10', line, 'the question is waived');
    if (briefing.some((one) => one.id === id) && begun(history, line.at))
      yield broken('I10', line, 'the briefing is over');
    if (debrief.some((one) => one.id === id) && !steps.allDone(line.at))
      yield broken('I10', line, 'steps are left to do');
  }
};

/** Checks that only a question of this run is waived, once. */
export const waivedOnce: Claim = function* (history) {
  const { input, timeline, gates, steps } = history;
  const { briefing, debrief } = input.runbook;
  for (const line of timeline.of('briefing.waived')) {
    const { question } = line.entry;
    if (![...briefing, ...debrief].some(({ id }) => id === question))
      yield broken('I10', line, 'there is no such question');
    if (gates.waived(question, line.at)) yield broken('I10', line, 'it is waived already');
    if (briefing.some(({ id }) => id === question) && begun(history, line.at))
      yield broken('I10', line, 'the briefing is over');
    if (debrief.some(({ id }) => id === question) && !steps.allDone(line.at))
      yield broken('I10', line, 'steps are left to do');
  }
};

/** Checks that a gate is polled in its turn, by each seat that it asks, which may change its mind. */
export const polledInTurn: Claim = function* (history) {
  const { input, timeline, gates, steps } = history;
  for (const line of timeline.of('gate.polled')) {
    const { gate, seat, vote, actor } = line.entry;
    const known = gate === OPENING ? undefined : steps.get(gate, line.at);
    const seats = gate === OPENING ? input.runbook.go_no_go : (known?.step.gate ?? []);
    if (!seats.includes(seat) || !speaksFor(history, actor, seat, line.at))
      yield broken('I10', line, 'the gate does not ask this person');
    const turn = known ? steps.isTurn(known, line.at) && gates.briefed(line.at) : !begun(history, line.at);
    if (!turn) yield broken('I16', line, 'it is not its turn');
    if (vote === 'go' && gates.agreed(gate, [seat], line.at)) yield broken('I10', line, 'the seat has agreed');
  }
};
