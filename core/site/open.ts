/** The decision on opening a run: its mode, what it follows, what it was rehearsed by, and everything that stands against it. It arms nothing. */
import { fromUtf8 } from '../bytes/encoding.ts';
import { fail } from '../errors.ts';
import { type Body, bodyDigest, type Draft } from '../log/entry.ts';
import { personOf } from '../log/roster.ts';
import { ok, type Result } from '../result.ts';
import type { Signed } from '../run/commands.ts';
import { all, type Check, unless, yes } from '../run/rules/check.ts';
import type { InputValue } from '../runbook/inputs.ts';
import { locksOf } from '../runbook/render.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { inWindow } from '../runbook/window.ts';
import { holdsAgainst } from './holds.ts';
import type { Asking, Close, Registered, SiteDraft, SiteState, World } from './state.ts';
import { bodies, type Content, stated } from './statement.ts';

export interface OpenCommand extends Signed {
  readonly type: 'open';
  readonly person: string;
  /** JCS of all inputs, which were checked against the runbook before. */
  readonly inputs: Body;
}

/** What a follow-up run rests on: the close after which the defect was found, the rehearsal of the mend, the test that shows it. */
export interface Follows {
  readonly close: string;
  readonly rehearsal: string | null;
  readonly test: string;
}

const RUN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const REF = /^(0|[1-9][0-9]{0,15}) sha256:[0-9a-f]{64}$/;

/** The `follows` of an open's content: null for a run of its own, undefined where it is none. */
export function followsOf(value: unknown): Follows | null | undefined {
  if (value === null) return null;
  if (
    typeof value !== 'object' ||
    Object.keys(value ?? {})
      .sort()
      .join() !== 'close,rehearsal,test'
  )
    return undefined;
  const { close, rehearsal, test } = value as Record<keyof Follows, unknown>;
  const isRef = (ref: unknown): ref is string => typeof ref === 'string' && REF.test(ref);
  const fits = isRef(close) && (rehearsal === null || isRef(rehearsal));
  if (!fits || typeof test !== 'string' || !/^https?:\/\/\S+$/.test(test)) return undefined;
  return { close, rehearsal, test };
}

/** What the lead signed, and the runbook that it names. */
interface Asked {
  readonly run: string;
  readonly mode: 'live' | 'rehearsal';
  readonly follows: Follows | null;
  readonly found: Registered & { readonly approved: string };
  readonly runbook: Runbook;
}

export function open(state: SiteState, command: OpenCommand, world: World): Result<SiteDraft> {
  const asked = ask(state, command, world);
  if (!asked.ok) return asked;
  const { run, mode, follows, found, runbook } = asked.value;
  const inputs = JSON.parse(fromUtf8(command.inputs.bytes) ?? '{}') as Record<string, InputValue>;
  const allowed = all(
    mayLead(state, found, command.person),
    fitsPlan(state, asked.value),
    unless(mode === 'live' && !state.roster.solo && !state.roster.vouched, fail('XCK_UNVOUCHED', {})),
    unless(mode === 'live' && !state.roster.solo && state.roster.due, fail('XCK_EPOCH', {})),
    heldBack(state, found.runbook, run),
    follows === null ? yes : mayFollowUp(world, mode, follows),
    unlocked(world, asked.value, inputs),
    mode === 'live' ? inItsWindow(runbook, world.now) : yes,
    peopled(world, { run, runbook: found.runbook, mode, lead: command.person, inputs }),
  );
  if (!allowed.ok) return allowed;
  const rehearsed = rehearsedBy(world, asked.value);
  if (!rehearsed.ok) return rehearsed;
  const holds = state.holds.head;
  const fields = {
    mode,
    rules: 1,
    runbook: found.runbook,
    approved: found.approved,
    solo: state.roster.solo,
    roster: state.roster.ref,
    ...(holds === null ? {} : { holds }),
    ...(follows === null ? {} : { follows: follows.close }),
    ...(rehearsed.value === null ? {} : { rehearsed: rehearsed.value.ref }),
  };
  const all_bodies = { ...bodies(command), inputs: command.inputs };
  return ok({ run, draft: { type: 'run.opened', actor: command.person, fields, bodies: all_bodies } as Draft });
}

