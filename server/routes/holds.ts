/** Open holds on plans and runbooks as people read them: what was said, who has signed, whose signatures are still needed. */
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import type { SiteHoldSummary, Slice } from '../../core/protocol/frames.ts';
import { listed } from '../../core/release/words.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { liftDemand, type SiteHold } from '../../core/site/holds.ts';
import type { AppDeps } from '../app.ts';
import { saidIn } from '../runner/preflight.ts';
import { readEntry } from '../runner/site.ts';
import { bodyTexts } from '../runner/slices.ts';

type Deps = Pick<AppDeps, 'engine' | 'store'>;

/** The open holds, or those on one plan and its runbook. */
export function siteHolds(deps: Deps, on?: { readonly plan: string; readonly runbook: string }): SiteHoldSummary[] {
  const { open } = deps.engine.site.holds;
  const wanted = on ? open.filter(({ plan, runbook }) => plan === on.plan || runbook === on.runbook) : open;
  return wanted.map((hold) => summary(deps, hold));
}

function summary({ engine, store }: Deps, hold: SiteHold): SiteHoldSummary {
  const [raised, ...later] = hold.said;
  const updates = later.flatMap((seq) => updateOf(store, seq) ?? []);
  const digest = hold.runbook ?? engine.site.plans.get(hold.plan ?? '')?.runbook ?? '';
  const runbook = engine.runbookOf(digest);
  return {
    hold: hold.ref,
    plan: hold.plan,
    runbook: hold.runbook,
    by: hold.by,
    raised_at: hold.raisedAt,
    text: saidIn(store, raised),
    document: updates.at(-1)?.document ?? null,
    updates,
    next_update: hold.nextUpdate,
    conditions: hold.conditions,
    met: hold.met,
    stance: hold.stance,
    signers: (hold.collection?.signers ?? []).map(({ person, role }) => ({ person, role })),
    content: hold.content ? (JSON.parse(fromUtf8(hold.content.bytes) ?? 'null') as Record<string, unknown>) : null,
    needed: runbook ? whoLifts(runbook) : '',
  };
}

const TYPES = ['hold.raised', 'hold.updated', 'act.signed', 'hold.lifted'];

/** The whole chain of holds outside any run, with the proof that ties its newest entry to the newest checkpoint. */
export function holdsSlice({ engine, store }: Deps): Slice {
  const chain = store
    .entriesOfTypes(TYPES)
    .map(readEntry)
    .filter(({ entry }) => !('run' in entry));
  const last = chain.at(-1);
  return {
    entries: chain.map(({ bytes }) => fromUtf8(bytes) ?? ''),
    bodies: bodyTexts(
      store,
      chain.flatMap(({ entry }) => Object.values(entry.bodies ?? {})),
    ),
    checkpoint: engine.log.checkpoint,
    proof: last ? engine.log.inclusion(last.entry.seq) : [],
  };
}

function updateOf(store: Deps['store'], seq: number): SiteHoldSummary['updates'][number] | undefined {
  const row = store.entry(seq);
  if (!row) return undefined;
  const { entry } = readEntry(row);
  const body = store.body(entry.bodies?.['answer'] ?? '');
  const document = JSON.parse(fromUtf8(body?.bytes ?? new Uint8Array()) || '{}') as Record<string, unknown>;
  return { seq, by: entry.actor, at: entry.ts, document };
}

/** Whose signatures lift a hold, in a sentence. */
function whoLifts(runbook: Runbook): string {
  const rolesOf = (seat: string) => listed(runbook.crew[seat]?.roles ?? [], 'or');
  const { by, count } = liftDemand({ runbook });
  const second = by.map((seat) => `one ${rolesOf(seat)} for the ${seat}`);
  const others = count === 0 ? '' : `, and ${count === 2 ? 'two' : 'one'} of: ${second.join('; ')}`;
  return `Signed by one ${rolesOf('lead')} for the lead${others}. They are different people, none but the lead an author.`;
}
