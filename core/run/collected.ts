/** Decisions on acts that several people sign: each signature is an entry, and the last one needed brings the effect. */
import { lineJson, parseStatement, sameStatement } from '../approval/statement.ts';
import { equal, fromUtf8 } from '../bytes/encoding.ts';
import { asciiJcs, jcs } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import { CONTENT, type CollectedAct, type Lines } from '../log/acts.ts';
import type { Body, Draft } from '../log/entry.ts';
import type { CloseResult, Resolution, RunEntry } from '../log/tables.ts';
import { ok, type Result } from '../result.ts';
import { signing } from './answers.ts';
import type { Command } from './commands.ts';
import { type RunContext, seatOf } from './context.ts';
import { type Decision, type Deviation, deviated } from './deviation.ts';
import type { Draftbook } from './draftbook.ts';
import { closeContent, runActLines } from './lines.ts';
import { resolvable } from './rules/commands.ts';
import { contextOf, type RunState } from './state.ts';

export type Collecting = Extract<Command, { readonly type: CollectedAct }>;
export type Content = Readonly<Record<string, unknown>>;

/** One more signature of an act; with the last one that is needed, its effect in the same transaction. */
export function collect(book: Draftbook, command: Collecting): Result<unknown> {
  const act = command.type;
  const read = parseStatement(act, command.statement.bytes) as Result<Lines<'lift'>>;
  if (!read.ok) return read;
  const content = contentOf(act, command.content, read.value.content);
  if (!content.ok) return content;
  const { about } = read.value;
  const shaped = fitsAct(book.state, act, about, content.value);
  if (!shaped.ok) return shaped;
  const lines = runActLines(book.state, act, signing(read.value, command.person), about, content.value);
  const same = sameStatement(act, read.value, lines);
  if (!same.ok) return same;
  const signed = sign(book, command, about);
  if (!signed.ok) return signed;
  const drafted = effectOf(contextOf(book.state), act, command.person, about, content.value, signed.value);
  if (!drafted.ok) return drafted;
  const carries = act === 'decide' || act === 'deviate';
  const bodies = carries && book.state.content ? { bodies: { content: book.state.content } } : {};
  const done = book.put({ ...drafted.value, ...bodies });
  if (!done.ok) return waits(done.refusal.code) ? ok(null) : done;
  return act === 'lead' ? book.voidedAll('server', 'crew') : done;
}

/** What only more signatures can mend is waited for. */
const waits = (code: string): boolean => code === 'XCK_QUORUM' || code === 'XCK_LEAD';

