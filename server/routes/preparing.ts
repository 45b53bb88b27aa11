/** Commands before a run: registering a folder, planning, and opening. They check what was typed; the site decides. */
import { fromBase64, utf8 } from '../../core/bytes/encoding.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import { fail } from '../../core/errors.ts';
import type { FileText } from '../../core/protocol/frames.ts';
import type { Result } from '../../core/result.ts';
import { type FolderFile, folderDigest } from '../../core/runbook/folder.ts';
import { checkInputs } from '../../core/runbook/inputs.ts';
import { lintFolder } from '../../core/runbook/lint.ts';
import type { Accepted } from '../runner/engine.ts';
import { body, type CommandDeps, type CommandOf, json, salted } from './commands.ts';

export const folderOf = (files: readonly FileText[]): FolderFile[] =>
  files.map(({ path, mode, bytes }) => ({ path, mode, bytes: fromBase64(bytes) ?? new Uint8Array() }));

export async function register(
  deps: CommandDeps,
  person: string,
  command: CommandOf<'register'>,
): Promise<Result<Accepted>> {
  const files = folderOf(command.files);
  const runbook = folderDigest(files);
  if (!runbook.ok) return runbook;
  const linted = lintFolder(files);
  const bad = linted.problems.find((problem) => problem.severity === 'error');
  if (bad || !linted.runbook)
    return fail('XCK_INPUT', {
      where: bad ? `${bad.file}:${bad.line}:${bad.column}` : 'runbook.yaml',
      why: bad?.message ?? 'is missing',
    });
  deps.store.keepFolder(runbook.value, files);
  const { id } = linted.runbook;
  return deps.engine.submitSite({ type: 'register', person, runbook: runbook.value, id, ...salted(deps, command) });
}

/** A plan names inputs that fit and people who exist; whether they are enough is told by its preflight. */
export async function planned(
  deps: CommandDeps,
  person: string,
  command: CommandOf<'plan'>,
): Promise<Result<Accepted>> {
  const { plan, runbook: digest, mode, planned_for: plannedFor, document } = command;
  const { engine } = deps;
  const runbook = engine.runbookOf(digest);
  if (!runbook) return fail('XCK_UNKNOWN', { what: 'runbook', name: digest });
  const inputs = checkInputs(runbook, document.inputs);
  if (!inputs.ok) return inputs;
  const seat = Object.keys(document.crew).find((one) => runbook.crew[one] === undefined);
  if (seat !== undefined) return fail('XCK_UNKNOWN', { what: 'seat', name: seat });
  const stranger = Object.values(document.crew).find((one) => engine.site.roster.people.every(({ id }) => id !== one));
  if (stranger !== undefined) return fail('XCK_UNKNOWN', { what: 'person', name: stranger });
  const text = jcs({ ...document, inputs: inputs.value });
  return engine.submitSite({
    type: 'plan',
    person,
    plan,
    runbook: digest,
    mode,
    plannedFor,
    document: body(deps, text),
  });
}

export async function open(deps: CommandDeps, person: string, command: CommandOf<'open'>): Promise<Result<Accepted>> {
  const { engine } = deps;
  const about = /^about (.*)$/m.exec(command.statement)?.[1] ?? '';
  const found = [...engine.site.runbooks.values()].find((one) => one.approved === about);
  const runbook = found && engine.runbookOf(found.runbook);
  if (!runbook) return fail('XCK_UNKNOWN', { what: 'approved runbook', name: about });
  const inputs = checkInputs(runbook, json(command.inputs));
  if (!inputs.ok) return inputs;
  if (jcs(inputs.value) !== command.inputs)
    return fail('XCK_INPUT', { where: 'inputs', why: 'not canonical JSON with every default filled in' });
  const salt = fromBase64(command.salt);
  if (salt?.length !== 32) return fail('XCK_INPUT', { where: 'salt', why: 'not 32 bytes in base64' });
  return engine.submitSite({
    type: 'open',
    person,
    inputs: { bytes: utf8(command.inputs), salt },
    ...salted(deps, command),
  });
}
