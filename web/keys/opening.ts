/** Opening a run: the opener signs the salted digest of exactly the inputs that are sent, and what the run follows. */
import { base64, fromUtf8, utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import { bodyDigest } from '../../core/log/entry.ts';
import type { RunDocument } from '../../core/protocol/frames.ts';
import { actLines } from '../../core/run/lines.ts';
import type { InputValue } from '../../core/runbook/inputs.ts';
import type { Follows } from '../../core/site/open.ts';
import { type Answer, type Problem, problem } from '../api.ts';
import type { App } from '../app.ts';
import { signAtSite } from './site.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID: 48 bits of time, 80 of chance. */
export function ulid(ms: number, random: Uint8Array): string {
  let time = '';
  for (let left = ms, i = 0; i < 10; i++, left = Math.floor(left / 32)) time = (CROCKFORD[left % 32] ?? '0') + time;
  let bits = 0n;
  for (const byte of random.subarray(0, 10)) bits = (bits << 8n) | BigInt(byte);
  let chance = '';
  for (let i = 0; i < 16; i++, bits >>= 5n) chance = (CROCKFORD[Number(bits & 31n)] ?? '0') + chance;
  return time + chance;
}

export const newUlid = (app: App): string => ulid(app.clock.value, app.deps.crypto.getRandomValues(new Uint8Array(10)));

export interface Opening {
  readonly run: string;
  readonly mode: 'live' | 'rehearsal';
  /** `<seq> <digest>` of runbook.approved. */
  readonly approved: string;
  readonly inputs: Readonly<Record<string, InputValue>>;
  readonly follows: Follows | null;
}

export async function openRun(app: App, opening: Opening): Promise<Problem | null> {
  const me = app.me.value;
  if (!me) return null;
  const { run, mode, approved: about, inputs, follows } = opening;
  const salt = app.deps.crypto.getRandomValues(new Uint8Array(32));
  const text = jcs(inputs);
  const content = { follows, inputs: bodyDigest({ bytes: utf8(text), salt }), run };
  const answer = await signAtSite(
    app,
    'open',
    (signing) => actLines('open', { origin: me.origin, run, mode, about, content }, signing),
    (signed) => ({ type: 'open', inputs: text, salt: base64(salt), ...signed }),
  );
  return answer.ok ? null : answer.problem;
}

/** The reference of a run's close, by the bytes of its own entry. */
export async function closeRef(app: App, run: string): Promise<Answer<string>> {
  const got = await app.api.get<RunDocument>(`/api/runs/${encodeURIComponent(run)}`);
  if (!got.ok) return got;
  for (const text of got.value.slice.entries) {
    const bytes = utf8(text);
    if (fromUtf8(bytes) !== text) continue;
    const entry = JSON.parse(text) as { readonly type?: string; readonly rseq?: number };
    if (entry.type === 'run.closed') return { ok: true, value: `${entry.rseq} ${digest(bytes)}` };
  }
  return problem('XCK_NOT_NOW', `The run ${run} is not closed.`, 'Only a closed run can be followed or rested on.');
}
