/** A command in a real terminal (a pty of its own, made by script(1)): what it prints is waited for, what a person types is typed. For tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export class Pty {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  /** Everything printed so far. */
  printed = '';
  #seen = 0;
  #wake = () => {};

  constructor(argv: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn('script', ['-qefc', argv.map(quote).join(' '), '/dev/null'], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#exited = once(this.#child, 'exit');
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.printed += chunk.toString();
      this.#wake();
    });
    this.#child.on('exit', () => this.#wake());
  }

  /** Waits for a pattern in what was printed since the last one that was waited for. */
  async expect(pattern: RegExp): Promise<void> {
    const end = performance.now() + 60_000;
    for (;;) {
      const found = pattern.exec(this.printed.slice(this.#seen));
      if (found) {
        this.#seen += found.index + found[0].length;
        return;
      }
      const over = this.#child.exitCode !== null || performance.now() > end;
      if (over) throw new Error(`${pattern} was never printed; there is:\n${this.printed}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  type(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  async exit(): Promise<number | null> {
    await this.#exited;
    return this.#child.exitCode;
  }

  kill(): void {
    this.#child.kill('SIGHUP');
  }
}
