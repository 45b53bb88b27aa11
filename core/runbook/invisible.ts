/** Characters that show a person something else than what runs: control, zero-width, bidirectional, half a surrogate pair. */

const HIDDEN = /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u;
const HIDDEN_IN_LINE = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u;
const BIDIRECTIONAL = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/** Where a text hides something; -1 where it does not. Line feeds and tabs are seen. */
export const hiddenAt = (text: string): number => text.search(HIDDEN);

/** The same for a text of one line, where line feeds and tabs hide something too. */
export const hiddenInLineAt = (text: string): number => text.search(HIDDEN_IN_LINE);

/** Where a program's text is shown in another order than it runs; -1 where it is not. */
export const reorderedAt = (text: string): number => text.search(BIDIRECTIONAL);

/** The character there, as `U+202E`. */
export const codeAt = (text: string, at: number): string =>
  `U+${(text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
