/** One open hold with what may be done about it by this reader: the same for a run, a plan and a runbook. It sends nothing itself. */

import type { SiteHoldSummary } from '../../core/protocol/frames.ts';
import type { HoldDocument } from '../../core/release/holdDocument.ts';
import { EMPTY_HOLD, readHold } from '../../core/release/holdDocument.ts';
import type { Hold } from '../../core/run/context.ts';
import type { Problem } from '../api.ts';
import type { HoldFacts, HoldStory } from './holds.ts';

export interface OpenHold extends HoldFacts {
  readonly cause: string;
  readonly nextUpdate: number | null;
  readonly conditions: Readonly<Record<string, string>>;
  readonly met: readonly string[];
  readonly stance: 'agree' | 'dissent' | null;
}

/** What an update says beside its words. */
export interface Update {
  readonly document: HoldDocument;
  readonly conditions: Readonly<Record<string, string>> | null;
  readonly met: readonly string[];
  readonly stance: 'agree' | 'dissent' | null;
}

export interface Desk {
  readonly hold: OpenHold;
  readonly name: (person: string) => string;
  /** Who would answer for a seat; null where nobody does. */
  readonly holderOf: (seat: string) => string | null;
  readonly seats: readonly string[];
  readonly raisedIt: boolean;
  readonly maySetConditions: boolean;
  readonly mayMeet: (seat: string) => boolean;
  readonly send: (update: Update) => Promise<boolean>;
  readonly busy: boolean;
  readonly problem: Problem | null;
}

export const openHold = (story: HoldStory, hold: Hold): OpenHold => ({
  ...story,
  nextUpdate: hold.nextUpdate,
  conditions: hold.conditions,
  met: hold.met,
  stance: hold.stance,
});

const read = (value: unknown): HoldDocument => {
  const document = readHold(value);
  return document.ok ? document.value : EMPTY_HOLD;
};

export function openSiteHold(one: SiteHoldSummary): OpenHold {
  const updates = one.updates.map(({ seq, at, by, document }) => ({
    seq,
    at,
    by,
    document: read(document),
    met: [],
    stance: null,
  }));
  return {
    ref: one.hold,
    at: one.raised_at,
    by: one.by,
    text: one.text,
    cause: 'person',
    document: one.document === null ? { ...EMPTY_HOLD, text: one.text } : read(one.document),
    updates,
    nextUpdate: one.next_update,
    conditions: one.conditions,
    met: one.met,
    stance: one.stance,
  };
}
