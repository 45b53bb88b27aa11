/** What a check of a database finds; it never says what to do about it. */

export interface Finding {
  /** The entry that it is about, null where it is about none. */
  readonly seq: number | null;
  readonly what: string;
}

/** Notes a finding. */
export type Tell = (seq: number | null, what: string) => void;

/** Looks, and notes an exception as a finding: what cannot be read is not whole. */
export function looking<T>(tell: Tell, look: () => T, seq: number | null = null): T | undefined {
  try {
    return look();
  } catch (error) {
    const own = (error as { seq?: unknown }).seq;
    tell(typeof own === 'number' ? own : seq, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
