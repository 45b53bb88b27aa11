/** Whether all text of a parsed JSON value is whole. An escape can spell half a surrogate pair, which has no bytes to sign or keep. */
const HALF = /\p{Surrogate}/u;

/** Goes through values and names without recursion: depth is whoever sends it to choose. */
export function isWhole(value: unknown): boolean {
  const left = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one === 'string' && HALF.test(one)) return false;
    if (typeof one === 'object' && one !== null) for (const [name, own] of Object.entries(one)) left.push(name, own);
  }
  return true;
}
