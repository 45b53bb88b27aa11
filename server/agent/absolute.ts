/** Programs by their absolute paths: what is signed names the very file that runs, and its digest where no folder or system stands for it. */
import { fail } from '../../core/errors.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Action, Do, Rendered } from '../../core/runbook/runbook.ts';
import { resolveProgram } from './programs.ts';

/** Resolves programs until one refuses; the first refusal is the whole answer. */
class Programs {
  readonly digests: Record<string, string> = {};
  refused: Result<never> | undefined;
  readonly #path: string;
  readonly #cwd: string;

  constructor(path: string, cwd: string) {
    this.#path = path;
    this.#cwd = cwd;
  }

  argv = (argv: readonly string[]): readonly string[] => {
    const found = resolveProgram(argv[0] ?? '', this.#path, this.#cwd);
    if (!found.ok) {
      this.refused ??= found;
      return argv;
    }
    if (found.value.digest !== null) this.digests[found.value.path] = found.value.digest;
    return [found.value.path, ...argv.slice(1)];
  };

  probes = (probes: Action['probes']): Action['probes'] =>
    Object.fromEntries(
      Object.entries(probes).map(([id, probe]) => [id, { ...probe, run: probe.run && this.argv(probe.run) }]),
    );

  what = <D extends Do>(what: D): D => {
    switch (what.kind) {
      case 'run':
        return { ...what, argv: this.argv(what.argv) };
      case 'backup':
        return { ...what, run: this.argv(what.run), drill: this.argv(what.drill) };
      case 'for_each':
        return { ...what, items: what.items.map((item) => ({ ...item, do: this.what(item.do) })) };
      default:
        return what;
    }
  };
}

/** Returns the probes with absolute programs; XCK_PROGRAM. */
export function absoluteProbes(probes: Action['probes'], path: string, cwd: string): Result<Action['probes']> {
  const programs = new Programs(path, cwd);
  const absolute = programs.probes(probes);
  return programs.refused ?? ok(absolute);
}

/** Returns all of a step with absolute programs, and the digests of those that nothing else stands for; XCK_PROGRAM. */
export function absolute({ target, do: what, action }: Rendered, path: string, cwd: string): Result<Rendered> {
  const programs = new Programs(path, cwd);
  const verify = Object.entries(action.verify).map(([id, check]) => [id, { ...check, run: programs.argv(check.run) }]);
  const done: Rendered = {
    target,
    do: programs.what(what),
    action: {
      ...action,
      probes: programs.probes(action.probes),
      verify: Object.fromEntries(verify),
      undo: action.undo && { ...action.undo, do: programs.what(action.undo.do) },
      programs: programs.digests,
    },
  };
  return programs.refused ?? ok(done);
}

/** Checks at T-0 that every program of what was signed is still the file that it was when it was armed; XCK_PROGRAM. */
export function sameFiles(signed: Rendered, cwd: string): Result<true> {
  const now = absolute(signed, '', cwd);
  if (!now.ok) return now;
  const [was, is] = [signed.action.programs, now.value.action.programs];
  const changed = Object.keys({ ...was, ...is }).find((path) => was[path] !== is[path]);
  return changed === undefined
    ? ok(true)
    : fail('XCK_PROGRAM', { program: changed, why: 'it is not the file that was armed' });
}
