/** A log's name, made of what its genesis says, so that no two sites can share one; it reads nothing but the document. */
import { concat, hex, utf8 } from '../bytes/encoding.ts';
import { sha256 } from '../bytes/hash.ts';
import { jcs } from '../bytes/jcs.ts';
import type { SiteDocument } from './tables.ts';

const PREFIX = utf8('crosscheck-genesis/v1\n');

/** `<host>/log/` and the first 32 hex digits of SHA-256("crosscheck-genesis/v1\n" ‖ JCS(site)). */
export const originOf = (site: SiteDocument): string =>
  `${site.host}/log/${hex(sha256(concat(PREFIX, utf8(jcs(site))))).slice(0, 32)}`;
