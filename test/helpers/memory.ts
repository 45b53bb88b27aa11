/** A log store in memory, for tests that need no disk. It keeps the contract but for durability. */
import type { Body } from '../../core/log/entry.ts';
import type { FolderFile } from '../../core/runbook/folder.ts';
import type { Batch, LogStore, RunRow, StoredEntry } from '../../server/store/store.ts';

export function memoryStore(): LogStore {
  const entries: StoredEntry[] = [];
  const nodes = new Map<string, Uint8Array>();
  const bodies = new Map<string, Body>();
  const folders = new Map<string, FolderFile[]>();
  const runs = new Map<string, RunRow>();
  return {
    size: () => entries.length,
    append(batch: Batch) {
      entries.push(...batch.entries);
      for (const { level, index, hash } of batch.nodes) nodes.set(`${level}/${index}`, hash);
      for (const { digest: named, body } of batch.bodies) bodies.set(named, body);
      for (const row of batch.runs) runs.set(row.run, row);
    },
    entry: (seq) => entries[seq],
    entriesOf: (run) => entries.filter((row) => row.run === run),
    entriesOfTypes: (types) => entries.filter((row) => row.run === null && types.includes(row.type)),
    node(level, index) {
      const found = nodes.get(`${level}/${index}`);
      if (!found) throw new RangeError(`no node ${level}/${index}`);
      return found;
    },
    body: (named) => bodies.get(named),
    runs: () => [...runs.values()],
    folder: (named) => folders.get(named),
    keepFolder: (named, files) => void folders.set(named, [...files]),
    close: () => undefined,
  };
}
