/** Claims about what is asked before the first step, between steps and after the last one. */
import { broken, type Claim } from './claim.ts';
import { OPENING } from './gates.ts';

/** Checks that a question is answered from a seat that it asks: of the briefing until something is armed, of the debrief once nothing is left to do. */
export const answeredByWhomItAsks: Claim = function* ({ input, timeline, crew, gates, steps, armings }) {
  const { briefing, debrief } = input.runbook;
  for (const line of timeline.of('briefing.answered')) {
    const { question: id, seat, actor } = line.entry;
    const question = [...briefing, ...debrief].find((one) => one.id === id);
    const asked = question !== undefined && gates.asked(question).includes(seat);
    const own = crew.of(actor, line.at)?.seat;
    const deputy = own === 'deputy' && seat === 'lead' && !crew.present('lead', line.at);
    if (!asked || (own !== seat && !deputy)) yield broken('I10', line, 'the question does not ask this person');
    if (gates.waived(id, line.at)) yield broken('I10', line, 'the question is waived');
    if (briefing.some((one) => one.id === id) && armings.lastBefore(line.at))
      yield broken('I10', line, 'the briefing is over');
    if (debrief.some((one) => one.id === id) && !steps.allDone(line.at))
      yield broken('I10', line, 'steps are left to do');
  }
};

/** Checks that only a question of this run is waived, once. */
export const waivedOnce: Claim = function* ({ input, timeline, gates, steps, armings }) {
  const { briefing, debrief } = input.runbook;
  for (const line of timeline.of('briefing.waived')) {
    const { question } = line.entry;
    if (![...briefing, ...debrief].some(({ id }) => id === question))
      yield broken('I10', line, 'there is no such question');
    if (gates.waived(question, line.at)) yield broken('I10', line, 'it is waived already');
    if (briefing.some(({ id }) => id === question) && armings.lastBefore(line.at))
      yield broken('I10', line, 'the briefing is over');
    if (debrief.some(({ id }) => id === question) && !steps.allDone(line.at))
      yield broken('I10', line, 'steps are left to do');
  }
};

/** Checks that a gate is polled in its turn, by each seat that it asks, which may change its mind. */
export const polledInTurn: Claim = function* ({ input, timeline, crew, gates, steps, armings }) {
  for (const line of timeline.of('gate.polled')) {
    const { gate, seat, vote, actor } = line.entry;
    const known = gate === OPENING ? undefined : steps.get(gate, line.at);
    const seats = gate === OPENING ? input.runbook.go_no_go : (known?.step.gate ?? []);
    if (!seats.includes(seat) || crew.of(actor, line.at)?.seat !== seat)
      yield broken('I10', line, 'the gate does not ask this person');
    const turn = known ? steps.isTurn(known, line.at) && gates.briefed(line.at) : !armings.lastBefore(line.at);
    if (!turn) yield broken('I16', line, 'it is not its turn');
    if (vote === 'go' && gates.agreed(gate, [seat], line.at)) yield broken('I10', line, 'the seat has agreed');
  }
};
