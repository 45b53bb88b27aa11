/** The trust-root file: four lines that an auditor or agent gets by hand and never takes from a server or a bundle. */
import { fail } from '../errors.ts';
import { parseVkey, vkey } from '../log/checkpoint.ts';
import { ok, type Result } from '../result.ts';

export interface Trust {
  readonly origin: string;
  /** The log's Ed25519 key; its name is the origin. */
  readonly logKey: { readonly name: string; readonly raw: Uint8Array };
  /** `sha256:…` of the bytes of entry 0. */
  readonly genesis: string;
}

const FORM =
  /^crosscheck-trust\/v1\norigin ([a-z0-9.:-]{1,260}\/log\/[0-9a-f]{32})\nlog-key ([^\n]+)\ngenesis (sha256:[0-9a-f]{64})\n$/;

export const trustText = ({ origin, logKey, genesis }: Trust): string =>
  `crosscheck-trust/v1\norigin ${origin}\nlog-key ${vkey(logKey.name, logKey.raw)}\ngenesis ${genesis}\n`;

const refused = (why: string) => fail('XCK_BYTES', { what: 'a trust root', why });

/** Reads a trust file that `trustText` would write again byte for byte. */
export function parseTrust(text: string): Result<Trust> {
  const found = FORM.exec(text);
  if (!found) return refused('it is not the four lines');
  const [, origin = '', key = '', genesis = ''] = found;
  const logKey = parseVkey(key);
  if (!logKey.ok) return logKey;
  const { name, raw } = logKey.value;
  return name === origin ? ok({ origin, logKey: { name, raw }, genesis }) : refused('the log key has another name');
}
