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
  const rows = () => [...runs.values()].sort((a, b) => (a.run < b.run ? -1 : 1));
  return {
    size: () => entries.length,
    append(batch: Batch) {
      entries.push(...batch.entries);
      for (const { level, index, hash } of batch.nodes) nodes.set(`${level}/${index}`, hash);
      for (const { digest: named, body } of batch.bodies) bodies.set(named, body);
      for (const digest of batch.erased) bodies.delete(digest);
      for (const row of batch.runs) runs.set(row.run, row);
    },
    entry: (seq) => entries[seq],
    entries: (from, to) => entries.slice(from, to),
    entriesOf: (run) => entries.filter((row) => row.run === run),
    entriesAfter: (run) => entries.filter((row) => row.after === run),
    entriesOfTypes: (types) => entries.filter((row) => row.run === null && types.includes(row.type)),
    node(level, index) {
      const found = nodes.get(`${level}/${index}`);
      if (!found) throw new RangeError(`no node ${level}/${index}`);
      return found;
    },
    body: (named) => bodies.get(named),
    run: (run) => runs.get(run),
    openRuns: () => rows().flatMap(({ run, close }) => (close ? [] : [run])),
    lastRuns: (most) =>
      rows()
        .map(({ run }) => run)
        .reverse()
        .slice(0, most),
    closeOf: (ref) => rows().find(({ close }) => close?.ref === ref),
    lastClose: (runbook, mode, result) =>
      rows()
        .filter(({ close }) => close?.runbook === runbook && close.mode === mode && close.result === result)
        .sort((a, b) => (b.close?.at ?? 0) - (a.close?.at ?? 0))[0],
    watched: (now) => rows().filter(({ close }) => close !== null && close.watch > now),
    folder: (named) => folders.get(named),
    keepFolder: (named, files) => void folders.set(named, [...files]),
    close: () => undefined,
  };
}
