/** POST /api/commands: from a person's JSON to the one write path, and back to what became durable, or to problem details. */
import Type from 'typebox';
import { fromBase64, utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import { fail } from '../../core/errors.ts';
import type { Sealed } from '../../core/log/entry.ts';
import { Base64, closed, Id, Nonce, RunId, words } from '../../core/log/forms.ts';
import type { Accepted as AcceptedText, CommandText, FileText } from '../../core/protocol/frames.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Signed } from '../../core/run/commands.ts';
import { contextOf } from '../../core/run/state.ts';
import { type FolderFile, folderDigest } from '../../core/runbook/folder.ts';
import { checkInputs } from '../../core/runbook/inputs.ts';
import { lintFolder } from '../../core/runbook/lint.ts';
import type { Ports } from '../ports/ports.ts';
import type { Agents } from '../room/agents.ts';
import type { Accepted, Engine } from '../runner/engine.ts';
import type { Store } from '../store/store.ts';

const Statement = Type.String({ maxLength: 16_384 });
const Signature = Type.String({ maxLength: 8192 });
const signed = { statement: Statement, signature: Signature };
const File = closed({ path: Type.String({ maxLength: 400 }), mode: words('0644', '0755'), bytes: Base64 });

/** The shapes of all commands; whatever is not exactly one of them is refused before anything looks at it. */
export const CommandSchema = Type.Union([
  closed({ type: Type.Literal('enrol'), token: Nonce, ...signed }),
  closed({ type: Type.Literal('register'), files: Type.Array(File, { maxItems: 2000 }), ...signed }),
  closed({ type: Type.Literal('approve'), ...signed }),
  closed({ type: Type.Literal('open'), inputs: Type.String({ maxLength: 65_536 }), salt: Base64, ...signed }),
  closed({ type: Type.Literal('join'), run: RunId, seat: Id, role: Id }),
  closed({ type: Type.Literal('leave'), run: RunId, seat: Id }),
  closed({ type: Type.Literal('arm'), run: RunId, step: Id, target: Type.String({ maxLength: 64 }) }),
  closed({ type: words('confirm', 'refuse', 'key', 'lift', 'close'), run: RunId, ...signed }),
  closed({ type: words('start', 'withdraw', 'abort'), run: RunId, step: Id }),
  closed({ type: Type.Literal('hold'), run: RunId, text: Type.String({ minLength: 1, maxLength: 1000 }) }),
]);

export interface CommandDeps {
  readonly engine: Engine;
  readonly store: Store;
  readonly ports: Ports;
  readonly agents: Agents;
}

type Of<T extends CommandText['type']> = Extract<CommandText, { readonly type: T }>;

/** Carries out one command of an authenticated person. */
export async function carryOut(deps: CommandDeps, person: string, command: CommandText): Promise<Result<AcceptedText>> {
  const done = await submit(deps, person, command);
  return done.ok ? ok(accepted(deps.engine, done.value, 'signature' in command)) : done;
}

async function submit(deps: CommandDeps, person: string, command: CommandText): Promise<Result<Accepted>> {
  const { engine } = deps;
  switch (command.type) {
    case 'enrol':
      return engine.submitSite({
        type: 'enrol',
        person,
        token: digest(fromHexNonce(command.token)),
        ...salted(deps, command),
      });
    case 'register':
      return register(deps, person, command);
    case 'approve':
      return engine.submitSite({ type: 'approve', person, ...salted(deps, command) });
    case 'open':
      return open(deps, person, command);
    case 'arm':
      return arm(deps, person, command);
    case 'start':
      return start(deps, person, command);
    case 'hold':
      return engine.submit(command.run, { type: 'hold', person, text: body(deps, jcs(command.text)) });
    case 'confirm':
    case 'refuse':
    case 'key':
    case 'lift':
    case 'close':
      return engine.submit(command.run, { type: command.type, person, ...salted(deps, command) });
    case 'join':
      return engine.submit(command.run, { type: 'join', person, seat: command.seat, role: command.role });
    case 'leave':
      return engine.submit(command.run, { type: 'leave', person, seat: command.seat });
    case 'withdraw':
    case 'abort':
      return engine.submit(command.run, { type: command.type, person, step: command.step });
  }
}

const fromHexNonce = (text: string): Uint8Array => Buffer.from(text, 'hex');
const body = (deps: CommandDeps, text: string) => ({ bytes: utf8(text), salt: deps.ports.random(32) });
const salted = (deps: CommandDeps, { statement, signature }: { statement: string; signature: string }): Signed => ({
  statement: body(deps, statement),
  signature: body(deps, signature),
});

/** The entry that the asker made comes first; its C2SP tlog-proof is what they keep. */
function accepted(engine: Engine, { entries }: Accepted, keeps: boolean): AcceptedText {
  const own = entries[0];
  return {
    entries: entries.map(({ entry, digest: own }) => ({ seq: entry.seq, type: entry.type, digest: own })),
    checkpoint: engine.log.checkpoint,
    receipt: keeps && own ? receipt(engine, own) : null,
  };
}

/** C2SP tlog-proof: format line, index, inclusion hashes, empty line, checkpoint. */
function receipt(engine: Engine, own: Sealed): string {
  const hashes = engine.log.inclusion(own.entry.seq).map((hash) => `${hash}\n`);
  return `c2sp.org/tlog-proof@v1\nindex ${own.entry.seq}\n${hashes.join('')}\n${engine.log.checkpoint}`;
}

export const folderOf = (files: readonly FileText[]): FolderFile[] =>
  files.map(({ path, mode, bytes }) => ({ path, mode, bytes: fromBase64(bytes) ?? new Uint8Array() }));

async function register(deps: CommandDeps, person: string, command: Of<'register'>): Promise<Result<Accepted>> {
  const files = folderOf(command.files);
  const runbook = folderDigest(files);
  if (!runbook.ok) return runbook;
  const linted = lintFolder(files);
  const bad = linted.problems.find((problem) => problem.severity === 'error');
  if (bad || !linted.runbook)
    return fail('XCK_INPUT', {
      where: bad ? `${bad.file}:${bad.line}:${bad.column}` : 'runbook.yaml',
      why: bad?.message ?? 'is missing',
    });
  deps.store.keepFolder(runbook.value, files);
  return deps.engine.submitSite({
    type: 'register',
    person,
    runbook: runbook.value,
    id: linted.runbook.id,
    ...salted(deps, command),
  });
}

async function open(deps: CommandDeps, person: string, command: Of<'open'>): Promise<Result<Accepted>> {
  const { engine } = deps;
  const about = /^about (.*)$/m.exec(command.statement)?.[1] ?? '';
  const found = [...engine.site.runbooks.values()].find((one) => one.approved === about);
  const runbook = found && engine.runbookOf(found.runbook);
  if (!runbook) return fail('XCK_UNKNOWN', { what: 'approved runbook', name: about });
  const given = parse(command.inputs);
  const inputs = checkInputs(runbook, given);
  if (!inputs.ok) return inputs;
  if (jcs(inputs.value) !== command.inputs)
    return fail('XCK_INPUT', { where: 'inputs', why: 'not canonical JSON with every default filled in' });
  const salt = fromBase64(command.salt);
  if (salt?.length !== 32) return fail('XCK_INPUT', { where: 'salt', why: 'not 32 bytes in base64' });
  const knownRun = (run: string) => engine.run(run) !== undefined;
  return engine.submitSite({
    type: 'open',
    person,
    inputs: { bytes: utf8(command.inputs), salt },
    knownRun,
    ...salted(deps, command),
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The lead types the target's name: a small pause before the agent is asked to measure and sign. */
async function arm(deps: CommandDeps, person: string, command: Of<'arm'>): Promise<Result<Accepted>> {
  const live = deps.engine.run(command.run);
  if (!live) return fail('XCK_UNKNOWN', { what: 'run', name: command.run });
  const context = contextOf(live.state);
  if (context.seats['lead']?.person !== person) return refuseLead(deps, person, command, 'arm a step');
  const step = context.runbook.steps.find((one) => one.id === command.step);
  if (!step) return fail('XCK_UNKNOWN', { what: 'step', name: command.step });
  if (step.target !== command.target) return fail('XCK_TARGET', { target: step.target });
  if (context.holds.length > 0) return fail('XCK_HELD', {});
  if (context.arming) return fail('XCK_NOT_NOW', { what: 'arming', why: `step ${context.arming.step} is armed` });
  return deps.agents.arm(command.run, command.step, person) as Promise<Result<Accepted>>;
}

function refuseLead(
  deps: CommandDeps,
  person: string,
  { type, run, step }: { type: string; run: string; step: string },
  act: string,
) {
  const refusal = fail('XCK_LEAD', { act });
  deps.engine.refused(person, type, refusal.refusal, { run, step });
  return refusal;
}

/** A step that is not critical needs no confirmations: the lead has seen what runs and presses. */
async function start(deps: CommandDeps, person: string, command: Of<'start'>): Promise<Result<Accepted>> {
  const live = deps.engine.run(command.run);
  const context = live && contextOf(live.state);
  if (!context) return fail('XCK_UNKNOWN', { what: 'run', name: command.run });
  if (context.seats['lead']?.person !== person) return refuseLead(deps, person, command, 'start a step');
  const step = context.runbook.steps.find((one) => one.id === command.step);
  if (step?.eyes !== 2) return fail('XCK_NOT_NOW', { what: 'a start', why: 'a critical step starts by its key' });
  if (context.arming?.step !== command.step) return fail('XCK_OTHER_ARMING', { step: command.step });
  const done = await deps.agents.start(command.run);
  return done.ok ? ok({ entries: [] }) : done;
}
