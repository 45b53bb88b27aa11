/** Looks for a secret answer in output: as it stands, with separators, and as any digest or encoding that could be guessed. */
import { createHash } from 'node:crypto';

/** Hash functions whose value of a short answer is found by trying all answers. */
const HASHES = ['sha256', 'sha512', 'sha1', 'md5'];

/** Everything that would tell an answer: the text, its encodings, its digests with and without a closing newline. */
export function answerForms(answer: string): string[] {
  const bytes = Buffer.from(answer);
  const encoded = [bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')];
  const number = /^\d+$/.test(answer) ? [Number(answer).toString(16)] : [];
  const digests = HASHES.flatMap((name) => [answer, `${answer}\n`].flatMap((text) => both(name, text)));
  return [answer, ...encoded, ...number, ...digests];
}

function both(name: string, text: string): string[] {
  const hash = createHash(name).update(text).digest();
  return [hash.toString('hex'), hash.toString('base64').replace(/=+$/, '')];
}

/** Long digests hold any five hex digits by chance, so these stand only for themselves. */
const standsAlone = (form: string): boolean => /^[0-9a-f]{1,5}$/.test(form);

/** Returns the forms that stand in the text. Separators inside numbers are looked through. */
export function leaks(text: string, forms: readonly string[]): string[] {
  const joined = text.replace(/(?<=\d)[ ,._'\u00a0\u202f](?=\d{3})/g, '');
  return forms.filter((form) =>
    standsAlone(form)
      ? new RegExp(`(?<![0-9a-zA-Z])${form}(?![0-9a-zA-Z])`).test(joined)
      : text.includes(form) || joined.includes(form),
  );
}
