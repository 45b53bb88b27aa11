/** The whole log as one file: its members, and reading them from bytes that nobody vouches for. It judges form, not truth. */
import { equal, utf8 } from '../bytes/encoding.ts';
import { jcs, parseCanonical } from '../bytes/jcs.ts';
import type { Body } from '../log/entry.ts';
import { allowedSigners } from './allowedSigners.ts';
import { bodiesOf, type Folder, folderOf, Reader } from './reader.ts';
import type { Member } from './tar.ts';

/** The runs that a whole log is to prove: those opened at `from` or later and before `to`, ms since 1970; null is without end. */
export interface Period {
  readonly from: number | null;
  readonly to: number | null;
}

export interface WholeLog {
  readonly period: Period;
  /** The signed note. */
  readonly checkpoint: Uint8Array;
  /** Exact entry bytes; line i is entry i. */
  readonly entries: readonly Uint8Array[];
  /** By salted digest; of the runs of the period, without what is withheld. */
  readonly bodies: ReadonlyMap<string, Body>;
  /** The runbooks of the runs of the period by their digest. */
  readonly folders: ReadonlyMap<string, Folder>;
}

/** Members by their fixed names; `PERIOD` tells a whole log from the record of one run. */
export const PERIOD = 'period.json';
export const folderPath = (hex: string): string => `folders/${hex}`;
export const filePath = (hex: string): string => `files/${hex}`;
const FOLDERS = folderPath('');

/** Whether a run that was opened at `ts` is of the period. */
export const isWithin = ({ from, to }: Period, ts: number): boolean =>
  (from === null || ts >= from) && (to === null || ts < to);

export const periodText = ({ from, to }: Period): string => jcs({ from, to });

const isTime = (value: unknown): value is number | null =>
  value === null || (Number.isSafeInteger(value) && (value as number) >= 0);

function periodOf(reader: Reader): Period {
  const read = parseCanonical(reader.bytes(PERIOD), { maxBytes: 100, maxDepth: 1, integersOnly: true });
  const { from, to, ...rest } = Object(read.ok && read.value) as { from?: unknown; to?: unknown };
  if (isTime(from) && isTime(to) && Object.keys(rest).length === 0) return { from, to };
  reader.flaw(`${PERIOD} is malformed`);
  return { from: null, to: null };
}

const foldersOf = (reader: Reader): Map<string, Folder> =>
  new Map(
    reader
      .within(FOLDERS)
      .map((path) => [`sha256:${path.slice(FOLDERS.length)}`, folderOf(reader, path, (_, hex) => filePath(hex))]),
  );

/** Whether an archive's members are those of a whole log, and not of one run. */
export const isWhole = (members: readonly Member[]): boolean => members.some(({ path }) => path === PERIOD);

/** Opens the members of a whole log; flaws are whatever about its form is not as the format says. README.txt alone may say anything. */
export function openWhole(members: readonly Member[]): { readonly whole: WholeLog; readonly flaws: readonly string[] } {
  const reader = new Reader(members);
  const whole: WholeLog = {
    period: periodOf(reader),
    checkpoint: reader.bytes('checkpoint'),
    entries: reader.lines('entries.jsonl'),
    bodies: bodiesOf(reader),
    folders: foldersOf(reader),
  };
  if (!equal(reader.bytes('allowed_signers'), utf8(allowedSigners(whole.entries, whole.bodies))))
    reader.flaw('allowed_signers is not that of its roster');
  reader.bytes('README.txt');
  reader.nothingElse();
  return { whole, flaws: reader.flaws };
}
