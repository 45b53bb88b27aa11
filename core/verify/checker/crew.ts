/** Who sat where, who was there, and who can never count, at every place of the run. It judges nothing. */
import { type At, lastBefore, NEVER, push, type Timeline } from './history.ts';

/** One person in one seat, from the entry `at` to the entry `until`. */
export interface Sitting {
  readonly seat: string;
  readonly person: string;
  readonly role: string;
  readonly at: number;
  until: number;
}

export class Crew {
  readonly #timeline: Timeline;
  readonly #bySeat = new Map<string, Sitting[]>();
  readonly #byPerson = new Map<string, Sitting[]>();
  readonly #presence = new Map<string, At<'presence.lost' | 'presence.back'>[]>();
  /** From where on somebody led, armed, keyed or changed this run. */
  readonly #never = new Map<string, number>();
  readonly #confirmed = new Map<string, number>();
  /** What the roster left a person of their roles, from where on. */
  readonly #struck = new Map<string, { readonly at: number; readonly roles: readonly string[] }[]>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
    const { roles, runbook } = timeline.input;
    for (const { at, entry } of timeline.all)
      if (entry.type === 'run.opened') {
        const held = roles[entry.actor] ?? [];
        this.#sit('lead', entry.actor, runbook.crew['lead']?.roles.find((role) => held.includes(role)) ?? '', at);
        this.#excludes(entry.actor, at);
      } else if (entry.type === 'seat.taken') this.#sit(entry.seat, entry.actor, entry.role, at);
      else if (entry.type === 'seat.left') this.#rise(this.#bySeat.get(entry.seat)?.at(-1), at);
      else if (entry.type === 'roster.followed')
        for (const [person, left] of Object.entries(entry.struck)) {
          this.#rise(this.#byPerson.get(person)?.at(-1), at);
          push(this.#struck, person, { at, roles: left });
        }
      else if (entry.type === 'lead.taken') {
        this.#sit('lead', entry.person, entry.role, at);
        this.#excludes(entry.person, at);
      } else if (entry.type === 'step.armed') this.#excludes(entry.asked_by, at);
      else if (entry.type === 'step.keyed') this.#excludes(entry.actor, at);
      else if (entry.type === 'step.confirmed') this.#confirmed.set(entry.actor, this.confirmedAt(entry.actor, at));
    for (const type of ['presence.lost', 'presence.back'] as const)
      for (const line of timeline.of(type)) push(this.#presence, line.entry.seat, line);
    for (const list of this.#presence.values()) list.sort((a, b) => a.at - b.at);
  }

  #rise(sitting: Sitting | undefined, at: number): void {
    if (sitting && sitting.until === NEVER) sitting.until = at;
  }

  #sit(seat: string, person: string, role: string, at: number): void {
    this.#rise(this.#bySeat.get(seat)?.at(-1), at);
    this.#rise(this.#byPerson.get(person)?.at(-1), at);
    const sitting = { seat, person, role, at, until: NEVER };
    push(this.#bySeat, seat, sitting);
    push(this.#byPerson, person, sitting);
  }

  #excludes(person: string, at: number): void {
    if (!this.#never.has(person)) this.#never.set(person, at);
  }

  /** Who sat in the seat before `at`. */
  in(seat: string, at: number): Sitting | undefined {
    const sitting = lastBefore(this.#bySeat.get(seat), at);
    return sitting && sitting.until >= at ? sitting : undefined;
  }

  /** Where the person sat before `at`. */
  of(person: string, at: number): Sitting | undefined {
    const sitting = lastBefore(this.#byPerson.get(person), at);
    return sitting && sitting.until >= at ? sitting : undefined;
  }

  /** Whether the person sat in that very seat, by that very role. */
  sits(person: string, seat: string, role: string, at: number): boolean {
    const sitting = this.of(person, at);
    return sitting?.seat === seat && sitting.role === role;
  }

  /** Who held the lead last before `at`, whether or not they still do. */
  lastLead(at: number): string | undefined {
    return lastBefore(this.#bySeat.get('lead'), at)?.person;
  }

  leads(person: string, at: number): boolean {
    return this.in('lead', at)?.person === person;
  }

  /** Whether somebody sat there before `at` whose presence was not lost. */
  present(seat: string, at: number): boolean {
    const sitting = this.in(seat, at);
    const last = lastBefore(this.#presence.get(seat), at);
    return sitting !== undefined && !(last && last.at > sitting.at && last.entry.type === 'presence.lost');
  }

  /** Of these seats, and those whose presence the runbook requires, the ones whose person was away before `at`. */
  absent(seats: readonly string[], at: number): string[] {
    const { required } = this.#timeline.input.runbook.presence;
    return [...new Set([...required, ...seats])].filter((seat) => this.in(seat, at) && !this.present(seat, at));
  }

  /** Whether what the person says can count in a quorum of this run. */
  mayCount(person: string, at: number): boolean {
    return !this.#timeline.input.authors.includes(person) && (this.#never.get(person) ?? NEVER) >= at;
  }

  /** Where the person first confirmed anything, or `otherwise`. */
  confirmedAt(person: string, otherwise: number): number {
    return this.#confirmed.get(person) ?? otherwise;
  }

  /** Whether the roster gave the person this role, and had left it to them before `at`, and the runbook lets it take the seat. */
  fits(person: string, seat: string, role: string, at: number): boolean {
    const { runbook } = this.#timeline.input;
    const asked = Object.hasOwn(runbook.crew, seat) ? (runbook.crew[seat]?.roles ?? []) : [];
    return asked.includes(role) && this.holds(person, at).includes(role);
  }

  /** The roles that the roster had left to the person before `at`. */
  holds(person: string, at: number): readonly string[] {
    const { roles } = this.#timeline.input;
    const given = Object.hasOwn(roles, person) ? (roles[person] ?? []) : [];
    return lastBefore(this.#struck.get(person), at)?.roles ?? given;
  }
}
