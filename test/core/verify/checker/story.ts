/** A run that the second checker is asked about, told in a few lines. It writes what it is told to and must never judge it. */
import type { CollectedAct } from '../../../../core/log/acts.ts';
import type { CloseResult, RunEntry } from '../../../../core/log/tables.ts';
import type { Runbook } from '../../../../core/runbook/runbook.ts';
import { AGENT, IDS, type Somebody, Story } from '../../../helpers/told.ts';

type Fields = Readonly<Record<string, unknown>>;
interface Sitting {
  readonly seat: string;
  readonly role: string;
}

/** Who signs where nothing else is said: the lead proposes. */
const BOTH: readonly Somebody[] = ['lead', 'dba'];
/** What the second wave of `WAVES` covers. */
export const REST = ['item-2', 'item-3', 'item-4'];

/** A run whose crew sits: `lead`, `dba` as the reviewer and `sre` as the verifier. */
export class Run extends Story {
  #lead: Somebody = 'lead';
  readonly #seats = new Map<string, Sitting>([['lead', { seat: 'lead', role: 'release-lead' }]]);

  constructor(runbook: Runbook) {
    super(runbook);
    this.sit('dba', 'reviewer', 'dba');
    this.sit('sre', 'verifier', 'sre');
  }

  /** What an act about the whole run is about. */
  get standing(): string {
    return this.written.findLast(({ entry }) => !/^(presence\.|act\.signed)/.test(entry.type))?.ref ?? '';
  }

  sit(who: Somebody, seat: string, role: string): string {
    this.#seats.set(who, { seat, role });
    return this.tell('seat.taken', IDS[who], { seat, role });
  }

  leave(who: Somebody, seat = this.seatOf(who).seat): string {
    return this.tell('seat.left', IDS[who], { seat });
  }

  seatOf(who: Somebody): Sitting {
    return this.#seats.get(who) ?? { seat: 'nobody', role: 'none' };
  }

  /** The next version of the roster takes something from these people, and leaves them the roles named. */
  strike(struck: Readonly<Record<string, readonly string[]>>, version = 2): string {
    return this.tell('roster.followed', 'server', { roster: `${version} sha256:${'5'.repeat(64)}`, struck });
  }

  presence(change: 'lost' | 'back', who: Somebody, seat = this.seatOf(who).seat): string {
    return this.tell(`presence.${change}`, 'server', { seat, person: IDS[who] });
  }

  answer(question: string, who: Somebody, fields: Fields = {}): string {
    const { seat } = this.seatOf(who);
    return this.tell('briefing.answered', IDS[who], { question, seat, result: 'pass', ...fields });
  }

  vote(gate: string, who: Somebody, vote: 'go' | 'no-go' = 'go', seat = this.seatOf(who).seat): string {
    return this.tell('gate.polled', IDS[who], { gate, seat, vote });
  }

  /** Everybody answers what `BRIEFED` asks before its step. */
  answers(): void {
    this.answer('plan', 'lead');
    for (const who of ['lead', 'dba', 'sre'] as const) this.answer('leaves', who);
  }

  /** Everybody says go to the start of `BRIEFED`. */
  votes(): void {
    this.vote('go_no_go', 'lead');
    this.vote('go_no_go', 'dba');
  }

  /** The reviewer says no to the start, and is overridden. */
  overridden(): void {
    this.vote('go_no_go', 'dba', 'no-go');
    this.lift(this.hold('objection', undefined, 'dba'), ['lead']);
  }

  skip(step: string): string {
    return this.tell('step.skipped', 'server', { step });
  }

