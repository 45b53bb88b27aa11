/** Options that many words have. */
import type { Word } from '../args.ts';

export const text = { type: 'string' } as const;
export const yes = { type: 'boolean' } as const;
export const many = { type: 'string', multiple: true } as const;

/** Options of every word that talks to a server. */
export const CLIENT = { server: text, key: text } as const;

export type Words = readonly Word[];
