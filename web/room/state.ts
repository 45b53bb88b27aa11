/** A run as the page holds it: the verified fold, who is here, the output, the way to sign and to ask. One per open run. */

import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { statementText, statementTime } from '../../core/approval/statement.ts';
import { fromBase64 } from '../../core/bytes/encoding.ts';
import type { Act, Lines } from '../../core/log/acts.ts';
import type { Accepted, CommandText, Presence, RunDocument, ServerFrame } from '../../core/protocol/frames.ts';
import { seatOf } from '../../core/run/context.ts';
import type { Signing } from '../../core/run/lines.ts';
import { contextOf } from '../../core/run/state.ts';
import { type Answer, type Problem, problem } from '../api.ts';
import type { App } from '../app.ts';
import { continues, type LogTrust, treeLine } from '../keys/trees.ts';
import { CLIENT } from '../version.ts';
import { type Connection, connect, type Link } from './connection.ts';
import { extend, type Folded, openFold, reveal } from './fold.ts';
import type { OutputText } from './output.ts';
import { outputsOf } from './outputs.ts';
import { type Story, tell } from './story.ts';

export interface Receipt {
  readonly act: string;
  readonly at: number;
  readonly text: string;
}

export interface Room {
  readonly run: string;
  readonly folded: ReadonlySignal<Folded | null>;
  readonly story: ReadonlySignal<Story | null>;
  /** Why there is nothing to show, or why nothing may be signed although there is. */
  readonly problem: ReadonlySignal<Problem | null>;
  readonly link: ReadonlySignal<Link>;
  readonly presence: ReadonlySignal<readonly Presence[]>;
  readonly receipts: ReadonlySignal<readonly Receipt[]>;
  /** What the last action was answered, by the place that asked. */
  readonly answers: ReadonlySignal<Readonly<Record<string, Problem>>>;
  readonly busy: ReadonlySignal<string | null>;
  readonly name: (person: string) => string;
  /** My seat, if I hold one. */
  readonly seat: () => string | null;
  readonly output: (step: string, attempt: number) => ReadonlySignal<OutputText>;
  readonly reading: (step: string, answered: number, of: number) => void;
  /** What I add to a statement over the tree that is verified now. */
  readonly signing: (at: number) => Signing | null;
  /** Why I cannot sign here; null when I can. */
  readonly unsignable: () => Problem | null;
  /** Checks that the tree verified now continues the newest one known here; a fork stops all signing. */
  readonly pin: () => Promise<void>;
  readonly ask: (place: string, command: CommandText) => Promise<boolean>;
  /** Signs exactly `lines` and sends the command; the place shows the refusal, if there is one. */
  readonly sign: <A extends Act>(
    place: string,
    act: A & ('confirm' | 'refuse' | 'key' | 'lift' | 'close'),
    lines: Lines<A>,
  ) => Promise<boolean>;
  readonly close: () => void;
}

const NO_ED25519 = problem(
  'XCK_LOG',
  'This browser cannot check the log’s Ed25519 signatures, so nothing can be signed here.',
  'Use a browser that can, or sign with the command line.',
);

