/** The pattern of an error that ends a word with this exit code; the name makes it one that tap takes. */
export const stopping = (
  exit: number,
  more: { readonly code?: string; readonly message?: RegExp | string; readonly hint?: RegExp } = {},
) => ({
  name: 'Error',
  exit,
  ...more,
});
