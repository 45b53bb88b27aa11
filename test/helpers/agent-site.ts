/** A site in memory that a real agent dials: the log, the write path and the server's side of agents, without pages and disk. For tests only. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { base64, fromUtf8 } from '../../core/bytes/encoding.ts';
import type { Body } from '../../core/log/entry.ts';
import { consistencyProof, inclusionProof } from '../../core/log/merkle.ts';
import type { RunEntry, RunEntryOf } from '../../core/log/tables.ts';
import { trustText } from '../../core/record/trust.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Command, Effect } from '../../core/run/commands.ts';
import { decide } from '../../core/run/decide.ts';
import { runActLines } from '../../core/run/lines.ts';
import type { FolderFile } from '../../core/runbook/folder.ts';
import { nothingKnown, verifyRecord } from '../../core/verify/verify.ts';
import { identity } from '../../server/agent/identity.ts';
import { realPorts } from '../../server/ports/real.ts';
import { verifyRaw } from '../../server/ports/verify.ts';
import { type Agents, openAgents, type Wrote } from '../../server/room/agents.ts';
import type { Accepted, Engine } from '../../server/runner/engine.ts';
import type { Store } from '../../server/store/store.ts';
import { must } from './signer.ts';
import { type Name, type TestRun, TestSite } from './site.ts';

export interface AgentSiteOptions {
  readonly mode?: 'live' | 'rehearsal';
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** The agent's own configuration. */
  readonly targets?: Readonly<Record<string, { readonly mode: 'live' | 'rehearsal'; readonly data?: string }>>;
  /** More files of the folder. */
  readonly files?: readonly FolderFile[];
}

interface Scope {
  teardown(then: () => unknown): void;
}

const AGENT = fileURLToPath(new URL('./agent-process.js', import.meta.url));

