/** What an entry of the site means for the runs that are open; it appends nothing. */
import type { Sealed } from '../../core/log/entry.ts';
import { struckBy } from '../../core/log/roster.ts';
import type { Command } from '../../core/run/commands.ts';
import type { SiteCommand } from '../../core/site/decide.ts';
import { foldRoster, type RosterEntry, type RosterState, readRoster } from '../../core/site/roster.ts';
import { type LiveRun, openedOn } from './runs.ts';
import type { Site } from './site.ts';

/** The command that the entries, which are about to be appended to the site, put to an open run; undefined where none. */
export function reaching(site: Site, entries: readonly Sealed[], live: LiveRun): Command | undefined {
  const { facts } = live.state;
  const called = entries[0]?.entry;
  if (called?.type === 'hold.raised') return called.runbook === facts.runbook ? { type: 'holdRunbook' } : undefined;
  const last = entries.at(-1)?.entry;
  if (last?.type !== 'key.suspended' && last?.type !== 'roster.changed') return undefined;
  const opening = site.rosters.get(openedOn(live));
  const after = rosterAfter(site, entries);
  if (!opening || !after) throw new Error(`the roster of run ${facts.run} is not known`);
  const struck = struckBy(opening, site.roster, after.roster);
  const another = last.type === 'key.suspended' && last.actor !== last.person;
  return { type: 'roster', roster: after.roster.ref, struck, called: another };
}

function rosterAfter(site: Site, entries: readonly Sealed[]): RosterState | undefined {
  let state: RosterState = site;
  for (const sealed of entries) {
    const next = foldRoster(state, sealed as Sealed<RosterEntry>);
    if (!next.ok) return undefined;
    state = next.value;
  }
  return state;
}

/** The roster that a keeper's command would bring. */
export function nextRoster(command: SiteCommand) {
  const text = command.type === 'roster' ? readRoster(command.roster) : undefined;
  return text?.ok ? text.value : undefined;
}
