/** Decisions on what an agent says: armed, started (the commit point) and the outcome; and on stopping a running command. */
import { lineJson, parseStatement, sameStatement, statementMs } from '../approval/statement.ts';
import { asciiJcs } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import { bodyDigest } from '../log/entry.ts';
import type { Result } from '../result.ts';
import type { Do } from '../runbook/runbook.ts';
import type { Command } from './commands.ts';
import { armingOf } from './context.ts';
import { about, type Draftbook, named } from './draftbook.ts';
import { contextOf, headRef } from './state.ts';

type Of<T extends Command['type']> = Extract<Command, { readonly type: T }>;

export function armed(book: Draftbook, command: Of<'armed'>): Result<unknown> {
  const { facts } = book.state;
  const read = parseStatement('armed', command.statement.bytes);
  if (!read.ok) return read;
  const lines = read.value;
  const probes = mapValues(command.probes, ({ body, ok }) => ({ digest: bodyDigest(body), ok }));
  const expected = {
    ...lines,
    origin: facts.origin,
    mode: facts.mode,
    run: facts.run,
    runbook: facts.runbook,
    agent: command.agent,
    probes: asciiJcs(probes),
    roster: facts.roster,
  };
  const same = sameStatement('armed', lines, expected);
  if (!same.ok) return same;
  const notAfter = statementMs(lines['not-after']);
  if (notAfter === undefined) return fail('XCK_STATEMENT', { act: 'armed', why: 'line "not-after" is no instant' });
  const bodies = mapValues(command.probes, ({ body }) => body);
  const done = book.put({
    type: 'step.armed',
    actor: command.agent,
    fields: {
      step: lines.step,
      attempt: Number(lines.attempt),
      asked_by: command.askedBy,
      nonce: lines.nonce,
      not_after: notAfter,
      probes,
      ...waveOf(lines.do),
    },
    bodies: { statement: command.statement, signature: command.signature, action: command.action, ...named(bodies) },
  });
  if (done.ok) book.effects.push({ type: 'expire', run: facts.run, nonce: lines.nonce, at: notAfter });
  return done;
}

/** The items that an arming of a `for_each` covers, as its `do` lists them. */
function waveOf(line: string): { readonly wave?: { readonly items: string[]; readonly of: number } } {
  const what = lineJson(line) as Do | undefined;
  return what?.kind === 'for_each' ? { wave: { items: what.items.map(({ id }) => id), of: what.of } } : {};
}

export function abort(book: Draftbook, command: Of<'abort'>): Result<unknown> {
  const arming = armingOf(contextOf(book.state), command.step);
  if (!arming) return fail('XCK_OTHER_ARMING', { step: command.step });
  const fields = { step: arming.step, attempt: arming.attempt };
  const done = book.put({ type: 'step.aborted', actor: command.person, fields });
  if (!done.ok) return done;
  book.effects.push({ type: 'abort', run: book.state.facts.run, agent: arming.agent, nonce: arming.nonce });
  return book.voided(arming.step, 'server', 'wave');
}

const mapValues = <V, W>(values: Readonly<Record<string, V>>, each: (value: V) => W): Record<string, W> =>
  Object.fromEntries(Object.entries(values).map(([id, value]) => [id, each(value)]));

/** The commit point: `after` must name the run's newest entry, so that nothing can have come in between. */
export function started(book: Draftbook, command: Of<'started'>): Result<unknown> {
  const { facts } = book.state;
  const read = parseStatement('started', command.statement.bytes);
  if (!read.ok) return read;
  const lines = read.value;
  const arming = armingOf(contextOf(book.state), lines.step);
  if (!arming) return fail('XCK_OTHER_ARMING', { step: lines.step });
  if (lines.after !== headRef(book.state)) return fail('XCK_MOVED', {});
  const expected = {
    ...lines,
    origin: facts.origin,
    mode: facts.mode,
    run: facts.run,
    attempt: String(arming.attempt),
    armed: arming.ref,
    key: arming.keyed ?? 'none',
    agent: command.agent,
    probes: asciiJcs(mapValues(command.probes, bodyDigest)),
    roster: facts.roster,
    nonce: arming.nonce,
  };
  const same = sameStatement('started', lines, expected);
  if (!same.ok) return same;
  const bodies = { statement: command.statement, signature: command.signature, ...named(command.probes) };
  const before = Object.keys(contextOf(book.state).clocks);
  const fields = { ...about(book, lines.step), ...itemField(lines.item) };
  const done = book.put({ type: 'step.started', actor: command.agent, fields, bodies });
  for (const [clock, { ends }] of Object.entries(contextOf(book.state).clocks))
    if (!before.includes(clock)) book.effects.push({ type: 'pass', run: facts.run, clock, at: ends });
  return done;
}

const itemField = (line: string): { readonly item?: string } => (line === 'none' ? {} : { item: line });

const OUTCOME_TYPE = {
  finished: 'step.finished',
  failed: 'step.failed',
  'not-started': 'step.failed',
  unknown: 'step.unknown',
} as const;

export function outcome(book: Draftbook, command: Of<'outcome'>): Result<unknown> {
  const { facts } = book.state;
  const read = parseStatement('outcome', command.statement.bytes);
  if (!read.ok) return read;
  const lines = read.value;
  const arming = armingOf(contextOf(book.state), lines.step);
  const start = arming?.starts[lines.item === 'none' ? '' : lines.item];
  if (!arming || !start) return fail('XCK_NOT_NOW', { what: 'an outcome', why: 'nothing has started' });
  const same = sameStatement('outcome', lines, {
    ...lines,
    origin: facts.origin,
    mode: facts.mode,
    run: facts.run,
    attempt: String(arming.attempt),
    started: start.ref,
    agent: command.agent,
    output: command.output ? bodyDigest(command.output.body) : 'none',
    outputs: command.outputs ? bodyDigest(command.outputs) : 'none',
  });
  if (!same.ok) return same;
  const result = lines.result as keyof typeof OUTCOME_TYPE;
  const done = book.put({
    type: OUTCOME_TYPE[result],
    actor: command.agent,
    fields: {
      step: arming.step,
      attempt: arming.attempt,
      started: start.ref,
      result,
      ...itemField(lines.item),
      ...outcomeFields(lines, command),
    } as never,
    bodies: {
      statement: command.statement,
      signature: command.signature,
      ...(command.output ? { output: command.output.body } : {}),
      ...(command.outputs ? { outputs: command.outputs } : {}),
    },
  });
  if (!done.ok || result === 'finished') return done;
  const ended = book.voided(arming.step, 'server', 'wave');
  return ended.ok ? book.hold('server', result === 'unknown' ? 'unknown' : 'failed', arming.step) : ended;
}

function outcomeFields(lines: { exit: string; checks: string; artifact: string }, command: Of<'outcome'>) {
  return {
    ...(lines.exit === 'none' ? {} : { exit: /^\d+$/.test(lines.exit) ? Number(lines.exit) : lines.exit }),
    checks: (lineJson(lines.checks) ?? {}) as Record<string, boolean>,
    ...(lines.artifact === 'none' ? {} : { artifact: lineJson(lines.artifact) as { digest: string; size: number } }),
    ...(command.output ? { output_length: command.output.length } : {}),
  };
}
