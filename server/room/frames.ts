/** Reads a client's frame; anything that is not exactly one of the typed envelopes is none. */

import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { RawData } from 'ws';
import { closed, Id, Int, Nonce, RunId } from '../../core/log/forms.ts';
import type { ClientFrame } from '../../core/protocol/frames.ts';

const Frame = Type.Union([
  closed({ type: Type.Literal('hello'), ticket: Nonce, run: RunId, after: Type.Integer({ minimum: -1 }) }),
  closed({ type: Type.Literal('here') }),
  closed({ type: Type.Literal('reading'), step: Id, answered: Int, of: Int }),
]);
const check = Compile(Frame);

export function readFrame(data: RawData): ClientFrame | undefined {
  try {
    const frame: unknown = JSON.parse(data.toString());
    return check.Check(frame) ? (frame as ClientFrame) : undefined;
  } catch {
    return undefined;
  }
}
