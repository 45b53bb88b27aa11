/** What differs between two runbook folders: by step and key, then by file and line. It says what, never whether it matters. */
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import type { FolderFile } from '../../core/runbook/folder.ts';
import { allSteps } from '../../core/runbook/steps.ts';
import type { Folder } from './folders.ts';

export interface KeyChange {
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface StepChange {
  readonly step: string;
  readonly change: 'added' | 'removed' | 'moved' | 'changed';
  readonly keys: readonly KeyChange[];
}

export interface FileChange {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'mode' | 'changed';
  /** Lines that went and came, where both are texts; the number of the first. */
  readonly lines: {
    readonly at: number;
    readonly removed: readonly string[];
    readonly added: readonly string[];
  } | null;
}

export interface Differences {
  readonly runbook: readonly KeyChange[];
  readonly steps: readonly StepChange[];
  readonly files: readonly FileChange[];
}

type Values = Readonly<Record<string, unknown>>;

export function differences(before: Folder, after: Folder): Differences {
  const { steps: _, ...own } = before.runbook;
  const { steps: __, ...other } = after.runbook;
  return {
    runbook: keysOf(own, other),
    steps: stepsOf(before, after),
    files: filesOf(before.files, after.files),
  };
}

function keysOf(before: Values, after: Values): KeyChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys
    .filter((key) => jcs(before[key] ?? null) !== jcs(after[key] ?? null))
    .map((key) => ({ key, before: before[key] ?? null, after: after[key] ?? null }));
}

/** Children and ways back are steps of their own here, so that a change stands where it is. */
function stepsOf(before: Folder, after: Folder): StepChange[] {
  const [own, other] = [rowsOf(before), rowsOf(after)];
  const stayed = (rows: ReadonlyMap<string, Values>, there: ReadonlyMap<string, Values>) =>
    [...rows.keys()].filter((id) => there.has(id));
  const [order, wanted] = [stayed(own, other), stayed(other, own)];
  const gone = [...own.keys()].filter((id) => !other.has(id));
  const now = [...other].flatMap(([step, row]): StepChange[] => {
    const was = own.get(step);
    if (!was) return [{ step, change: 'added', keys: [] }];
    const keys = keysOf(was, row);
    if (keys.length > 0) return [{ step, change: 'changed', keys }];
    return order.indexOf(step) === wanted.indexOf(step) ? [] : [{ step, change: 'moved', keys: [] }];
  });
  return [...gone.map((step): StepChange => ({ step, change: 'removed', keys: [] })), ...now];
}

const rowsOf = ({ runbook }: Folder): Map<string, Values> =>
  new Map(
    allSteps(runbook).map(({ children, undo, ...rest }) => [
      rest.id,
      {
        ...rest,
        children: children.map(({ id }) => id),
        undo: undo && { from: undo.from, reason: undo.reason, takes_ms: undo.takes_ms },
      },
    ]),
  );

function filesOf(before: readonly FolderFile[], after: readonly FolderFile[]): FileChange[] {
  const was = new Map(before.map((file) => [file.path, file]));
  const is = new Map(after.map((file) => [file.path, file]));
  const paths = [...new Set([...was.keys(), ...is.keys()])].sort();
  return paths.flatMap((path) => fileChange(path, was.get(path), is.get(path)) ?? []);
}

function fileChange(path: string, was?: FolderFile, is?: FolderFile): FileChange | undefined {
  if (!was || !is) return { path, change: was ? 'removed' : 'added', lines: null };
  if (digest(was.bytes) !== digest(is.bytes)) return { path, change: 'changed', lines: linesOf(was, is) };
  return was.mode === is.mode ? undefined : { path, change: 'mode', lines: null };
}

/** The one stretch between the lines that both begin and end with. */
function linesOf(was: FolderFile, is: FolderFile): FileChange['lines'] {
  const [before, after] = [fromUtf8(was.bytes)?.split('\n'), fromUtf8(is.bytes)?.split('\n')];
  if (!before || !after) return null;
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return {
    at: head + 1,
    removed: before.slice(head, before.length - tail),
    added: after.slice(head, after.length - tail),
  };
}