export function openRoom(app: App, run: string, trust: LogTrust | null): Room {
  const doc = signal<RunDocument | null>(null);
  const names = signal<Readonly<Record<string, string>>>({});
  const folded = signal<Folded | null>(null);
  const trouble = signal<Problem | null>(trust ? null : NO_ED25519.problem);
  const presence = signal<readonly Presence[]>([]);
  const receipts = signal<readonly Receipt[]>([]);
  const answers = signal<Readonly<Record<string, Problem>>>({});
  const busy = signal<string | null>(null);
  const link = signal<Link>({ kind: 'connecting' });
  const story = computed(() => (folded.value ? tell(folded.value.state, folded.value.entries) : null));
  const outputs = outputsOf(app, run);
  let connection: Connection | undefined;
  let closed = false;
  let welcomed = false;
  let queue: Promise<void> = Promise.resolve();

  /** Frames are taken one after another: each is verified over what the one before it left. */
  const inTurn = (work: () => Promise<void>) => {
    queue = queue.then(work, work);
  };
  const take = (next: Answer<Folded>) => {
    if (next.ok) folded.value = next.value;
    else trouble.value = next.problem;
  };
  const frame = (received: ServerFrame) => {
    switch (received.type) {
      case 'welcome':
        app.sync(received.now);
        if (welcomed) inTurn(catchUp);
        welcomed = true;
        return;
      case 'clock':
        app.sync(received.now);
        return;
      case 'presence':
        presence.value = received.people;
        return;
      case 'output':
        outputs.take(received.step, received.attempt, received.offset, fromBase64(received.bytes) ?? new Uint8Array(0));
        return;
      case 'entries':
        inTurn(async () => {
          names.value = { ...names.value, ...received.names };
          if (folded.value) take(await extend(folded.value, run, received.slice, trust));
        });
        return;
      case 'bodies':
        inTurn(async () => {
          if (folded.value && doc.value) take(reveal(folded.value, doc.value, received.bodies));
        });
    }
  };

  /** Bodies that became visible while the socket was away are sent by nobody; they are asked for. */
  async function catchUp(): Promise<void> {
    const got = await app.api.get<RunDocument>(`/api/runs/${encodeURIComponent(run)}`);
    if (got.ok && folded.value && doc.value) take(reveal(folded.value, doc.value, got.value.slice.bodies));
  }

  async function load(): Promise<void> {
    const got = await app.api.get<RunDocument>(`/api/runs/${encodeURIComponent(run)}`);
    if (closed) return;
    if (!got.ok) {
      trouble.value = got.problem;
      return;
    }
    const me = app.me.value;
    const opened = await openFold(got.value, me?.origin ?? '', trust);
    batch(() => {
      doc.value = got.value;
      names.value = got.value.names;
      take(opened);
    });
    if (!opened.ok || closed) return;
    connection = connect(app.deps, app.api, {
      run,
      after: () => folded.value?.entries.at(-1)?.entry.rseq ?? -1,
      frame,
      signedOut: () => void app.refresh(),
    });
    connection.link.subscribe((now) => {
      link.value = now;
    });
  }
  void load();

  const say = (place: string, found: Problem | null) => {
    const { [place]: _, ...others } = answers.value;
    answers.value = found ? { ...others, [place]: found } : others;
  };
  async function send(place: string, command: CommandText): Promise<Answer<Accepted>> {
    const answer = await app.api.command(command);
    say(place, answer.ok ? null : answer.problem);
    return answer;
  }
  async function guarded(place: string, work: () => Promise<boolean>): Promise<boolean> {
    if (busy.value !== null) return false;
    busy.value = place;
    say(place, null);
    try {
      return await work();
    } catch (error) {
      say(place, problem('XCK_PAGE', `This page failed: ${String(error)}.`, 'Nothing was sent.').problem);
      return false;
    } finally {
      busy.value = null;
    }
  }
  async function pin(): Promise<void> {
    const tree = folded.value?.tree;
    const same = tree && (await continues(app.deps.storage, app.api, tree));
    if (same && !same.ok && same.problem.code === 'XCK_LOG') trouble.value = same.problem;
    else if (same && !same.ok) throw new Error(same.problem.sentence);
  }
  const unsignable = (): Problem | null =>
    trouble.value ?? (folded.value?.tree ? app.unsignable() : NO_ED25519.problem);

  return {
    run,
    folded,
    story,
    problem: trouble,
    link,
    presence,
    receipts,
    answers,
    busy,
    name: (person) => names.value[person] ?? person,
    seat: () => {
      const [me, now] = [app.me.value, folded.value];
      return (me && now && seatOf(contextOf(now.state), me.person)) ?? null;
    },
    output: outputs.of,
    reading: (step, answered, of) => connection?.send({ type: 'reading', step, answered, of }),
    signing(at) {
      const [me, now] = [app.me.value, folded.value];
      if (!me || !now?.tree) return null;
      return { signer: me.person, tree: treeLine(now.tree), client: CLIENT, signedAt: statementTime(at) };
    },
    unsignable,
    pin,
    ask: (place, command) => guarded(place, async () => (await send(place, command)).ok),
    sign: (place, act, lines) =>
      guarded(place, async () => {
        const stop = unsignable();
        const tree = folded.value?.tree;
        if (stop || !tree) {
          say(place, stop ?? NO_ED25519.problem);
          return false;
        }
        await pin();
        if (trouble.value) {
          say(place, trouble.value);
          return false;
        }
        const text = statementText(act as Act, lines as never);
        const signature = await app.signer(act, text);
        const answer = await send(place, { type: act, run, statement: text, signature });
        if (answer.ok && answer.value.receipt)
          receipts.value = [...receipts.value, { act, at: app.clock.value, text: answer.value.receipt }];
        return answer.ok;
      }),
    close() {
      closed = true;
      connection?.close();
    },
  };
}
