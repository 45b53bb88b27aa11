/** What tests of the agent share: a directory of their own, removed though it may hold read-only folders; waiting for a condition, not for time. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Executor } from '../../../server/agent/executor.ts';

/** A command that is tried once, for as long as it takes, without secrets. */
export const ONCE = { timeoutMs: null, retries: { count: 0, delayMs: 0 }, secrets: '' } as const;

/** The raw output of an attempt. */
export function output(executor: Executor, key: string): Buffer {
  const { output: file } = executor.at(key);
  return existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
}

export function scratch(t: { teardown(then: () => void): void }): string {
  const root = mkdtempSync(join(tmpdir(), 'crosscheck-'));
  t.teardown(() => {
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true }))
      if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o700);
    rmSync(root, { recursive: true, force: true });
  });
  return root;
}

/** Resolves when `condition` holds; throws when it does not come true at all. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
