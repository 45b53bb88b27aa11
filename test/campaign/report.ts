/** What every campaign says when it ends: its seed, what it counted, how long it took, and `ok` or the cases to play again. */

export interface Failure {
  /** The words after `npm run campaign --` that play this case alone. */
  readonly again: string;
  readonly why: string;
}

export interface Report {
  readonly campaign: string;
  readonly seed: number;
  readonly counts: readonly (readonly [what: string, count: number | string])[];
  readonly failures: readonly Failure[];
}

/** Failures shown; what follows the first few mostly follows from them. */
const SHOWN = 10;

export function reportText({ campaign, seed, counts, failures }: Report, seconds: number): string {
  const lines = [
    `campaign ${campaign}, seed ${seed}`,
    ...counts.map(([what, count]) => `  ${what} ${count}`),
    `  wall time ${seconds.toFixed(1)} s`,
    ...failures.slice(0, SHOWN).flatMap(({ again, why }) => [`FAILED ${why}`, `  again: npm run campaign -- ${again}`]),
    failures.length === 0 ? 'ok' : `${failures.length} failed`,
  ];
  return `${lines.join('\n')}\n`;
}