/** Resolves when it is so; throws when it does not come true at all. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export class AgentSite {
  readonly site: TestSite;
  readonly run: TestRun;
  readonly agents: Agents;
  /** Everything that came live. */
  readonly wrote: Wrote[] = [];
  /** The agent's directory. */
  readonly data: string;
  readonly #server: WebSocketServer;
  readonly #engine: Engine;

  constructor(site: TestSite, run: TestRun, data: string, server: WebSocketServer) {
    this.site = site;
    this.run = run;
    this.data = data;
    this.#server = server;
    this.#engine = this.#engineOf();
    this.agents = openAgents({
      engine: this.#engine,
      store: site.store as unknown as Store,
      ports: realPorts(),
      onWrote: (wrote) => void this.wrote.push(wrote),
      onConnected: () => {},
    });
    server.on('connection', (socket) =>
      this.agents.connect({
        send: (text) => socket.send(text),
        onMessage: (one) => void socket.on('message', (text) => one(text.toString())),
        onClose: (one) => void socket.on('close', one),
      }),
    );
  }

  #engineOf(): Engine {
    const { site, run } = this;
    const log = {
      get size() {
        return site.store.size();
      },
      get checkpoint() {
        return fromUtf8(site.checkpoint()) ?? '';
      },
      inclusion: (seq: number) => inclusionProof(seq, site.store.size(), site.store.node).map(base64),
      consistency: (from: number, to: number) => consistencyProof(from, to, site.store.node).map(base64),
    };
    const known = { roster: site.roster, origin: site.origin };
    const engine = {
      log,
      site: known,
      run: () => ({ state: run.state, entries: run.entries }),
      submit: async (_: string, command: Command) => this.submit(command),
    };
    return engine as unknown as Engine;
  }

  /** The write path: decides, appends, folds, and performs what the decision calls for. */
  submit(command: Command): Result<Accepted> {
    const { site, run } = this;
    site.now = Math.max(Date.now(), run.entries.at(-1)?.entry.ts ?? 0);
    const decision = decide(run.state, command, { seq: site.store.size(), ts: site.now });
    if (!decision.ok) return decision;
    site.append(decision.value.entries);
    run.entries.push(...decision.value.entries);
    run.state = decision.value.state;
    for (const effect of decision.value.effects) void this.#perform(effect);
    return ok({ entries: decision.value.entries });
  }

  async #perform(effect: Effect): Promise<void> {
    if (effect.type === 'pass' || effect.type === 'expire') return;
    const step = Object.values(this.run.context.armings).find(({ nonce }) => nonce === effect.nonce)?.step ?? '';
    if (effect.type === 'start') void (await this.start(step));
    else await this.agents[effect.type === 'abort' ? 'abort' : 'attested'](effect.run, step);
  }

  /** Asks until the agent is there. */
  async arm(step: string): Promise<Result<unknown>> {
    const { lead } = this.site.people;
    for (;;) {
      const answer = await this.agents.arm(this.run.state.facts.run, step, lead.id);
      if (answer.ok || answer.refusal.code !== 'XCK_NO_AGENT') return answer;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async start(step: string): Promise<Result<unknown>> {
    const answer = await this.agents.start(this.run.state.facts.run, step);
    const nonce = this.run.context.armings[step]?.nonce;
    if (!answer.ok && nonce) this.submit({ type: 'void', by: 'server', nonce, reason: 'agent', probes: {} });
    return answer;
  }

  /** Arms and starts a step that asks for nobody else. */
  async go(step: string): Promise<void> {
    must(await this.arm(step));
    must(await this.start(step));
  }

  /** Carries a step to where nothing of it is armed any more. */
  async through(step: string): Promise<string | undefined> {
    await this.go(step);
    await this.ended(step);
    return this.run.context.outcomes[step];
  }

  ended(step: string): Promise<void> {
    return until(`the end of ${step}`, () => this.run.context.armings[step] === undefined);
  }

  abort(step: string): void {
    must(this.submit({ type: 'abort', person: this.site.people.lead.id, step }));
  }

  /** The lead turns the key, and the agent is told. */
  key(): void {
    const { actor, bodies } = this.run.keyDraft();
    const { statement, signature } = bodies as Record<'statement' | 'signature', Body>;
    must(this.submit({ type: 'key', person: actor, statement, signature }));
  }

  attest(name: Name, step: string, result: 'pass' | 'fail'): void {
    const person = this.site.people[name];
    const about = this.run.context.armings[step]?.started ?? '';
    const lines = runActLines(this.run.state, 'attest', this.site.signing(person), about, { evidence: 'seen', result });
    must(this.submit({ type: 'attest', person: person.id, ...this.site.signed(person, 'attest', lines) }));
  }

  of<T extends RunEntry['type']>(type: T): RunEntryOf<T>[] {
    return this.run.entries.map(({ entry }) => entry).filter((entry): entry is RunEntryOf<T> => entry.type === type);
  }

  /** A body of the last entry of these types. */
  body(name: string, ...types: RunEntry['type'][]): string {
    const last = this.run.entries.findLast(({ entry }) => types.includes(entry.type));
    return fromUtf8(last?.bodies[name]?.bytes ?? new Uint8Array()) ?? '';
  }

  /** What the last outcome says of the output. */
  output(): string {
    return this.body('output', 'step.finished', 'step.failed', 'step.unknown');
  }

  /** What came live of a step, put together by its offsets. */
  live(step: string, item = ''): string {
    const bytes = Buffer.alloc(Math.max(0, ...this.wrote.map((one) => one.offset + one.bytes.length)));
    let end = 0;
    for (const one of this.wrote.filter((wrote) => wrote.step === step && wrote.item === item)) {
      bytes.set(one.bytes, one.offset);
      end = Math.max(end, one.offset + one.bytes.length);
    }
    return bytes.subarray(0, end).toString();
  }

  /** Where commands of the agent find `run.data`, unless a target says otherwise. */
  work(name: string): string {
    return join(this.data, 'data', name);
  }

  read(name: string): string {
    return existsSync(this.work(name)) ? readFileSync(this.work(name), 'utf8') : '';
  }

  write(name: string): void {
    mkdirSync(join(this.data, 'data'), { recursive: true });
    writeFileSync(this.work(name), '');
  }

  secret(mode: 'live' | 'rehearsal', file: string, value: string): void {
    mkdirSync(join(this.data, 'secrets', mode), { recursive: true });
    writeFileSync(join(this.data, 'secrets', mode, file), value);
  }

  /** Cuts the connection; the agent dials again. */
  cut(): void {
    for (const client of this.#server.clients) client.terminate();
  }

  /** Puts the agent's clock ahead. */
  ahead(ms: number): void {
    writeFileSync(join(this.data, 'ahead'), String(ms));
  }

  /** Starts an agent in a process of its own, which may be told at which point to die. */
  agent(fault = ''): ChildProcess {
    const { port } = this.#server.address() as { port: number };
    return spawn(process.execPath, ['--enable-source-maps', AGENT, String(port), this.data, fault], {
      stdio: ['pipe', 'inherit', 'inherit'],
    });
  }

  /** What everybody else finds of this record. */
  async reasons(): Promise<string[]> {
    const verdict = await verifyRecord(this.run.bundle('open'), this.site.trust, verifyRaw, nothingKnown());
    return verdict.reasons.map(({ sentence, seq }) => `${seq}: ${sentence}`);
  }
}

export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const runbook = (steps: string, more: string) => `apiVersion: crosscheck/v1
id: small
title: A small release
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre]}
presence: {required: [lead], grace: 1h}
${more}steps:
${steps}`;

/** Opens a run of these steps, after `more` of the runbook, with its agent running. */
export async function running(t: Scope, steps: string, more = '', options: AgentSiteOptions = {}): Promise<AgentSite> {
  const site = await opened(t, steps, more, options);
  const agent = site.agent();
  t.teardown(() => killed(agent));
  return site;
}

/** The same without its agent. */
export async function opened(t: Scope, steps: string, more = '', options: AgentSiteOptions = {}): Promise<AgentSite> {
  const data = mkdtempSync(join(tmpdir(), 'crosscheck-'));
  const own = identity(data);
  const serves = Object.keys(options.targets ?? { local: {} });
  const site = new TestSite({
    genesis: (document) => ({ ...document, agents: [{ id: own.id, key: own.key, kind: 'embedded', serves }] }),
  });
  site.now = Date.now() - 60_000;
  writeFileSync(join(data, 'trust.txt'), trustText(site.trust));
  if (options.targets) writeFileSync(join(data, 'agent.json'), JSON.stringify({ targets: options.targets }));
  const { mode = 'live', inputs = {} } = options;
  const run = site.open(site.approved(runbook(steps, more), {}, options.files), { mode, inputs });
  run.seat();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/api/agent' });
  await once(server, 'listening');
  const made = new AgentSite(site, run, data, server);
  t.teardown(async () => {
    for (const client of server.clients) client.terminate();
    server.close();
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  });
  return made;
}
