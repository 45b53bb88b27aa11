/** The claims about acts that people sign on a run: each statement is about what its entry says, and the effect is exactly what was signed. */
import { jcs } from '../bytes/jcs.ts';
import type { Act, CollectedAct } from '../log/acts.ts';
import { ENTRIES, type RunEntry, type RunEntryOf } from '../log/tables.ts';
import { ok } from '../result.ts';
import { signing } from '../run/answers.ts';
import { attestation } from '../run/attest.ts';
import { type Content, effectOf, fitsAct } from '../run/collected.ts';
import { runActLines } from '../run/lines.ts';
import { contextOf } from '../run/state.ts';
import { jsonOf } from './bodies.ts';
import { wellShaped } from './deviation.ts';
import type { Leaf } from './read.ts';
import { type Scene, saying } from './saying.ts';
import { linesOf } from './statements.ts';
import { type Reason, reason, unless } from './verdict.ts';

type Effect = RunEntryOf<
  'hold.lifted' | 'run.decided' | 'step.resolved' | 'briefing.waived' | 'run.deviated' | 'lead.taken' | 'run.closed'
>;

/** Checks that a signature of a collected act says the content that all its signers share, and that it fits the act. */
export function signed(leaf: Leaf<RunEntryOf<'act.signed'>>, scene: Scene): Reason[] {
  const { act, about, actor, seq } = leaf.entry;
  const { content } = leaf.bodies;
  if (!content) return [reason('XCK_POLICY', 'its content is not here', seq, 'I4')];
  const document = jsonOf(content.bytes) as Content;
  const fits = fitsAct(scene.before, act, about, document);
  const change = act === 'deviate' ? document : act === 'decide' ? document['deviation'] : null;
  return [
    ...saying(leaf, act as CollectedAct, scene, (lines) =>
      ok(runActLines(scene.before, act, signing(lines, actor), about, document)),
    ),
    ...(fits.ok ? [] : [reason('XCK_POLICY', fits.refusal.sentence, seq, 'I15')]),
    ...unless(
      change === null || wellShaped(change, contextOf(scene.before).runbook),
      'XCK_POLICY',
      'its steps or inputs are none of the language',
      seq,
      'I15',
    ),
  ];
}

/** Checks that an entry with an effect is, field by field, what the signatures before it lead to. */
export function effect({ entry }: Leaf<Effect>, { before }: Scene): Reason[] {
  const { collection } = contextOf(before);
  const act = ENTRIES[entry.type].act as Act;
  if (!before.content || collection?.act !== act)
    return [reason('XCK_POLICY', 'nobody signed for it', entry.seq, 'I3')];
  const content = jsonOf(before.content.bytes) as Content;
  const expected = effectOf(contextOf(before), collection.act, entry.actor, collection.about, content, [
    ...entry.signed,
  ]);
  const own = ownFields(entry);
  const same = expected.ok && jcs(expected.value.fields) === jcs(own);
  return unless(same, 'XCK_POLICY', 'it is not what was signed', entry.seq, 'I3');
}

function ownFields(entry: RunEntry): Record<string, unknown> {
  const names = Object.keys(ENTRIES[entry.type].fields);
  return Object.fromEntries(Object.entries(entry).filter(([name]) => names.includes(name)));
}

/** Checks that whoever attested to a manual step signed the result that the entry tells. */
export function attested(leaf: Leaf<RunEntryOf<'step.attested'>>, scene: Scene): Reason[] {
  const { actor, started, result, seq } = leaf.entry;
  const lines = linesOf(scene.stated, leaf, 'attest');
  const content = lines && attestation(lines.content);
  return [
    ...saying(leaf, 'attest', scene, (said) =>
      ok(runActLines(scene.before, 'attest', signing(said, actor), started, content ?? {})),
    ),
    ...unless(content?.result === result, 'XCK_POLICY', 'its result is not the one that was attested', seq, 'I11'),
  ];
}
