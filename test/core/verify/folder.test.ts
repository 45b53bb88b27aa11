/** The folder in a record is the runbook of the run: its digest, its files and its text, each broken by itself. */
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { digest } from '../../../core/bytes/hash.ts';
import { type FolderFile, folderIndex } from '../../../core/runbook/folder.ts';
import { knownRunbook, nothingKnown } from '../../../core/verify/folder.ts';
import { folderOf, must, RUNBOOK } from '../../helpers/site.ts';

const given = (files: readonly FolderFile[], index = must(folderIndex(files)), wanted = digest(utf8(index))) =>
  knownRunbook({ folderIndex: index, files }, wanted, nothingKnown());
const files = folderOf(RUNBOOK);
const index = must(folderIndex(files));

t.test('the folder of the run', async (t) => {
  t.match(given(files), { ok: true, value: { runbook: { id: 'drop-email' } } });
});

t.test('folders that are not', async (t) => {
  const says = (sentence: RegExp) => ({ ok: false, refusal: { code: 'XCK_BYTES', sentence } });
  t.match(given(files, index, digest(utf8('another'))), says(/the folder has another digest/));
  const other = files.map((one) => (one.path === 'bin/count' ? { ...one, bytes: utf8('#!/bin/sh\necho 1\n') } : one));
  t.match(given(other, index), says(/a file is not the one that the folder array lists/));
  t.match(given(folderOf('id: Drop!\n')), says(/the runbook of the run/));
  t.match(given([]), says(/./));
});
