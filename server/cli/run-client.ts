/** A run as a word needs it: verified ground, the fold, and display names. The runbook comes from the folder's bytes, never from the server's reading of them. */
import { fromBase64 } from '../../core/bytes/encoding.ts';
import { refOf, type Sealed } from '../../core/log/entry.ts';
import { rolesOf } from '../../core/log/roster.ts';
import type { RunEntryOf } from '../../core/log/tables.ts';
import type { FileText, FolderDocument, RunDocument } from '../../core/protocol/frames.ts';
import { seatOf } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import { type FolderFile, folderIndex } from '../../core/runbook/folder.ts';
import type { AfterEntry } from '../../core/site/after.ts';
import { knownRunbook, nothingKnown, type Prepared } from '../../core/verify/folder.ts';
import { followed } from '../../core/verify/roster.ts';
import { readAfter } from './after.ts';
import type { Client } from './client.ts';
import { deny, must } from './exits.ts';
import { type Folded, type Ground, leafOf, openFold, readRunEntry } from './fold.ts';
import { readSite, type Site } from './site.ts';
import { continues, openTree } from './trees.ts';

export interface OpenRun {
  readonly site: Site;
  readonly ground: Ground;
  readonly folded: Folded;
  /** Display names by principal, as the server has them; no part of anything signed. */
  readonly names: Readonly<Record<string, string>>;
  /** Durations of the steps in the newest completed rehearsal, ms, as the server has them. */
  readonly rehearsed: RunDocument['rehearsed'];
  readonly changed: RunDocument['changed'];
  /** What came after the close. */
  readonly after: readonly Sealed<AfterEntry>[];
}

export const filesOf = (files: readonly FileText[]): FolderFile[] =>
  files.map(({ path, mode, bytes }) => ({ path, mode, bytes: fromBase64(bytes) ?? new Uint8Array() }));

/** Fetches a registered folder and proves that its bytes have the digest that was asked for. */
export async function fetchFolder(
  client: Client,
  digest: string,
): Promise<{ readonly files: readonly FolderFile[]; readonly prepared: Prepared }> {
  const { files: sent } = await client.api.get<FolderDocument>(`/api/runbooks/${digest}`);
  const files = filesOf(sent);
  const index = must(folderIndex(files));
  return { files, prepared: must(knownRunbook({ folderIndex: index, files }, digest, nothingKnown())) };
}

/** Opens a run: fetches it, and verifies everything about it that can be verified. */
export async function openRun(client: Client, run: string): Promise<OpenRun> {
  const document = await client.api.get<RunDocument>(`/api/runs/${encodeURIComponent(run)}`);
  const site = await readSite(client.api, client.trust);
  const opened = readRunEntry(document.slice.entries[0] ?? '') as Sealed<RunEntryOf<'run.opened'>>;
  if (opened.entry.type !== 'run.opened' || opened.entry.run !== run)
    return deny('XCK_INTEGRITY', { why: 'the server sent another run' });
  const { prepared } = await fetchFolder(client, opened.entry.runbook);
  const ground: Ground = {
    run,
    machine: prepared.machine,
    opening: {
      origin: client.trust.origin,
      runbook: prepared.runbook,
      authors: document.authors,
      roles: rolesOf(site.rosters.before(opened.entry.seq)),
    },
    tree: (note) => openTree(client.trust, note),
  };
  const folded = await openFold(ground, document.slice);
  const [unfollowed] = followed(
    { run: folded.entries.map(leafOf), opened: leafOf(opened) },
    site.rosters,
    folded.tree.size,
  );
  if (unfollowed) deny('XCK_INTEGRITY', { why: unfollowed.sentence });
  await continues(client, folded.tree);
  const after = readAfter(document.after, closeRef(folded));
  return {
    site,
    ground,
    folded,
    names: document.names,
    rehearsed: document.rehearsed,
    changed: document.changed,
    after,
  };
}

/** The reference of the run's close; null while it is open. */
export function closeRef({ entries }: Folded): string | null {
  const closed = entries.find(({ entry }) => entry.type === 'run.closed');
  return closed ? refOf(closed) : null;
}

/** The seat and role that the person holds in this run; XCK_NOT_SEATED where none. */
export function seatedAs({ state }: Folded, person: string): { readonly seat: string; readonly role: string } {
  const context = contextOf(state);
  const seat = seatOf(context, person);
  return seat === undefined ? deny('XCK_NOT_SEATED') : { seat, role: context.seats[seat]?.role ?? '' };
}
