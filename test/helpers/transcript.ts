/** Plays a story: every line through the command line's own code, against a real server and agent, and the output compared. For tests. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runLine } from '../../server/cli/line.ts';
import { type Act, matched, named, readScript, wordsOf } from './script.ts';
import { ROOT } from './server.ts';
import type { Stage } from './stage.ts';

const PATIENCE_MS = 90_000;
const HOURS_MS = 3_600_000;
/** Characters of what was printed that a failure shows. */
const SHOWN = 4000;

/** A terminal with a person at both ends: what is printed is kept, what is typed is read. */
class Session {
  readonly #stdin = Object.assign(new PassThrough(), { isTTY: true as const });
  printed = '';
  status: number | undefined;
  #seen = 0;
  #asked = 0;
  #wake = () => {};

  constructor(run: (streams: { stdin: PassThrough; print: (text: string) => void }) => Promise<number | null>) {
    const print = (text: string) => {
      this.printed += text;
      this.#wake();
    };
    void run({ stdin: this.#stdin, print }).then((status) => {
      this.status = status ?? -1;
      this.#wake();
    });
  }

  /** Resolves with the first answer; null when it does not come before the command ends or asks, or in time. */
  async until<T>(look: () => T | null): Promise<T | null> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const asks = this.printed.endsWith('\n> ') && this.printed.length > this.#asked;
      const over = this.status !== undefined || asks || performance.now() > end;
      const answer = look();
      if (answer !== null || over) return answer;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The first line after those seen before that is one; it and all before it count as seen. */
  see<T>(is: (line: string) => T | null): Promise<T | null> {
    return this.until(() => {
      let at = this.#seen;
      for (const [line] of this.printed.slice(this.#seen).matchAll(this.status === undefined ? /.*\n/g : /.*\n|.+$/g)) {
        at += line.length;
        const answer = is(line);
        if (answer === null) continue;
        this.#seen = at;
        return answer;
      }
      return null;
    });
  }

  /** Types a line as soon as there is a question. */
  async type(line: string): Promise<boolean> {
    const asked = await this.until(() => {
      const at = this.printed.indexOf('\n> ', this.#asked);
      return at === -1 ? null : at + 3;
    });
    if (asked === null) return false;
    this.#asked = asked;
    // As the terminal shows what is typed.
    this.printed += `${line}\n`;
    this.#stdin.write(`${line}\n`);
    return true;
  }
}

export interface Told {
  pass(what: string): void;
}

export class Transcript {
  readonly #stage: Stage;
  readonly #t: Told;
  #names: Record<string, string>;
  readonly #staying = new Map<string, Session>();

  /** `names` are words that the script may use beside the places of the stage. */
  constructor(t: Told, stage: Stage, names: Readonly<Record<string, string>> = {}) {
    this.#t = t;
    this.#stage = stage;
    this.#names = { ...stage.places, ...names };
  }

  /** Plays a file of test/transcripts. */
  play(file: string): Promise<void> {
    return this.tell(readFileSync(join(ROOT, 'test', 'transcripts', file), 'utf8'), file);
  }

  /** Plays a text; throws at the first line that goes otherwise, with what was printed. */
  async tell(text: string, title: string): Promise<void> {
    await this.#tell(text, title).catch((error: unknown) => {
      // Whoever still stays would keep this process alive for ever.
      if (this.#staying.size > 0) setTimeout(() => process.exit(1), 3000).unref();
      throw error;
    });
    if (this.#staying.size > 0) throw new Error(`still there at the end: ${[...this.#staying.keys()].join()}`);
  }

  async #tell(text: string, title: string): Promise<void> {
    for (const act of readScript(text)) {
      const words = named(act.words, this.#names);
      if (act.who === 'machine') await this.#machine(words);
      else await this.#act(act, words);
      this.#t.pass(`${title}:${act.line} ${act.who} ${act.manner} ${words}`.trimEnd());
    }
  }

  async #machine(words: string): Promise<void> {
    const hours = /^(\d+) hours pass$/.exec(words)?.[1];
    if (hours !== undefined) return this.#stage.pass(Number(hours) * HOURS_MS);
    if (words === 'kill -9 of server and agent') return this.#stage.kill();
    if (words === 'server and agent start') return this.#stage.start();
    if (words === 'the command runs') return this.#stage.commandRuns();
    throw new Error(`the machine does not know: ${words}`);
  }

  async #act(act: Act, words: string): Promise<void> {
    const watched = /^run watch (\S+)$/.exec(words)?.[1];
    if (act.manner === 'stays' && watched !== undefined) return this.#stage.watch(act.who, watched);
    if (act.manner === 'waits') return this.#waits(act, words);
    const session = act.manner === 'ends' ? this.#staying.get(act.who) : this.#begin(act, words);
    if (!session) throw new Error(`line ${act.line}: ${act.who} has not stayed`);
    const wrong = await this.#follows(session, act);
    if (act.manner === 'stays') this.#staying.set(act.who, session);
    if (act.manner === 'ends') this.#staying.delete(act.who);
    if (wrong !== undefined) throw new Error(`line ${act.line}: ${wrong}\n${session.printed.slice(-SHOWN)}`);
  }

