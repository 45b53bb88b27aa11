/**
 * The second opinion about a run's policy: each invariant as a claim over its entries, without the machine. It must share no rule
 * with core/run, and whatever it cannot judge is a finding.
 */
import type { RunInput } from '../../run/context.ts';
import { effectOfEnough, signedFromTheirSeats, signedWhatCanBe } from './acts.ts';
import { answeredByWhomItAsks, polledInTurn, waivedOnce } from './briefing.ts';
import { type Claim, historyOf } from './claim.ts';
import { clocksPassOnce } from './clocks.ts';
import { closedAsWhatItIs } from './close.ts';
import {
  answeredFromTheirSeats,
  armedAndKeyedByLead,
  confirmedByRealKeys,
  confirmedOnceEach,
  inThisOrder,
  keyedOnEnough,
  noStartWithoutQuorum,
  nothingIsAstray,
  voidedByServerOrAgent,
} from './crossCheck.ts';
import type { Finding, Written } from './history.ts';
import {
  abortedFromASeat,
  armedAlone,
  armedInTurn,
  attemptsAreCounted,
  endedByItsAgent,
  failuresAreHeld,
  skippedInTurn,
  startedOnce,
  wavesInOrder,
  whileItsClocksRun,
} from './order.ts';
import {
  leadPassesBySignature,
  leftByItsHolder,
  oneSeatEach,
  opensAndClosesOnce,
  presenceChanges,
  rosterOnlyTakes,
} from './people.ts';
import { holdsNameTheirStep, liftedOnce, raisedByWhomItMay, updatedByWhomItMay } from './stopping.ts';
import { backOnlyWhereItLeads, decidedAtRest, deviatesInTurn, forwardPassesTheFailed } from './ways.ts';

export type { Finding, Written } from './history.ts';

export const CLAIMS: readonly Claim[] = [
  opensAndClosesOnce,
  oneSeatEach,
  leftByItsHolder,
  presenceChanges,
  rosterOnlyTakes,
  leadPassesBySignature,
  nothingIsAstray,
  armedAndKeyedByLead,
  answeredFromTheirSeats,
  confirmedOnceEach,
  confirmedByRealKeys,
  voidedByServerOrAgent,
  inThisOrder,
  keyedOnEnough,
  noStartWithoutQuorum,
  armedInTurn,
  armedAlone,
  attemptsAreCounted,
  startedOnce,
  endedByItsAgent,
  abortedFromASeat,
  wavesInOrder,
  whileItsClocksRun,
  skippedInTurn,
  failuresAreHeld,
  clocksPassOnce,
  answeredByWhomItAsks,
  waivedOnce,
  polledInTurn,
  signedFromTheirSeats,
  signedWhatCanBe,
  effectOfEnough,
  raisedByWhomItMay,
  holdsNameTheirStep,
  updatedByWhomItMay,
  liftedOnce,
  decidedAtRest,
  backOnlyWhereItLeads,
  forwardPassesTheFailed,
  deviatesInTurn,
  closedAsWhatItIs,
];

/** Returns what breaks an invariant in these entries of a run, open or closed; nothing where all of them hold. */
export function check(input: RunInput, written: readonly Written[]): Finding[] {
  if (written.length === 0) return [{ invariant: 'I14', seq: 0, why: 'there is no run' }];
  const history = historyOf(input, written);
  const found = CLAIMS.flatMap((claim) => [...claim(history)]);
  return found.sort((a, b) => a.seq - b.seq);
}
