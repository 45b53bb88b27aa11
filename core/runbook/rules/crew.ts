/** Rules of seats: there is a lead, whoever must be there exists, and nobody is asked who may be missing. */
import { didYouMean } from '../nearest.ts';
import type { Path } from '../problem.ts';
import type { Runbook } from '../runbook.ts';
import type { Report, Subject } from './subject.ts';

/** The word for every seat that is not optional. */
export const EACH = 'each';

export function crewRules({ runbook, source, report }: Subject): void {
  const { crew, presence } = runbook;
  if (!Object.hasOwn(crew, 'lead'))
    report(['crew'], 'lead', 'The crew has no lead.', 'Add “lead: {roles: [release-lead]}”.', 'key');
  if (Object.hasOwn(crew, EACH))
    report(['crew', EACH], 'seat', `“${EACH}” stands for every seat.`, 'Call the seat something else.', 'key');
  if (!presence.required.includes('lead'))
    report(['presence', 'required'], 'lead', 'The lead’s presence is not required.', 'Add lead.');
  for (const [index, seat] of presence.required.entries()) {
    const path = ['presence', 'required', index];
    if (!Object.hasOwn(crew, seat))
      report(path, 'seat', `Unknown seat “${seat}”.`, didYouMean(seat, Object.keys(crew)));
    else if (presence.required.indexOf(seat) !== index)
      report(path, 'seat', `The ${seat} seat stands twice.`, 'Name each seat once.');
    else if (crew[seat]?.optional)
      report(
        path,
        'optional',
        `The ${seat} seat is optional, so its presence cannot be required.`,
        'Make the seat required, or take it from this list.',
      );
  }
  polledRule(runbook, ['go_no_go', 'of'], source.go_no_go?.of ?? [], report);
}

/** Seats of a poll: each must answer, so each must be there. */
export function polledRule(runbook: Runbook, path: Path, seats: readonly string[], report: Report): void {
  for (const [index, seat] of seats.entries()) {
    const at = [...path, index];
    if (seats.indexOf(seat) !== index) report(at, 'seat', `The ${seat} seat stands twice.`, 'Name each seat once.');
    else askedRule(runbook, at, seat, report);
  }
}

/** A seat that is asked something exists and will be there. */
export function askedRule({ crew }: Runbook, at: Path, seat: string, report: Report): void {
  if (!Object.hasOwn(crew, seat)) report(at, 'seat', `Unknown seat “${seat}”.`, didYouMean(seat, Object.keys(crew)));
  else if (crew[seat]?.optional)
    report(
      at,
      'optional',
      `The ${seat} seat is optional; nobody may be there to answer.`,
      'Make the seat required, or ask another.',
    );
}
