/** What a campaign is given on the command line, and where it says how far it is. */
export interface Given {
  readonly seed: number;
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly say: (progress: string) => void;
}

/** A count given as an option. Throws for what is none. */
export function countOf(value: string | boolean | undefined, otherwise: number): number {
  const count = value === undefined ? otherwise : Number(value);
  if (!Number.isSafeInteger(count) || count < 0) throw new Error(`${String(value)} is no count`);
  return count;
}
