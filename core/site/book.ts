/** The site's entries that one command makes, each folded before the next. Chains are linked here; nothing is appended. */
import { type Draft, refDigest, refOf, type Sealed, seal } from '../log/entry.ts';
import type { Result } from '../result.ts';
import { ok } from '../result.ts';
import type { At } from '../run/draftbook.ts';
import { foldHold, type Held, type HoldsEntry, type HoldsState, mayFollow } from './holds.ts';
import { foldRoster, type RosterEntry, type RosterState } from './roster.ts';
import type { SiteState } from './state.ts';

export class SiteBook {
  holds: HoldsState;
  roster: RosterState;
  readonly entries: Sealed[] = [];
  readonly #site: SiteState;
  readonly #at: At;

  constructor(site: SiteState, at: At) {
    this.#site = site;
    this.#at = at;
    this.holds = site.holds;
    this.roster = site;
  }

  /** An entry of no chain, or the first of a run. */
  put(draft: Draft, run?: string): Sealed {
    const sealed = seal(draft, { ...this.#place(), ...(run === undefined ? {} : { run: { run, rseq: 0 } }) });
    this.entries.push(sealed);
    return sealed;
  }

  /** The next entry of the roster's chain, if it may follow. */
  enter(draft: Draft): Result<string> {
    const sealed = seal(draft, { ...this.#place(), rprev: this.roster.rosterHead });
    const next = foldRoster(this.roster, sealed as Sealed<RosterEntry>);
    if (!next.ok) return next;
    this.roster = next.value;
    this.entries.push(sealed);
    return ok(refOf(sealed));
  }

  /** The next entry of the chain of holds, if it may follow. */
  hold(draft: Draft, held: Held): Result<string> {
    const { head } = this.holds;
    const sealed = seal(draft, { ...this.#place(), ...(head === null ? {} : { hprev: refDigest(head) }) });
    const entry = sealed as Sealed<HoldsEntry>;
    const rule = mayFollow(this.holds, entry.entry, held);
    if (!rule.ok) return rule;
    this.holds = foldHold(this.holds, entry);
    this.entries.push(sealed);
    return ok(refOf(sealed));
  }

  #place() {
    return { log: this.#site.origin, seq: this.#at.seq + this.entries.length, ts: this.#at.ts };
  }
}