/** The content as JSON: exactly the keys of its act, and the same as the statement's line. */
export function contentOf(act: CollectedAct, body: Body, line: string): Result<Content> {
  const refused = (why: string) => fail('XCK_STATEMENT', { act, why });
  const value = lineJson(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refused('line "content" is no object');
  if (asciiJcs(value) !== line) return refused('line "content" is not canonical JSON');
  if (fromUtf8(body.bytes) !== jcs(value)) return refused('its content is not that of the statement');
  const keys: readonly string[] = CONTENT[act];
  if (Object.keys(value).sort().join() !== keys.join())
    return refused(`its content has other keys than ${keys.join(', ')}`);
  return ok(value as Content);
}

/** Checks the values that an effect is made of, so that nobody signs what could never take effect. */
export function fitsAct(state: RunState, act: CollectedAct, about: string, content: Content): Result<true> {
  const context = contextOf(state);
  const refused = (what: string) => fail('XCK_STATEMENT', { act, why: `its ${what} is not what the act asks for` });
  const text = (key: string) => typeof content[key] === 'string' && content[key] !== '';
  switch (act) {
    case 'lift':
      return content['risk'] === null || text('risk') ? ok(true) : refused('risk');
    case 'decide': {
      const { way, test, dissent } = content as unknown as Decision;
      if (way !== 'back' && way !== 'forward') return refused('way');
      if (dissent !== null && !text('dissent')) return refused('dissent');
      if (way === 'back') return test === null && content['deviation'] === null ? ok(true) : refused('way back');
      if (!text('test') || !/^https?:\/\/\S+$/.test(test ?? '')) return refused('test');
      return inserts(passedBy(context, about), (content as unknown as Decision).deviation);
    }
    case 'resolve':
      return ['finished', 'failed', 'not-started'].includes(String(content['as'])) && text('evidence')
        ? ok(true)
        : refused('evidence');
    case 'waive':
      return text('question') && text('reason') ? ok(true) : refused('reason');
    case 'deviate':
      return text('reason') && (content['inputs'] !== null || content['steps'] !== null)
        ? inserts(context, content as unknown as Deviation)
        : refused('change');
    case 'lead':
      return text('person') && text('role') && text('from') ? ok(true) : refused('person');
    case 'close':
      return jcs(content) === jcs(closeContent(state, content['result'] as CloseResult)) ? ok(true) : refused('roster');
  }
}

function sign(book: Draftbook, command: Collecting, about: string): Result<string[]> {
  const context = contextOf(book.state);
  const seat = seatOf(context, command.person);
  const taking = command.type === 'lead' ? leadRole(context, command) : undefined;
  if (seat === undefined && taking === undefined) return fail('XCK_NOT_SEATED', {});
  const place = taking ?? { seat: seat ?? '', role: context.seats[seat ?? '']?.role ?? '' };
  const shared = book.state.content;
  const content = shared && equal(shared.bytes, command.content.bytes) ? shared : command.content;
  const done = book.put({
    type: 'act.signed',
    actor: command.person,
    fields: { act: command.type, about, ...place },
    bodies: { statement: command.statement, signature: command.signature, content },
  });
  return done.ok ? ok(contextOf(book.state).collection?.signers.map((one) => one.ref) ?? []) : done;
}

/** Whoever takes the lead signs as the lead that they become. */
function leadRole(context: RunContext, { person, content }: Collecting): { seat: string; role: string } | undefined {
  const named = JSON.parse(fromUtf8(content.bytes) ?? '{}') as { person?: string; role?: string };
  if (named.person !== person || context.seats['lead']?.person === person) return undefined;
  return { seat: 'lead', role: named.role ?? '' };
}

/** The entry that the act leads to once enough have signed. */
export function effectOf(
  context: RunContext,
  act: CollectedAct,
  actor: string,
  about: string,
  content: Content,
  signed: string[],
): Result<Draft<RunEntry['type']>> {
  const draft = (type: string, fields: object) =>
    ok({ type, actor, fields: { ...fields, signed } } as unknown as Draft<RunEntry['type']>);
  switch (act) {
    case 'lift':
      return draft('hold.lifted', { hold: about });
    case 'decide': {
      const step = content['way'] === 'forward' ? failedStep(context, about) : undefined;
      return draft('run.decided', { hold: about, way: content['way'], ...(step === undefined ? {} : { step }) });
    }
    case 'resolve': {
      const found = resolvable(context, about);
      if (!found) return fail('XCK_STALE', { act });
      const { step, item } = found;
      const attempt = context.attempts[step] ?? 0;
      const as = content['as'] as Resolution;
      return draft('step.resolved', { step, attempt, ...(item === '' ? {} : { item }), outcome: about, as });
    }
    case 'waive':
      return draft('briefing.waived', { question: content['question'] });
    case 'deviate':
      return draft('run.deviated', {});
    case 'lead':
      return draft('lead.taken', { person: content['person'], from: content['from'], role: content['role'] });
    case 'close':
      return draft('run.closed', { result: content['result'] });
  }
}

/** The step that failed, where the hold is about one: rolling forward passes it. */
function failedStep(context: RunContext, about: string): string | undefined {
  const step = context.holds.find((hold) => hold.ref === about)?.step ?? null;
  return step !== null && context.outcomes[step] === 'failed' ? step : undefined;
}

/** The run as it will stand when the failed step is passed. */
function passedBy(context: RunContext, about: string): RunContext {
  const step = failedStep(context, about);
  return step === undefined ? context : { ...context, outcomes: { ...context.outcomes, [step]: 'passed' } };
}

const inserts = (context: RunContext, deviation: Deviation | null): Result<true> => {
  const done = deviation === null ? ok(context) : deviated(context, deviation);
  return done.ok ? ok(true) : done;
};
