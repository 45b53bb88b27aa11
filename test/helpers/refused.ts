/** Asserts what `decide` says of a command without carrying it out: a code, or `none` where it is taken. */

import type { Test } from 'tap';
import type { Command } from '../../core/run/commands.ts';
import { decide } from '../../core/run/decide.ts';
import type { TestRun } from './run.ts';

export function refused(t: Pick<Test, 'equal'>, run: TestRun, command: Command, code: string, message?: string): void {
  const done = decide(run.state, command, { seq: run.site.store.size(), ts: run.site.now });
  const said = done.ok ? 'none' : `${done.refusal.code}`;
  t.equal(said, code, message ?? `${command.type}: ${code}${done.ok ? '' : ` (${done.refusal.sentence})`}`);
}
