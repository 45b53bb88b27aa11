/** A run as the page holds it: the verified fold, who is here, the output, the way to sign and to ask. One per open run. */

import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { fromBase64 } from '../../core/bytes/encoding.ts';
import type { Sealed } from '../../core/log/entry.ts';
import type { Entry } from '../../core/log/tables.ts';
import type { Presence, RunDocument, ServerFrame } from '../../core/protocol/frames.ts';
import { seatOf } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Answer, Problem } from '../api.ts';
import type { App } from '../app.ts';
import type { LogTrust } from '../keys/trees.ts';
import { type Acts, actsOf, NO_ED25519 } from './acts.ts';
import { type Connection, connect, type Link } from './connection.ts';
import { extend, type Folded, openFold, readAfter, reveal } from './fold.ts';
import type { OutputText } from './output.ts';
import { outputsOf } from './outputs.ts';
import { type Story, tell } from './story.ts';

export interface Room extends Acts {
  readonly run: string;
  readonly doc: ReadonlySignal<RunDocument | null>;
  readonly folded: ReadonlySignal<Folded | null>;
  readonly story: ReadonlySignal<Story | null>;
  /** What came after the close, oldest first. */
  readonly after: ReadonlySignal<readonly Sealed<Entry>[]>;
  /** Why there is nothing to show, or why nothing may be signed although there is. */
  readonly problem: ReadonlySignal<Problem | null>;
  readonly link: ReadonlySignal<Link>;
  readonly presence: ReadonlySignal<readonly Presence[]>;
  /** What the newest abort of a step was answered; never assumed. */
  readonly abortAnswers: ReadonlySignal<Readonly<Record<string, string>>>;
  readonly name: (person: string) => string;
  /** Names of the people that this run knows, by principal. */
  readonly names: ReadonlySignal<Readonly<Record<string, string>>>;
  /** My seat, if I hold one. */
  readonly seat: () => string | null;
  /** Output of one start; `item` is '' where the step has no waves. */
  readonly output: (step: string, attempt: number, item: string) => ReadonlySignal<OutputText>;
  readonly reading: (step: string, answered: number, of: number) => void;
  /** Asks again for what comes after the close, which no socket brings. */
  readonly reload: () => Promise<void>;
  readonly close: () => void;
}

export function openRoom(app: App, run: string, trust: LogTrust | null): Room {
  const doc = signal<RunDocument | null>(null);
  const names = signal<Readonly<Record<string, string>>>({});
  const folded = signal<Folded | null>(null);
  const trouble = signal<Problem | null>(trust ? null : NO_ED25519);
  const presence = signal<readonly Presence[]>([]);
  const after = signal<readonly Sealed<Entry>[]>([]);
  const abortAnswers = signal<Readonly<Record<string, string>>>({});
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
        outputs.take(received, received.offset, fromBase64(received.bytes) ?? new Uint8Array(0));
        return;
      case 'aborted':
        abortAnswers.value = { ...abortAnswers.value, [received.step]: received.answer };
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
    if (!got.ok || !folded.value || !doc.value) return;
    names.value = { ...names.value, ...got.value.names };
    takeAfter(got.value);
    take(reveal(folded.value, doc.value, got.value.slice.bodies));
  }
  const takeAfter = (from: RunDocument) => {
    const read = readAfter(from);
    if (read.ok) after.value = read.value;
    else trouble.value = read.problem;
  };

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
      takeAfter(got.value);
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

  const acts = actsOf(app, { run, folded, trouble });
  return {
    ...acts,
    run,
    doc,
    folded,
    story,
    after,
    problem: trouble,
    link,
    presence,
    abortAnswers,
    names,
    name: (person) => names.value[person] ?? person,
    seat: () => {
      const [me, now] = [app.me.value, folded.value];
      return (me && now && seatOf(contextOf(now.state), me.person)) ?? null;
    },
    output: outputs.of,
    reading: (step, answered, of) => connection?.send({ type: 'reading', step, answered, of }),
    reload: async () => {
      inTurn(catchUp);
      await queue;
    },
    close() {
      closed = true;
      connection?.close();
    },
  };
}
