/** Signing what belongs to no run: over the newest checkpoint of the site, verified and continued like any other. */
import { statementText, statementTime } from '../../core/approval/statement.ts';
import type { Lines } from '../../core/log/acts.ts';
import type { Accepted, CommandText } from '../../core/protocol/frames.ts';
import type { Signing } from '../../core/run/lines.ts';
import { type Answer, problem } from '../api.ts';
import type { App } from '../app.ts';
import { CLIENT } from '../version.ts';
import { heldAgainst, treeLine } from './trees.ts';

/** What I add to a statement over the newest tree of the log; the time is the caller's. */
export async function siteSigning(app: App): Promise<Answer<Signing>> {
  const [me, trust] = [app.me.value, app.trust.value];
  if (!me || !trust)
    return problem(
      'XCK_LOG',
      'This browser cannot check the log’s Ed25519 signatures, so nothing can be signed here.',
      'Use a browser that can, or the command line.',
    );
  const site = await app.api.get<{ checkpoint: string }>('/api/site');
  if (!site.ok) return site;
  const tree = await heldAgainst(app.deps.storage, app.api, trust, site.value.checkpoint);
  if (!tree.ok) return tree;
  return { ok: true, value: { signer: me.person, tree: treeLine(tree.value), client: CLIENT, signedAt: '' } };
}

/** Sends a signed act, and keeps the tree that holds it. */
export async function sent(app: App, command: CommandText): Promise<Answer<Accepted>> {
  const answer = await app.api.command(command);
  const trust = app.trust.value;
  if (!answer.ok || !trust) return answer;
  const tree = await heldAgainst(app.deps.storage, app.api, trust, answer.value.checkpoint);
  return tree.ok ? answer : tree;
}

type SiteAct = 'runbook' | 'approve' | 'open' | 'lift' | 'roster';

/** Builds the lines over the newest tree, signs them and sends the command that carries them. */
export async function signAtSite<A extends SiteAct>(
  app: App,
  act: A,
  lines: (signing: Signing) => Lines<A>,
  command: (signed: { statement: string; signature: string }) => CommandText,
): Promise<Answer<Accepted>> {
  const stop = app.unsignable();
  if (stop) return { ok: false, problem: stop };
  const signing = await siteSigning(app);
  if (!signing.ok) return signing;
  const statement = statementText(act, lines({ ...signing.value, signedAt: statementTime(app.clock.value) }));
  const signature = await app.signer(act, statement);
  return signature.ok ? sent(app, command({ statement, signature: signature.value })) : signature;
}
