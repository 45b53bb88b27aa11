/** One run of a test site, carried step by step. Its methods go through `decide`; `put` goes past it, genuinely sealed. */
import { statementTime } from '../../core/approval/statement.ts';
import { hex, utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { asciiJcs, jcs } from '../../core/bytes/jcs.ts';
import type { CollectedAct, Lines } from '../../core/log/acts.ts';
import { type Body, bodyDigest, type Draft, refOf, type Sealed, seal } from '../../core/log/entry.ts';
import { rolesOf } from '../../core/log/roster.ts';
import type { CloseResult, RunEntry, RunEntryOf } from '../../core/log/tables.ts';
import type { Bundle } from '../../core/record/bundle.ts';
import type { Command } from '../../core/run/commands.ts';
import { finishedItems, openArming } from '../../core/run/context.ts';
import { decide } from '../../core/run/decide.ts';
import { closeContent, confirmLines, keyLines, refuseLines, runActLines } from '../../core/run/lines.ts';
import { runMachine } from '../../core/run/machine.ts';
import { contextOf, fold, headRef, openState, type RunState } from '../../core/run/state.ts';
import { withheld } from '../../core/run/view.ts';
import { render } from '../../core/runbook/render.ts';
import type { Rendered } from '../../core/runbook/runbook.ts';
import { collect } from '../../server/record/collect.ts';
import { ANSWERS, VALUES } from './runbook.ts';
import { must } from './signer.ts';
import type { Approved, Name, TestSite } from './site.ts';

export interface ArmOptions {
  readonly values?: Readonly<Record<string, string>>;
  /** What a corrupt agent would sign instead. */
  readonly alter?: (rendered: Rendered) => Rendered;
  readonly ok?: Readonly<Record<string, boolean | null>>;
  readonly nonce?: string;
  readonly validFor?: number;
}

export interface OutcomeOptions {
  readonly item?: string | null;
  /** The step, where several are armed. */
  readonly of?: string;
  readonly outputs?: Readonly<Record<string, string>> | null;
}

export class TestRun {
  state: RunState;
  readonly entries: Sealed<RunEntry>[];

  readonly site: TestSite;
  readonly approved: Approved;
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Record<string, Readonly<Record<string, string>>> = {};

  constructor(
    site: TestSite,
    approved: Approved,
    opened: Sealed<RunEntryOf<'run.opened'>>,
    inputs: Readonly<Record<string, string>>,
  ) {
    this.site = site;
    this.approved = approved;
    this.inputs = inputs;
    const opening = {
      origin: site.origin,
      runbook: approved.runbook,
      authors: approved.authors,
      roles: rolesOf(site.roster),
    };
    this.state = openState(runMachine(approved.runbook), opening, opened);
    this.entries = [opened];
  }

  get context() {
    return contextOf(this.state);
  }

  /** Decides, appends and folds; throws where the write path would refuse. */
  submit(command: Command): readonly Sealed<RunEntry>[] {
    const decision = must(decide(this.state, command, { seq: this.site.store.size(), ts: this.site.now }));
    this.site.append(decision.entries);
    this.entries.push(...decision.entries);
    this.state = decision.state;
    return decision.entries;
  }

  /** Seals and appends an entry of the run that nobody decided; the state follows where the machine allows it. */
  put<T extends RunEntry['type']>(draft: Draft<T>): Sealed<RunEntryOf<T>> {
    const last = this.entries.at(-1);
    const place = { run: this.state.facts.run, rseq: this.entries.length, ...(last ? { prev: last.digest } : {}) };
    const sealed = seal(draft, { log: this.site.origin, seq: this.site.store.size(), ts: this.site.now, run: place });
    const own = sealed as unknown as Sealed<RunEntry>;
    this.site.append([own]);
    this.entries.push(own);
    const next = fold(this.state, own);
    if (next.ok) this.state = next.value;
    return sealed as unknown as Sealed<RunEntryOf<T>>;
  }

  join(name: Name, seat: string, role: string): void {
    this.submit({ type: 'join', person: this.site.people[name].id, seat, role });
  }

  /** The dba takes the reviewer's seat and the sre the verifier's. */
  seat(): this {
    this.join('dba', 'reviewer', 'dba');
    this.join('sre', 'verifier', 'sre');
    return this;
  }

  #rendered(step: string, probes: Readonly<Record<string, string>>): Rendered {
    const { facts } = this.state;
    const rendered = must(
      render(this.context.runbook, step, {
        inputs: { ...this.inputs, ...this.context.changed },
        run: { id: facts.run, mode: facts.mode, started_at_ms: facts.openedAt, data: '/data' },
        probes,
        steps: this.outputs,
        finished: finishedItems(this.context, step),
      }),
    );
    const env = { PATH: '/usr/bin:/bin', HOME: '/data', LANG: 'C.UTF-8', ...rendered.action.env };
    return { ...rendered, action: { ...rendered.action, env } };
  }

  arm(step: string, options: ArmOptions = {}): readonly Sealed<RunEntry>[] {
    return this.submit(this.armCommand(step, options));
  }

  armCommand(
    step: string,
    { values = VALUES, alter = (same) => same, ok = {}, nonce, validFor = 300_000 }: ArmOptions = {},
  ): Extract<Command, { type: 'armed' }> {
    const { site, state } = this;
    const { target, do: what, action } = alter(this.#rendered(step, values));
    const body = site.salted(utf8(jcs(action)));
    const probes = Object.entries(action.probes).map(([id, { expect }]) => {
      const holds = ok[id] === undefined ? (expect === null ? null : true) : ok[id];
      return [id, { body: site.salted(utf8(jcs(values[id] ?? ''))), ok: holds }] as const;
    });
    const lines: Lines<'armed'> = {
      origin: site.origin,
      mode: state.facts.mode,
      run: state.facts.run,
      runbook: state.facts.runbook,
      step,
      attempt: String((this.context.attempts[step] ?? 0) + 1),
      agent: site.agent.id,
      target: asciiJcs(target),
      do: asciiJcs(what),
      action: bodyDigest(body),
      probes: asciiJcs(
        Object.fromEntries(probes.map(([id, probe]) => [id, { digest: bodyDigest(probe.body), ok: probe.ok }])),
      ),
      roster: state.facts.roster,
      nonce: nonce ?? hex(site.random(32)),
      at: statementTime(site.now),
      'not-after': statementTime(site.now + validFor),
    };
    const lead = this.context.seats.lead?.person ?? '';
    return {
      type: 'armed',
      agent: site.agent.id,
      askedBy: lead,
      action: body,
      probes: Object.fromEntries(probes),
      ...site.signed(site.agent, 'armed', lines),
    };
  }

  confirmCommand(
    name: Name,
    seat: string,
    role: string,
    answers = ANSWERS[seat] ?? {},
    alter: (lines: Lines<'confirm'>) => Lines<'confirm'> = (same) => same,
  ) {
    const person = this.site.people[name];
    const { step } = this.about();
    const lines = must(confirmLines(this.state, step, { ...this.site.signing(person), seat, role }, answers));
    const signed = this.site.signed(person, 'confirm', alter(lines));
    return { type: 'confirm' as const, person: person.id, kind: person.kind, ...signed };
  }

  /** An entry for a confirmation that the write path need not have taken. */
  confirmDraft(
    name: Name,
    seat: string,
    role: string,
    answers?: Record<string, string>,
    alter?: (lines: Lines<'confirm'>) => Lines<'confirm'>,
  ): Draft<'step.confirmed'> {
    const { person, kind, statement, signature } = this.confirmCommand(name, seat, role, answers, alter);
    return {
      type: 'step.confirmed',
      actor: person,
      fields: { ...this.about(), seat, role, kind },
      bodies: { statement, signature },
    };
  }

  about() {
    const arming = openArming(this.context);
    return { step: arming?.step ?? '', attempt: arming?.attempt ?? 0, armed: arming?.ref ?? '' };
  }

  confirm(name: Name, seat: string, role: string, answers?: Record<string, string>): void {
    this.submit(this.confirmCommand(name, seat, role, answers));
  }

  refuse(name: Name, seat: string, role: string, reason: string): void {
    const person = this.site.people[name];
    const { step } = this.about();
    const lines = must(refuseLines(this.state, step, { ...this.site.signing(person), seat, role }, reason));
    this.submit({ type: 'refuse', person: person.id, ...this.site.signed(person, 'refuse', lines) });
  }

  keyDraft(name: Name = 'lead'): Draft<'step.keyed'> {
    const person = this.site.people[name];
    const { step } = this.about();
    const signed = this.site.signed(person, 'key', must(keyLines(this.state, step, this.site.signing(person))));
    const confirmations = openArming(this.context)?.confirmations.map(({ ref }) => ref) ?? [];
    return { type: 'step.keyed', actor: person.id, fields: { ...this.about(), confirmations }, bodies: { ...signed } };
  }

  key(name: Name = 'lead'): void {
    const { actor, bodies = {} } = this.keyDraft(name);
    this.submit({
      type: 'key',
      person: actor,
      statement: bodies.statement as Body,
      signature: bodies.signature as Body,
    });
  }

  startDraft(
    values: Readonly<Record<string, string>> = VALUES,
    alter: (lines: Lines<'started'>) => Lines<'started'> = (same) => same,
    item: string | null = null,
    of?: string,
  ): Draft<'step.started'> {
    const { site, state } = this;
    const arming = of === undefined ? openArming(this.context) : this.context.armings[of];
    const { step, attempt, armed } = {
      step: arming?.step ?? '',
      attempt: arming?.attempt ?? 0,
      armed: arming?.ref ?? '',
    };
    const last = this.entries.at(-1);
    const probes = Object.keys(state.armings[step]?.action.probes ?? {}).map(
      (id) => [`probe-${id}`, site.salted(utf8(jcs(values[id] ?? '')))] as const,
    );
    const lines: Lines<'started'> = {
      origin: site.origin,
      mode: state.facts.mode,
      run: state.facts.run,
      step,
      attempt: String(attempt),
      item: item ?? 'none',
      armed,
      key: arming?.keyed ?? 'none',
      after: last ? refOf(last) : headRef(state),
      agent: site.agent.id,
      probes: asciiJcs(
        Object.fromEntries(probes.map(([name, body]) => [name.slice('probe-'.length), bodyDigest(body)])),
      ),
      roster: state.facts.roster,
      tree: site.tree(),
      nonce: arming?.nonce ?? '',
      at: statementTime(site.now),
    };
    const signed = site.signed(site.agent, 'started', alter(lines));
    return {
      type: 'step.started',
      actor: site.agent.id,
      fields: { step, attempt, armed, ...(item === null ? {} : { item }) },
      bodies: { ...signed, ...Object.fromEntries(probes) },
    };
  }

  start(values: Readonly<Record<string, string>> = VALUES, item: string | null = null, of?: string): void {
    const { bodies = {} } = this.startDraft(values, (same) => same, item, of);
    const { statement, signature, ...probes } = bodies as Record<'statement' | 'signature', Body>;
    const named = Object.fromEntries(
      Object.entries(probes).map(([name, body]) => [name.slice('probe-'.length), body as Body]),
    );
    this.submit({ type: 'started', agent: this.site.agent.id, statement, signature, probes: named });
  }

  outcome(
    result: 'finished' | 'failed' | 'unknown' | 'not-started' = 'finished',
    alter: (lines: Lines<'outcome'>) => Lines<'outcome'> = (same) => same,
    { item = null, of, outputs = null }: OutcomeOptions = {},
  ): void {
    const { site, state } = this;
    const arming = of === undefined ? openArming(this.context) : this.context.armings[of];
    const { step, attempt } = { step: arming?.step ?? '', attempt: arming?.attempt ?? 0 };
    const facts = state.armings[step];
    const named = outputs && site.salted(utf8(jcs(outputs)));
    const manual = facts?.lines.do.includes('"kind":"manual"') === true;
    const output = result === 'not-started' ? null : site.salted(utf8('ok\n'));
    const verify = Object.keys(facts?.action.verify ?? {}).map((id) => [id, true]);
    const isBackup = facts?.lines.do.includes('"kind":"backup"') === true;
    const lines: Lines<'outcome'> = {
      origin: site.origin,
      mode: state.facts.mode,
      run: state.facts.run,
      step,
      attempt: String(attempt),
      item: item ?? 'none',
      started: arming?.starts[item ?? '']?.ref ?? '',
      agent: site.agent.id,
      result,
      exit: result === 'finished' ? (manual ? 'none' : '0') : result === 'failed' ? '1' : 'none',
      output: output ? bodyDigest(output) : 'none',
      outputs: named ? bodyDigest(named) : 'none',
      checks: result === 'finished' ? asciiJcs(Object.fromEntries(verify)) : '{}',
      artifact: isBackup && result === 'finished' ? asciiJcs({ digest: digest(utf8('copy')), size: 4096 }) : 'none',
      at: statementTime(site.now),
    };
    const signed = site.signed(site.agent, 'outcome', alter(lines));
    this.submit({
      type: 'outcome',
      agent: site.agent.id,
      ...signed,
      output: output && { body: output, length: output.bytes.length },
      outputs: named,
    });
    if (outputs && result === 'finished') this.outputs[step] = outputs;
  }

  /** One signature of an act that several sign. */
  sign(name: Name, act: CollectedAct, about: string, content: unknown): readonly Sealed<RunEntry>[] {
    return this.submit(this.signCommand(name, act, about, content));
  }

  signCommand(name: Name, act: CollectedAct, about: string, content: unknown) {
    const person = this.site.people[name];
    const lines = runActLines(this.state, act, this.site.signing(person), about, content);
    const signed = this.site.signed(person, act, lines);
    return { type: act, person: person.id, content: this.site.salted(utf8(jcs(content))), ...signed };
  }

  lift(...names: Name[]): void {
    const hold = this.context.holds[0]?.ref ?? '';
    for (const name of names) this.sign(name, 'lift', hold, { risk: null });
  }

  close(result: CloseResult = 'done', ...names: Name[]): void {
    for (const name of names.length > 0 ? names : (['lead', 'dba'] as const))
      this.sign(name, 'close', this.context.last, closeContent(this.state, result));
  }

  /** The critical step from its arming to its key. */
  crossChecked(): this {
    this.arm('drop-column');
    this.confirm('dba', 'reviewer', 'dba');
    this.confirm('sre', 'verifier', 'sre');
    this.key();
    return this;
  }

  /** The step that needs no confirmations, done. */
  backup(): this {
    this.arm('backup');
    this.start();
    this.outcome();
    return this;
  }

  /** The whole run to its signed close. */
  complete(): this {
    this.seat().backup().crossChecked();
    this.start();
    this.outcome();
    this.close();
    return this;
  }

  /** The record as the server would export it, or with nothing withheld, as an agent gets it. */
  bundle(blind: 'withheld' | 'open' = 'withheld'): Bundle {
    const size = this.site.store.size();
    const hidden =
      blind === 'open'
        ? new Set<string>()
        : withheld(
            this.context.runbook,
            this.entries.map(({ entry }) => entry),
            null,
          );
    return collect(this.site.store, this.state.facts.run, {
      checkpoint: this.site.checkpoint(size),
      size,
      withheld: hidden,
    });
  }
}
