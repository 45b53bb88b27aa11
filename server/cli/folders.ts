/** Runbook folders on this machine's disk, packed with those that they use. What lies beside a folder is read only where a runbook names it. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type FolderFile, folderDigest } from '../../core/runbook/folder.ts';
import { lintFolder } from '../../core/runbook/lint.ts';
import type { Parsed, Problem } from '../../core/runbook/problem.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { packFolder, RUNBOOK_FILE } from '../../core/runbook/uses.ts';
import { readFolder } from '../routes/shelf.ts';
import type { Client } from './client.ts';
import { must, Stop, usage } from './exits.ts';
import { fetchFolder } from './run-client.ts';
import { clean } from './terminal.ts';

export interface Folder {
  /** As it was named. */
  readonly name: string;
  readonly files: readonly FolderFile[];
  readonly runbook: Runbook;
  readonly digest: string;
}

export interface Linted extends Parsed {
  readonly files: readonly FolderFile[];
}

function filesAt(directory: string): FolderFile[] {
  try {
    return must(readFolder(resolve(directory)));
  } catch (error) {
    if (error instanceof Stop) throw error;
    throw usage(`${directory} cannot be read: ${(error as Error).message}`, 'Name the folder that holds runbook.yaml.');
  }
}

export const hasRunbook = (directory: string): boolean => existsSync(join(directory, RUNBOOK_FILE));

/** Reads, packs and checks a folder. */
export function lintAt(directory: string): Linted {
  const own = filesAt(directory);
  const beside = dirname(resolve(directory));
  const packed = packFolder(own, (name) => (hasRunbook(join(beside, name)) ? filesAt(join(beside, name)) : undefined));
  return 'problems' in packed
    ? { files: own, problems: packed.problems }
    : { files: packed.files, ...lintFolder(packed.files) };
}

/** A problem of a used runbook is told where that runbook lies on the disk. */
export const problemLine = (
  directory: string,
  { file, line, column, severity, message, mend, rule }: Problem,
): string =>
  clean(
    `${directory.replace(/\/+$/, '')}/${file.replace(/^use\//, '../')}:${line}:${column}: ${severity}: ${message} ${mend} [${rule}]`,
  );

/** A folder on disk without errors. */
export function folderAt(directory: string): Folder {
  const { files, runbook, problems } = lintAt(directory);
  const [first] = problems.filter(({ severity }) => severity === 'error');
  if (!runbook || first)
    throw usage(
      first ? problemLine(directory, first) : `${directory} has no runbook.`,
      `All of them: crosscheck runbook lint ${directory}`,
    );
  return { name: directory, files, runbook, digest: must(folderDigest(files)) };
}

/** A registered folder; its bytes have the digest that was asked for. */
export async function registeredFolder(client: Client, name: string, digest: string): Promise<Folder> {
  const { files, prepared } = await fetchFolder(client, digest);
  return { name, files, runbook: prepared.runbook, digest };
}
