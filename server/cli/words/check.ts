/** `step check`: a reviewer's whole cross-check at a terminal. It proves, shows and asks before it signs, and stays until the start or the void. */
import { challengesOf } from '../../../core/approval/challenge.ts';
import { statementText } from '../../../core/approval/statement.ts';
import { utc } from '../../../core/release/words.ts';
import { armingOf, type EventOf } from '../../../core/run/context.ts';
import { confirmLines } from '../../../core/run/lines.ts';
import { allowed } from '../../../core/run/rules.ts';
import { contextOf, factsOf } from '../../../core/run/state.ts';
import type { Step } from '../../../core/runbook/runbook.ts';
import { argument, type Cli, type Given } from '../args.ts';
import { proveArmed } from '../armed.ts';
import { type Client, connect, send, signed, signingOver } from '../client.ts';
import { deny, EXIT, type Exit, must, Stop } from '../exits.ts';
import { openRoom, type Room } from '../room-client.ts';
import { seatedAs } from '../run-client.ts';
import { modeText } from '../show.ts';
import { armedRendering, eyesSentence, stepText } from '../step-text.ts';
import { clean } from '../terminal.ts';
import { type Settled, startOrVoid, voided } from './start.ts';
import { armedStep, sendRefusal } from './step.ts';

type Answers = Record<string, string>;

/** One reviewer at one arming; `over` ends every question when the arming does. */
interface Checking {
  readonly cli: Cli;
  readonly client: Client;
  readonly room: Room;
  readonly step: Step;
  readonly ref: string;
  readonly seat: string;
  readonly role: string;
  readonly over: AbortSignal;
}

export async function check(cli: Cli, given: Given): Promise<Exit> {
  cli.terminal.demandPerson('step check');
  const client = connect(cli, given);
  const room = await openRoom(client, argument(given, 0), {
    link: (connected) => cli.terminal.say(connected ? 'Connected again.' : 'The connection is lost; reconnecting.'),
  });
  const ending = new AbortController();
  try {
    const { step, ref } = armedStep(room.folded.state, undefined);
    const ended = room.until((folded) => startOrVoid(folded, ref));
    ended.then(
      (how) =>
        ending.abort(
          how.type === 'step.voided' ? voided(how) : new Stop(EXIT.failed, 'The step has started without you.'),
        ),
      (why: unknown) => ending.abort(why),
    );
    const checking = { cli, client, room, step, ref, ...seatedAs(room.folded, client.person), over: ending.signal };
    mayConfirm(checking);
    await proveArmed(room.run, room.folded, step.id);
    showStep(checking);
    const answers = await askChallenges(checking);
    if (!(await decide(checking, answers))) return EXIT.refused;
    return await stay(cli, ended);
  } finally {
    room.close();
  }
}

/** A person whose confirmation could not count is told so before any question. */
function mayConfirm({ client, room, step, ref, seat, role }: Checking): void {
  const context = contextOf(room.folded.state);
  const { attempt = 0 } = armingOf(context, step.id) ?? {};
  if (step.eyes === 2)
    deny('XCK_NOT_NOW', { what: 'A confirmation', why: 'this step is not critical; the lead starts it' });
  const event = {
    type: 'step.confirmed',
    actor: client.person,
    step: step.id,
    attempt,
    armed: ref,
    seat,
    role,
    ref: '',
  };
  must(allowed(context, event as unknown as EventOf<'step.confirmed'>));
}

function showStep({ cli: { terminal }, room, step, seat }: Checking): void {
  const { say } = terminal;
  const { state } = room.folded;
  const arming = armingOf(contextOf(state), step.id);
  const rendered = armedRendering(state, step.id);
  if (!arming || !rendered) return;
  say('');
  terminal.stress(eyesSentence(state.facts, step, arming.confirmations.length));
  say(
    `${modeText(state.facts)} run ${state.facts.run}, step ${step.id}, attempt ${arming.attempt}, armed until ${utc(arming.notAfter)}`,
  );
  for (const line of stepText(step, rendered, factsOf(state, step.id)?.values ?? {}, arming.agent)) say(line);
  const hints = challengesOf(rendered.action, seat).flatMap(({ hint }) => (hint === null ? [] : [`  ${clean(hint)}`]));
  if (hints.length > 0) say('Check it yourself, from a session of your own');
  for (const hint of hints) say(hint);
  say('');
}

async function askChallenges({ cli: { terminal }, room, step, seat, over }: Checking): Promise<Answers> {
  const asked = challengesOf(factsOf(room.folded.state, step.id)?.action ?? { challenge: [] }, seat);
  const answers: Answers = {};
  for (const [index, { id, ask }] of asked.entries()) {
    room.send({ type: 'reading', step: step.id, answered: index, of: asked.length });
    while (!answers[id]) answers[id] = await terminal.ask(clean(ask), over);
  }
  room.send({ type: 'reading', step: step.id, answered: asked.length, of: asked.length });
  return answers;
}

/** Shows the final statement and takes the word: true when confirmed, false when refused. Nothing else ends it. */
async function decide({ cli, client, room, step, seat, role, over }: Checking, answers: Answers): Promise<boolean> {
  const { terminal } = cli;
  const { state, tree } = room.folded;
  const lines = must(confirmLines(state, step.id, { ...(await signingOver(client, tree)), seat, role }, answers));
  terminal.say('');
  terminal.say(statementText('confirm', lines));
  for (;;) {
    const word = await terminal.ask('Type confirm to sign this statement, or refuse and your reason.', over);
    const reason = /^refuse\s+(\S.*)$/.exec(word)?.[1];
    if (reason !== undefined) {
      await sendRefusal(client, room.folded, step.id, reason);
      terminal.say('Refused; this arming is void and cannot be asked again.');
      return false;
    }
    if (word === 'confirm') break;
    terminal.say(
      word === 'refuse' ? 'A refusal needs its reason: refuse the row count has doubled' : 'Nothing was signed.',
    );
  }
  const { entries } = await send(client, {
    type: 'confirm',
    run: state.facts.run,
    ...(await signed(client, 'confirm', lines)),
  });
  terminal.say(
    `Confirmed; your receipt for entry ${entries[0]?.seq} is in ${client.files.directory}. Stay until the start: leaving voids it.`,
  );
  return true;
}

/** Present until the command has started or the arming is void. */
async function stay({ terminal }: Cli, ended: Promise<Settled>): Promise<Exit> {
  const how = await ended;
  if (how.type === 'step.voided') throw voided(how);
  terminal.say('Started. You may leave, or stay with: crosscheck run watch');
  return EXIT.ok;
}
