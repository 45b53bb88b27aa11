/** Looks for a secret answer in output: as it stands, with separators, and as any digest or encoding that could be guessed. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Place } from './place.ts';

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

/** No answer to a step's blind questions stands in what was printed so far, the runbook, or what everybody sees; the hints tell it. */
export function nothingTellsTheAnswers(t: Test, place: Place, step: string, alsoTell: readonly string[] = []): void {
  place.hintsAnswer(t, step);
  const rendered = place.rendered(step);
  const values = place.probes(step);
  const blind = new Set(rendered.action.challenge.map(({ equals }) => equals.replace('probes.', '')));
  const seen = Object.entries(values).map(([id, value]) => (blind.has(id) ? '' : value));
  const yaml = readFileSync(join(place.cwd, 'runbook.yaml'), 'utf8');
  const earlier = [...place.printed, ...seen, yaml, JSON.stringify(rendered)].join('\n');
  const forms = [...[...blind].map((id) => values[id] ?? ''), ...alsoTell].flatMap(answerForms);
  t.ok(forms.length > 0 && place.printed.join('') !== '', 'there is something to look for, and in');
  t.same(leaks(earlier, forms), [], 'no answer stands in what was seen before');
  for (const form of forms) t.ok(leaks(`${earlier}\nrows=${form};`, forms).length > 0, 'a planted one is found');
}