  arm(step: string, fields: Fields = {}): string {
    const before = this.written.filter(({ entry }) => entry.type === 'step.armed' && entry.step === step);
    return this.tell('step.armed', AGENT, {
      step,
      attempt: before.length + 1,
      asked_by: IDS[this.#lead],
      nonce: this.written.length.toString(16).padStart(64, '0'),
      not_after: this.now + 300_000,
      probes: {},
      ...fields,
    });
  }

  confirm(armed: string, who: Somebody = 'dba', fields: Fields = {}): string {
    return this.tell('step.confirmed', IDS[who], {
      ...this.#about(armed),
      armed,
      ...this.seatOf(who),
      kind: 'sk-ssh',
      ...fields,
    });
  }

  refuse(armed: string, who: Somebody = 'dba', fields: Fields = {}): string {
    return this.tell('step.refused', IDS[who], { ...this.#about(armed), armed, ...this.seatOf(who), ...fields });
  }

  withdraw(armed: string, who: Somebody = 'dba'): string {
    return this.tell('step.withdrawn', IDS[who], { ...this.#about(armed), armed });
  }

  differ(armed: string, who: Somebody = 'dba'): string {
    const { seat } = this.seatOf(who);
    return this.tell('check.differed', IDS[who], { ...this.#about(armed), armed, seat, challenge: 'where' });
  }

  voids(armed: string, actor = 'server'): string {
    return this.tell('step.voided', actor, { ...this.#about(armed), armed, reason: 'drift' });
  }

  key(armed: string, who = this.#lead, confirmations = this.#confirmations(armed)): string {
    return this.tell('step.keyed', IDS[who], { ...this.#about(armed), armed, confirmations });
  }

  start(armed: string, item?: string, actor = AGENT): string {
    return this.tell('step.started', actor, { ...this.#about(armed), armed, ...(item === undefined ? {} : { item }) });
  }

  attest(started: string, who: Somebody, fields: Fields = {}): string {
    const about = { ...this.#about(started), started };
    return this.tell('step.attested', IDS[who], { ...about, ...this.seatOf(who), result: 'pass', ...fields });
  }

  end(started: string, result: 'finished' | 'failed' | 'not-started' | 'unknown' = 'finished', actor = AGENT): string {
    const type = result === 'not-started' ? 'step.failed' : (`step.${result}` as const);
    return this.tell(type, actor, { ...this.#about(started), ...this.#itemOf(started), started, checks: {}, result });
  }

  abort(started: string, who: Somebody = 'lead'): string {
    return this.tell('step.aborted', IDS[who], this.#about(started));
  }

  /** Armed, confirmed by `dba` and keyed where it is critical, and started; returns the start. */
  begin(step: string, critical = false): string {
    const armed = this.arm(step);
    if (critical) {
      this.confirm(armed);
      this.key(armed);
    }
    return this.start(armed);
  }

  done(step: string, critical = false): string {
    return this.end(this.begin(step, critical));
  }

  /** The next wave of `shards` in `WAVES`, confirmed and keyed; returns the arming. */
  wave(...items: readonly string[]): string {
    const arming = this.arm('shards', { wave: { items, of: 4 } });
    this.confirm(arming);
    this.key(arming);
    return arming;
  }

  /** The first wave is done and the rest armed, confirmed and keyed; returns the arming. */
  rest(): string {
    this.end(this.start(this.wave('item-1'), 'item-1'));
    return this.wave(...REST);
  }

  /** Failed, and held for it; returns the hold. */
  fails(step: string, critical = false): string {
    this.end(this.begin(step, critical), 'failed');
    return this.hold('failed', step);
  }

  hold(cause: string, step?: string, who: Somebody | 'server' = 'server'): string {
    const actor = who === 'server' ? who : IDS[who];
    return this.tell('hold.raised', actor, { cause, ...(step === undefined ? {} : { step }) });
  }

  update(hold: string, who: Somebody, fields: Fields): string {
    return this.tell('hold.updated', IDS[who], { hold, ...fields });
  }

  clock(clock = 'raw'): string {
    return this.tell('clock.passed', 'server', { clock });
  }

  sign(act: CollectedAct, about: string, content: unknown, people: readonly Somebody[]): string[] {
    return people.map((who) => this.tell('act.signed', IDS[who], { act, about, ...this.seatOf(who) }, content));
  }

  lift(hold: string, people = BOTH): string {
    return this.effect('hold.lifted', people, { hold, signed: this.sign('lift', hold, { risk: null }, people) });
  }

  decide(hold: string, way: 'back' | 'forward', fields: Fields = {}, change: Fields = {}, people = BOTH): string {
    const content = { deviation: null, dissent: null, test: way === 'forward' ? 'https://ci.example/7' : null, way };
    const whole = { ...content, ...change };
    const signed = this.sign('decide', hold, whole, people);
    return this.effect('run.decided', people, { hold, way, signed, ...fields }, whole);
  }

  resolve(about: string, as: 'finished' | 'failed' | 'not-started', people = BOTH): string {
    const signed = this.sign('resolve', about, { as, evidence: 'Seen' }, people);
    return this.effect('step.resolved', people, {
      ...this.#about(about),
      ...this.#itemOf(about),
      outcome: about,
      as,
      signed,
    });
  }

  waive(question: string, people = BOTH): string {
    const opened = this.written[0]?.ref ?? '';
    const signed = this.sign('waive', opened, { question, reason: 'None' }, people);
    return this.effect('briefing.waived', people, { question, signed });
  }

  deviate(content: Fields, people = BOTH): string {
    const signed = this.sign('deviate', this.standing, content, people);
    return this.effect('run.deviated', people, { signed }, content);
  }

  /** `givers` give the lead away and `taker` takes it; `fields` is what the entry says instead. */
  pass(taker: Somebody, givers: readonly Somebody[] = [this.#lead], fields: Fields = {}): string {
    const sitting = { seat: 'lead', role: 'release-lead' };
    const content = { from: IDS[this.#lead], person: IDS[taker], role: sitting.role };
    const about = this.standing;
    const given = this.sign('lead', about, content, givers);
    this.#seats.delete(this.#lead);
    this.#seats.set(taker, sitting);
    this.#lead = taker;
    const taken = this.sign('lead', about, content, [taker]);
    return this.effect('lead.taken', [taker], { ...content, signed: [...given, ...taken], ...fields });
  }

  close(result: CloseResult, people = BOTH): string {
    const signed = this.sign('close', this.standing, { result, roster: null }, people);
    return this.effect('run.closed', people, { result, signed });
  }

  /** By whoever signed last. */
  effect(type: RunEntry['type'], people: readonly Somebody[], fields: Fields, content?: unknown): string {
    return this.tell(type, IDS[people.at(-1) ?? 'lead'], fields, content);
  }

  #entry(ref: string): Fields {
    return (this.written.find((one) => one.ref === ref)?.entry ?? {}) as unknown as Fields;
  }

  #about(ref: string) {
    const { step, attempt } = this.#entry(ref);
    return { step, attempt };
  }

  #itemOf(ref: string) {
    const { item } = this.#entry(ref);
    return item === undefined ? {} : { item };
  }

  #confirmations(armed: string): string[] {
    return this.written.flatMap(({ entry, ref }) =>
      entry.type === 'step.confirmed' && entry.armed === armed ? [ref] : [],
    );
  }
}
