/** Rules of seats and presence: there is a lead, and whoever must be there exists. */
import { didYouMean } from '../nearest.ts';
import type { Subject } from './subject.ts';

export function crewRules({ runbook, report }: Subject): void {
  const { crew, presence } = runbook;
  if (!Object.hasOwn(crew, 'lead'))
    report(['crew'], 'lead', 'The crew has no lead.', 'Add “lead: {roles: [release-lead]}”.', 'key');
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
}
