/** What a person does in a room: asks, and signs exactly the lines that were shown. It signs nothing over a log that has forked. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { statementText, statementTime } from '../../core/approval/statement.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import type { Act, CollectedAct, Lines } from '../../core/log/acts.ts';
import type { Accepted, CommandText } from '../../core/protocol/frames.ts';
import { runActLines, type Signing } from '../../core/run/lines.ts';
import { type Answer, type Problem, unexpected } from '../api.ts';
import type { App } from '../app.ts';
import { sent } from '../keys/site.ts';
import { continues, treeLine } from '../keys/trees.ts';
import { CLIENT } from '../version.ts';
import type { Folded } from './fold.ts';

export interface Receipt {
  readonly act: string;
  readonly at: number;
  readonly text: string;
}

type Answered = 'confirm' | 'refuse' | 'key' | 'attest';

export interface Acts {
  readonly receipts: ReadonlySignal<readonly Receipt[]>;
  /** What the last action was answered, by the place that asked. */
  readonly answers: ReadonlySignal<Readonly<Record<string, Problem>>>;
  readonly busy: ReadonlySignal<string | null>;
  /** What I add to a statement over the tree that is verified now. */
  readonly signing: (at: number) => Signing | null;
  /** Why I cannot sign here; null when I can. */
  readonly unsignable: () => Problem | null;
  /** Checks that the tree verified now continues the newest one known here; a fork stops all signing. */
  readonly pin: () => Promise<void>;
  readonly ask: (place: string, command: CommandText) => Promise<boolean>;
  /** Signs exactly `lines` and sends the command; the place shows the refusal, if there is one. */
  readonly sign: <A extends Act>(place: string, act: A & Answered, lines: Lines<A>) => Promise<boolean>;
  /** Signs an act that several sign, about one entry, with this content. */
  readonly collect: (place: string, act: CollectedAct, about: string, content: unknown) => Promise<boolean>;
  /** Signs the word of whoever did a manual step. */
  readonly attest: (place: string, about: string, content: unknown) => Promise<boolean>;
}

export const NO_ED25519: Problem = {
  code: 'XCK_LOG',
  sentence: 'This browser cannot check the log’s Ed25519 signatures, so nothing can be signed here.',
  hint: 'Use a browser that can, or sign with the command line.',
};

interface Of {
  readonly run: string;
  readonly folded: ReadonlySignal<Folded | null>;
  readonly trouble: Signal<Problem | null>;
}

export function actsOf(app: App, { run, folded, trouble }: Of): Acts {
  const receipts = signal<readonly Receipt[]>([]);
  const answers = signal<Readonly<Record<string, Problem>>>({});
  const busy = signal<string | null>(null);

  const say = (place: string, found: Problem | null) => {
    const { [place]: _, ...others } = answers.value;
    answers.value = found ? { ...others, [place]: found } : others;
  };
  async function send(place: string, command: CommandText): Promise<Answer<Accepted>> {
    const answer = await ('signature' in command ? sent(app, command) : app.api.command(command));
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
      say(place, unexpected(error).problem);
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
  const unsignable = (): Problem | null => trouble.value ?? (folded.value?.tree ? app.unsignable() : NO_ED25519);
  const signing = (at: number): Signing | null => {
    const [me, now] = [app.me.value, folded.value];
    if (!me || !now?.tree) return null;
    return { signer: me.person, tree: treeLine(now.tree), client: CLIENT, signedAt: statementTime(at) };
  };
  /** The statement is made first; then the log is compared with what this browser knows, and only then is it signed. */
  const signed = (place: string, act: Act, text: () => string | null, more: object) =>
    guarded(place, async () => {
      const statement = text();
      const stop = unsignable();
      if (stop || statement === null) {
        say(place, stop ?? NO_ED25519);
        return false;
      }
      await pin();
      if (trouble.value) {
        say(place, trouble.value);
        return false;
      }
      const made = await app.signer(act, statement);
      if (!made.ok) {
        say(place, made.problem);
        return false;
      }
      const signature = made.value;
      const answer = await send(place, { type: act, run, statement, signature, ...more } as CommandText);
      if (answer.ok && answer.value.receipt)
        receipts.value = [...receipts.value, { act, at: app.clock.value, text: answer.value.receipt }];
      return answer.ok;
    });
  const about = (act: CollectedAct | 'attest', entry: string, content: unknown) => (): string | null => {
    const [state, who] = [folded.value?.state, signing(app.clock.value)];
    return state && who ? statementText(act, runActLines(state, act, who, entry, content) as never) : null;
  };

  return {
    receipts,
    answers,
    busy,
    signing,
    unsignable,
    pin,
    ask: (place, command) => guarded(place, async () => (await send(place, command)).ok),
    sign: (place, act, lines) => signed(place, act, () => statementText(act as Act, lines as never), {}),
    collect: (place, act, entry, content) => signed(place, act, about(act, entry, content), { content: jcs(content) }),
    attest: (place, entry, content) => signed(place, 'attest', about('attest', entry, content), {}),
  };
}