  /** A word that may come too early is said again; each time the whole of what is expected must come. */
  async #waits(act: Act, words: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const session = this.#begin(act, words);
      const wrong = await this.#follows(session, act);
      if (wrong === undefined) return;
      if (performance.now() > end)
        throw new Error(`line ${act.line}: ${wrong}, for long\n${session.printed.slice(-SHOWN)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Goes through the cues and, unless it stays, to the end; returns what is not as it should be. */
  async #follows(session: Session, { cues, exit, manner }: Act): Promise<string | undefined> {
    for (const cue of cues) {
      const text = cue.kind === 'type' ? named(cue.text, this.#names) : cue.text;
      const done = cue.kind === 'type' ? await session.type(text) : await this.#sees(session, text);
      if (!done) return cue.kind === 'type' ? `nothing asked for “${text}”` : `“${text}” was never printed`;
    }
    if (manner === 'stays') return undefined;
    const status = await session.until(() => session.status ?? null);
    return status === exit ? undefined : `it ended with ${status ?? 'nothing'}, not ${exit}`;
  }

  async #sees(session: Session, expected: string): Promise<boolean> {
    const fresh = await session.see((line) => matched(expected, line, this.#names));
    if (fresh) this.#names = { ...this.#names, ...fresh };
    return fresh !== null;
  }

  #begin({ who, manner }: Act, words: string): Session {
    const env = this.#stage.env(who);
    return manner === 'shell' ? this.#shell(env, words) : this.#word(env, words);
  }

  #word(env: NodeJS.ProcessEnv, words: string): Session {
    return new Session(({ stdin, print }) => {
      const screen = () =>
        Object.assign(
          new PassThrough().on('data', (data) => print(String(data))),
          { isTTY: true },
        );
      // Folders are given by where they stand.
      const here = words.replaceAll(/(?<=\s)runbooks\//g, `${this.#stage.places.repository}/runbooks/`);
      return runLine(wordsOf(here), {
        ...{ stdin: stdin as PassThrough & { isTTY: true }, stdout: screen(), stderr: screen() },
        env,
        root: ROOT,
        now: this.#stage.now,
        random: (length) => randomBytes(length),
      });
    });
  }

  #shell(env: NodeJS.ProcessEnv, command: string): Session {
    return new Session(
      ({ print }) =>
        new Promise((resolve) => {
          const child = spawn('/bin/sh', ['-euc', command], {
            cwd: this.#stage.places.repository,
            env,
            stdio: ['ignore', 'pipe', 'pipe'],
          });
          for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => print(String(data)));
          child.on('close', resolve);
        }),
    );
  }
}
