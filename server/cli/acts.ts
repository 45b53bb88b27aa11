/** Acts that several people sign: the whole content shown, the typed word, the signature. Whoever signs after another signs the very content of the first. */
import { statementText } from '../../core/approval/statement.ts';
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import type { CollectedAct } from '../../core/log/acts.ts';
import type { EntryType } from '../../core/log/tables.ts';
import type { Accepted } from '../../core/protocol/frames.ts';
import { type Content, fitsAct } from '../../core/run/collected.ts';
import type { Signer } from '../../core/run/context.ts';
import { type ContentAct, runActLines } from '../../core/run/lines.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import type { Cli } from './args.ts';
import { type Client, send, signed, signingOver } from './client.ts';
import { EXIT, must, Stop } from './exits.ts';
import type { OpenRun } from './run-client.ts';
import { type Names, nameOf } from './show.ts';
import type { Terminal } from './terminal.ts';

export interface Proposal {
  readonly about: string;
  readonly content: Content;
}

/** What others have signed so far. */
export interface Collected extends Proposal {
  readonly signers: readonly Signer[];
}

/** The signatures of this act that wait for more; undefined where there are none. */
export function collectedOf(state: RunState, act: CollectedAct): Collected | undefined {
  const { collection } = contextOf(state);
  if (collection?.act !== act || !state.content) return undefined;
  const content = JSON.parse(fromUtf8(state.content.bytes) ?? 'null') as Content;
  return { about: collection.about, content, signers: collection.signers };
}

/** What an act leads to once enough have signed. */
const EFFECT: Readonly<Record<CollectedAct, EntryType>> = {
  lift: 'hold.lifted',
  decide: 'run.decided',
  resolve: 'step.resolved',
  waive: 'briefing.waived',
  deviate: 'run.deviated',
  lead: 'lead.taken',
  close: 'run.closed',
};

/** Shows the act to the last line, has its word typed, signs and sends it. True when it has taken effect. */
export async function signAct(
  cli: Cli,
  client: Client,
  { folded, names }: OpenRun,
  act: CollectedAct,
  { about, content }: Proposal,
): Promise<boolean> {
  const { state, tree } = folded;
  must(fitsAct(state, act, about, content));
  showBefore(cli.terminal, names, collectedOf(state, act), { about, content });
  const lines = runActLines(state, act, await signingOver(client, tree), about, content);
  await typed(cli.terminal, act, statementText(act, lines));
  const signature = await signed(client, act, lines);
  const { entries } = await send(client, {
    type: act,
    run: state.facts.run,
    content: jcs(content),
    ...signature,
  });
  return tookEffect({ entries }, act);
}

export const tookEffect = ({ entries }: Pick<Accepted, 'entries'>, act: CollectedAct): boolean =>
  entries.some(({ type }) => type === EFFECT[act]);

/** Who has signed, and whether it is the same. */
function showBefore({ say, stress }: Terminal, names: Names, before: Collected | undefined, own: Proposal): void {
  if (!before) return;
  const by = before.signers.map(({ person, seat }) => `${nameOf(names, person)} (${seat})`).join(', ');
  const same = before.about === own.about && jcs(before.content) === jcs(own.content);
  if (same) say(`Signed already, word for word: ${by}.`);
  else stress(`${by} signed something else; signing this begins anew.`);
}

/** Shows a statement and has the act's word typed; anything else ends the word, and nothing is signed. */
export async function typed({ say, ask }: Terminal, act: ContentAct, statement: string): Promise<void> {
  say('You sign:');
  say('');
  say(statement);
  if ((await ask(`Type ${act} to sign this statement; anything else signs nothing.`)) !== act)
    throw new Stop(EXIT.refused, 'Nothing was signed.');
}
