/** The site's roster as this browser verifies it: the chain against the log that was named at sign-in. What it cannot verify it does not draw. */
import { base64, fromUtf8, utf8 } from '../../core/bytes/encoding.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import { parseVkey } from '../../core/log/checkpoint.ts';
import { type Body, bodyDigest, refDigest } from '../../core/log/entry.ts';
import type { Roster } from '../../core/log/roster.ts';
import type { RosterText } from '../../core/log/tables.ts';
import type { Accepted, SiteSlice } from '../../core/protocol/frames.ts';
import { actLines } from '../../core/run/lines.ts';
import { type VerifiedSite, verifySite } from '../../core/verify/site.ts';
import { readSiteSlice } from '../../core/verify/siteSlice.ts';
import { type Answer, type Problem, problem } from '../api.ts';
import type { App } from '../app.ts';
import { signAtSite } from './site.ts';
import { readCheckpoint } from './trees.ts';

export interface SiteView extends VerifiedSite {
  readonly roster: Roster;
}

const refusedBy = ({ code, sentence, hint }: Problem) => problem(code, sentence, hint);

export async function readRoster(app: App): Promise<Answer<SiteView>> {
  const [me, trust] = [app.me.value, app.trust.value];
  const key = trust && parseVkey(trust.logKey);
  if (!me || !trust || !key?.ok)
    return problem(
      'XCK_LOG',
      'This browser cannot check Ed25519 signatures, so it cannot say who is of this site.',
      'Use another browser, or: crosscheck people list',
    );
  const got = await app.api.get<SiteSlice>('/api/site');
  if (!got.ok) return got;
  const tree = await readCheckpoint(trust, got.value.checkpoint);
  if (!tree.ok) return tree;
  const chain = readSiteSlice(got.value, tree.value);
  if (!chain.ok) return refusedBy(chain.refusal);
  const root = {
    origin: trust.origin,
    logKey: { name: trust.origin, raw: key.value.raw },
    genesis: refDigest(me.genesis),
  };
  const site = await verifySite(chain.value, root, trust.verify);
  if (!site.ok) return refusedBy(site.refusal);
  return { ok: true, value: { ...site.value, roster: site.value.rosters.before(Number.POSITIVE_INFINITY) } };
}

/** Signs a roster as a keeper: the very bytes that others have signed, or a document that begins anew. */
export async function signRoster(
  app: App,
  about: string,
  text: RosterText,
  shared: Body | null,
): Promise<Answer<Accepted>> {
  const body = shared ?? { bytes: utf8(jcs(text)), salt: app.deps.crypto.getRandomValues(new Uint8Array(32)) };
  const content = { roster: bodyDigest(body), version: text.version };
  const origin = app.me.value?.origin ?? '';
  return signAtSite(
    app,
    'roster',
    (signing) => actLines('roster', { origin, run: null, mode: null, about, content }, signing),
    (signed) => ({
      type: 'roster',
      roster: fromUtf8(body.bytes) ?? '',
      salt: base64(body.salt),
      names: {},
      ...signed,
    }),
  );
}