function ask(state: SiteState, command: OpenCommand, world: World): Result<Asked> {
  const signed: { content?: Content } = {};
  const inputs = bodyDigest(command.inputs);
  const lines = stated(state.origin, 'open', command, (content, { about, run, mode }) => {
    signed.content = content;
    const follows = followsOf(content['follows']) ?? null;
    return { about, run, mode: mode === 'rehearsal' ? 'rehearsal' : 'live', content: { follows, inputs, run } };
  });
  if (!lines.ok) return lines;
  const { run, mode, about } = lines.value;
  const found = [...state.runbooks.values()].find((one) => one.approved === about);
  const runbook = found && world.runbookOf(found.runbook);
  if (!found?.approved || !runbook) return fail('XCK_UNKNOWN', { what: 'approved runbook', name: about });
  if (!RUN.test(run) || world.knownRun(run))
    return fail('XCK_EXISTS', { what: 'That run id', how: 'taken, or no ULID' });
  const follows = followsOf(signed.content?.['follows']) ?? null;
  return ok({
    run,
    mode: mode as Asked['mode'],
    follows,
    found: { ...found, approved: found.approved },
    runbook,
  });
}

function mayLead({ roster }: SiteState, { leads }: Registered, person: string): Check {
  const roles = personOf(roster, person)?.roles ?? [];
  const may = leads.some((role) => roles.includes(role));
  return unless(!may, fail('XCK_ROLE', { seat: 'lead', roles: leads.join(' or ') }));
}

/** A plan becomes the run that was planned, and no other. */
function fitsPlan({ plans }: SiteState, { run, mode, found }: Asked): Check {
  const plan = plans.get(run);
  const fits = plan === undefined || (plan.mode === mode && plan.runbook === found.runbook);
  return unless(!fits, fail('XCK_STATEMENT', { act: 'open', why: 'its plan is for another runbook or mode' }));
}

function heldBack({ holds }: SiteState, runbook: string, plan: string): Check {
  const [hold] = holdsAgainst(holds, runbook, plan);
  return unless(hold !== undefined, fail('XCK_HOLD_ON', { what: hold?.plan == null ? 'runbook' : 'plan' }));
}

/** The way back or forward for a defect found after the close: only while an undo window of that run is open. */
function mayFollowUp(world: World, mode: Asked['mode'], follows: Follows): Check {
  const close = world.closeOf(follows.close);
  if (!close) return fail('XCK_UNKNOWN', { what: 'closed run', name: follows.close });
  const running = Object.values(close.clocks).some(({ passed, ends }) => !passed && world.now < ends);
  const no = (why: string) => fail('XCK_NOT_NOW', { what: 'a follow-up', why });
  return all(
    unless(mode !== 'live' || close.mode !== 'live', no('it is a live run that follows a live run')),
    unless(!running, no('no undo window of the run that it follows is open any more')),
  );
}

function unlocked(world: World, { runbook, mode }: Asked, inputs: Readonly<Record<string, InputValue>>): Check {
  const locks = locksOf(runbook, inputs, mode);
  if (!locks.ok) return locks;
  const held = locks.value.flatMap((lock) => {
    const run = world.holderOf(lock, mode);
    return run === undefined ? [] : [fail('XCK_LOCKED', { lock, run })];
  });
  return held[0] ?? yes;
}

/** The preflight: the quorum of every step can be filled, and an agent serves every target. */
function peopled(world: World, asking: Asking): Check {
  const why = world.stops(asking);
  return why === null ? yes : fail('XCK_PREFLIGHT', { why: why.replace(/\.$/, '') });
}

/** Checks that a live run may begin now; an unknown time zone is a closed window. */
export function inItsWindow({ window }: Runbook, now: number): Check {
  if (window === null) return yes;
  const open = inWindow(window, now);
  const { days, from, to, timezone } = window;
  const why = `it is open ${days.join(', ')} from ${from} to ${to}, ${timezone}`;
  return open.ok ? unless(!open.value, fail('XCK_WINDOW', { why })) : open;
}

/** The rehearsal that a live run rests on: the one that a follow-up names, else the newest of this very digest where the runbook asks for one. */
function rehearsedBy(world: World, { mode, follows, found, runbook }: Asked): Result<Close | null> {
  const no = (why: string) => fail('XCK_REHEARSAL', { why });
  const required = mode === 'live' && runbook.rehearsal?.required === true;
  const named = follows?.rehearsal ?? null;
  if (named === null && !required) return ok(null);
  const close = named === null ? world.rehearsal(found.runbook) : world.closeOf(named);
  if (!close || close.runbook !== found.runbook || close.mode !== 'rehearsal' || close.result !== 'done')
    return no('no rehearsal of exactly this folder was completed');
  const most = runbook.rehearsal?.max_age_ms ?? null;
  if (required && most !== null && world.now - close.at > most) return no('it is older than the runbook allows');
  return ok(close);
}
