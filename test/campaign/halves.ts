/** Work in two processes, each with bounded memory: what needs more ends the campaign. A process's script answers with what `work` made of its part. */
import { fork } from 'node:child_process';

/** Heap of one process. */
const MEGABYTES = 512;

/** Runs a script once per part, side by side; rejects where one of them throws or runs out of memory. */
export function sideBySide<Part, Made>(
  script: string,
  parts: readonly Part[],
  options: readonly string[] = [],
): Promise<Made[]> {
  const execArgv = ['--enable-source-maps', `--max-old-space-size=${MEGABYTES}`, ...options];
  const made = (part: Part): Promise<Made> =>
    new Promise((resolve, reject) => {
      const child = fork(script, [JSON.stringify(part)], { execArgv });
      child.once('message', (message) => resolve(message as Made)).once('error', reject);
      child.once('exit', (code) => reject(new Error(`a process ended with ${code} before it answered`)));
    });
  return Promise.all(parts.map(made));
}

/** What the script of a process does. */
export async function work<Part, Made extends object>(make: (part: Part) => Promise<Made>): Promise<void> {
  const made = await make(JSON.parse(process.argv[2] ?? '') as Part);
  process.send?.(made, () => process.disconnect());
}
