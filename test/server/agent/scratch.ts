/** A directory of a test's own, removed after it though it may hold read-only folders; and waiting for a condition instead of for time. */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
