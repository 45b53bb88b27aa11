/** POST /api/commands: from a person's JSON to the one write path, and back to what became durable, or to problem details. */
import { fromBase64, utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import { fail } from '../../core/errors.ts';
import type { Sealed } from '../../core/log/entry.ts';
import type { Accepted as AcceptedText, CommandText } from '../../core/protocol/frames.ts';
import { receiptText } from '../../core/record/receipt.ts';
import { readCountermeasure, readPostmortem } from '../../core/release/countermeasures.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Signed } from '../../core/run/commands.ts';
import { contextOf } from '../../core/run/state.ts';
import type { AfterCommand } from '../../core/site/after.ts';
import { wellShaped } from '../../core/verify/deviation.ts';
import type { Ports } from '../ports/ports.ts';
import type { Agents } from '../room/agents.ts';
import type { Accepted, Engine } from '../runner/engine.ts';
import type { Store } from '../store/store.ts';
import { arm, start } from './arming.ts';
import { open, planned, register } from './preparing.ts';
import { answered, updated } from './telling.ts';

export interface CommandDeps {
  readonly engine: Engine;
  readonly store: Store;
  readonly ports: Ports;
  readonly agents: Agents;
}

/** A command by its type, as somebody sent it. */
export type CommandOf<T extends CommandText['type']> = Extract<CommandText, { readonly type: T }>;

/** Carries out one command of an authenticated person. */
export async function carryOut(deps: CommandDeps, person: string, command: CommandText): Promise<Result<AcceptedText>> {
  const done = await submit(deps, person, command);
  return done.ok ? ok(accepted(deps.engine, done.value, 'signature' in command || command.type === 'suspend')) : done;
}

async function submit(deps: CommandDeps, person: string, command: CommandText): Promise<Result<Accepted>> {
  const { engine } = deps;
  switch (command.type) {
    case 'enrol': {
      const token = command.token === null ? null : digest(Buffer.from(command.token, 'hex'));
      return engine.submitSite({ type: 'enrol', person, token, ...salted(deps, command) });
    }
    case 'suspend': {
      const { of, key, text } = command;
      return engine.submitSite({
        type: 'suspend',
        person,
        of,
        key,
        text: text === null ? null : body(deps, jcs(text)),
      });
    }
    case 'roster':
      return signRoster(deps, person, command);
    case 'epoch':
      return engine.submitSite({ type: 'epoch', person, salt: deps.ports.random(32), ...salted(deps, command) });
    case 'register':
      return register(deps, person, command);
    case 'approve':
      return engine.submitSite({ type: 'approve', person, ...salted(deps, command) });
    case 'open':
      return open(deps, person, command);
    case 'plan':
      return planned(deps, person, command);
    case 'hold_on': {
      const on = 'plan' in command ? { plan: command.plan } : { runbook: command.runbook };
      return engine.submitSite({ type: 'hold_on', person, on, text: body(deps, jcs(command.text)) });
    }
    case 'lift_on': {
      const content = body(deps, command.content);
      return engine.submitSite({ type: 'lift_on', person, content, ...salted(deps, command) });
    }
    case 'update':
      return updated(deps, person, command);
    case 'backup_deleted':
    case 'postmortem':
    case 'countermeasure':
    case 'countermeasure_closed':
      return afterwards(deps, person, command);
    case 'redact':
      return engine.submitAfter(command.run, { type: 'redact', person, ...salted(deps, command) });
    default:
      return submitRun(deps, person, command);
  }
}

async function signRoster(deps: CommandDeps, person: string, command: CommandOf<'roster'>): Promise<Result<Accepted>> {
  const { engine, store, ports } = deps;
  const roster = { bytes: utf8(command.roster), salt: fromBase64(command.salt) ?? new Uint8Array() };
  const signed = salted(deps, command);
  const done = await engine.submitSite({ type: 'roster', person, roster, salt: ports.random(32), ...signed });
  const known = store.names();
  const fresh = Object.entries(command.names).filter(([id]) => known[id] === undefined);
  if (done.ok) for (const [id, name] of fresh) store.name(id, name);
  return done;
}

type SiteText = CommandOf<
  'enrol' | 'suspend' | 'roster' | 'epoch' | 'register' | 'approve' | 'open' | 'plan' | 'hold_on' | 'lift_on' | 'update'
>;
type AfterText = CommandOf<'backup_deleted' | 'postmortem' | 'countermeasure' | 'countermeasure_closed'>;

/** What comes after a close is read as strictly as what came before it: it is there for good. */
async function afterwards(deps: CommandDeps, person: string, command: AfterText): Promise<Result<Accepted>> {
  const made = afterCommand(deps, person, command);
  return made.ok ? deps.engine.submitAfter(command.run, made.value) : made;
}

function afterCommand(deps: CommandDeps, person: string, command: AfterText): Result<AfterCommand> {
  switch (command.type) {
    case 'backup_deleted':
      return ok({ type: command.type, person, step: command.step, answer: body(deps, jcs(command.evidence)) });
    case 'postmortem': {
      const document = readPostmortem(command.document);
      return document.ok ? ok({ type: command.type, person, answer: body(deps, jcs(document.value)) }) : document;
    }
    case 'countermeasure': {
      const { type, id, due } = command;
      const document = readCountermeasure(command.document);
      return document.ok ? ok({ type, person, id, due, answer: body(deps, jcs(document.value)) }) : document;
    }
    case 'countermeasure_closed':
      return ok({ type: command.type, person, id: command.id, answer: body(deps, jcs(command.evidence)) });
  }
}

async function submitRun(
  deps: CommandDeps,
  person: string,
  command: Exclude<CommandText, SiteText | AfterText | CommandOf<'redact'>>,
): Promise<Result<Accepted>> {
  const { engine } = deps;
  const { run } = command;
  switch (command.type) {
    case 'arm':
      return arm(deps, person, command);
    case 'start':
      return start(deps, person, command);
    case 'hold':
      return engine.submit(run, { type: 'hold', person, text: body(deps, jcs(command.text)) });
    case 'confirm':
    case 'refuse':
    case 'key':
    case 'attest':
      return engine.submit(run, { type: command.type, person, ...salted(deps, command) });
    case 'lift':
    case 'decide':
    case 'resolve':
    case 'waive':
    case 'deviate':
    case 'lead':
    case 'close':
      return collected(deps, person, command);
    case 'join':
      return engine.submit(run, { type: 'join', person, seat: command.seat, role: command.role });
    case 'leave':
      return engine.submit(run, { type: 'leave', person, seat: command.seat });
    case 'answer':
      return answered(deps, person, command);
    case 'poll': {
      const text = command.text === null ? null : body(deps, jcs(command.text));
      return engine.submit(run, { type: 'poll', person, gate: command.gate, vote: command.vote, text });
    }
    case 'withdraw':
    case 'abort':
      return engine.submit(run, { type: command.type, person, step: command.step });
  }
}

type CollectedText = CommandOf<'lift' | 'decide' | 'resolve' | 'waive' | 'deviate' | 'lead' | 'close'>;

/** What a deviation inserts is held against the language before anything folds it. */
async function collected(deps: CommandDeps, person: string, command: CollectedText): Promise<Result<Accepted>> {
  const { type, run } = command;
  const live = deps.engine.openRun(run);
  const document = json(command.content) as { deviation?: unknown } | undefined;
  const change = type === 'deviate' ? document : type === 'decide' ? (document?.deviation ?? null) : null;
  if (live && change !== null && !wellShaped(change, contextOf(live.state).runbook))
    return fail('XCK_DEVIATION', { why: 'its steps or inputs are none of the language' });
  const content = body(deps, command.content);
  return deps.engine.submit(run, { type, person, content, ...salted(deps, command) });
}

export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const body = (deps: Pick<CommandDeps, 'ports'>, text: string) => ({
  bytes: utf8(text),
  salt: deps.ports.random(32),
});
export const salted = (
  deps: Pick<CommandDeps, 'ports'>,
  { statement, signature }: { statement: string; signature: string },
): Signed => ({
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

const receipt = ({ log }: Engine, { entry, bytes }: Sealed): string =>
  receiptText({ entry: bytes, index: entry.seq, proof: log.inclusion(entry.seq), checkpoint: log.checkpoint });
