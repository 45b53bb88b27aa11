/** The answer of everything in core that may refuse; it is returned, so that forgetting to look at it does not compile. */
import type { Refusal } from './errors.ts';

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
