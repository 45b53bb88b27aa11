/** Preflight: what would stop a run that is not open yet, by step and seat. Everything is given; it looks at nothing itself and allows nothing. */
import { demandOf, rightKeys } from '../approval/quorum.ts';
import type { KeyKind } from '../log/publicKey.ts';
import type { CloseResult } from '../log/tables.ts';
import type { Runbook, Step } from '../runbook/runbook.ts';
import { allSteps } from '../runbook/steps.ts';
import { matching } from './matching.ts';
import { counted, lasting, listed, type Say, utc } from './words.ts';

export interface Rehearsed {
  readonly run: string;
  /** Digest of the folder that was rehearsed. */
  readonly runbook: string;
  readonly closedAt: number;
  readonly result: CloseResult;
}

export interface PreflightFacts {
  readonly runbook: Runbook;
  /** Digest of its folder. */
  readonly digest: string;
  readonly mode: 'live' | 'rehearsal';
  /** Who would open and lead it. */
  readonly lead: string;
  /** Who is invited, by seat. */
  readonly invited: Readonly<Record<string, readonly string[]>>;
  /** Roles by person, of the roster. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly authors: readonly string[];
  /** Kinds of the keys that each person has; nothing is asked of them in a solo site. */
  readonly kinds: Readonly<Record<string, readonly KeyKind[]>>;
  readonly solo: boolean;
  /** Names that connected agents serve in this mode. */
  readonly served: readonly string[];
  /** Whether the runbook's window is open, and when it opens next where that is known. */
  readonly window: { readonly open: boolean; readonly opens: number | null };
  /** Locks that it needs and that open runs of this mode hold. */
  readonly locked: readonly { readonly lock: string; readonly run: string }[];
  /** Steps that a rehearsal cannot arm: nothing of them is replaced, and they do not say `rehearse: as_is`. */
  readonly uncovered: readonly string[];
  /** Closed rehearsals of the runbook with this id. */
  readonly rehearsals: readonly Rehearsed[];
  readonly holds: readonly { readonly on: 'plan' | 'runbook'; readonly by: string; readonly text: string }[];
  readonly now: number;
  readonly say: Say;
}

export interface Finding {
  readonly rule: 'seat' | 'quorum' | 'target' | 'window' | 'lock' | 'rehearsal' | 'hold';
  readonly step: string | null;
  readonly seat: string | null;
  readonly sentence: string;
}

/** Returns everything that would stop the run; empty where nothing is known to. */
export const preflight = (facts: PreflightFacts): Finding[] => [
  ...holds(facts),
  ...seats(facts),
  ...quorums(facts),
  ...keys(facts),
  ...targets(facts),
  ...window(facts),
  ...locks(facts),
  ...(facts.mode === 'rehearsal' ? uncovered(facts) : rehearsal(facts)),
];

const finding = (rule: Finding['rule'], sentence: string, at: { step?: string; seat?: string } = {}): Finding => ({
  rule,
  step: at.step ?? null,
  seat: at.seat ?? null,
  sentence,
});

const holds = ({ holds, say }: PreflightFacts): Finding[] =>
  holds.map(({ on, by, text }) => finding('hold', `A hold stands on this ${on}, called by ${say(by)}: ${text}`));

/** Why an invited person cannot take a seat; undefined where they can. */
function unfit({ runbook, roles, lead, say }: PreflightFacts, seat: string, person: string): string | undefined {
  const wanted = runbook.crew[seat]?.roles ?? [];
  if (seat !== 'lead' && person === lead) return `${say(person)} leads the run`;
  const holds = roles[person] ?? [];
  return wanted.some((role) => holds.includes(role))
    ? undefined
    : `${say(person)} does not hold the role ${listed(wanted, 'or')}`;
}

/** The seats that cannot all have a person of their own at the same time. */
function seats(facts: PreflightFacts): Finding[] {
  const { runbook, lead } = facts;
  const invited = (seat: string) => (seat === 'lead' ? [lead] : (facts.invited[seat] ?? []));
  const needed = Object.keys(runbook.crew).filter((seat) => runbook.crew[seat]?.optional === false);
  const able = needed.map((seat) => [seat, invited(seat).filter((person) => !unfit(facts, seat, person))] as const);
  const filled = matching(Object.fromEntries(able));
  return needed
    .filter((seat) => !filled.has(seat))
    .map((seat) =>
      finding('seat', `Nobody can take the ${seat} seat: ${whyEmpty(facts, seat, invited(seat))}.`, { seat }),
    );
}

const whyEmpty = (facts: PreflightFacts, seat: string, invited: readonly string[], counts = unfit): string =>
  invited.length === 0
    ? 'nobody is invited to it'
    : listed(invited.map((person) => counts(facts, seat, person) ?? `${facts.say(person)} is needed in another seat`));

/** Whose voice would not count although they may sit there. */
const silent = (facts: PreflightFacts, seat: string, person: string): string | undefined =>
  facts.authors.includes(person) ? `${facts.say(person)} is an author of this runbook` : unfit(facts, seat, person);

const quorums = (facts: PreflightFacts): Finding[] => allSteps(facts.runbook).flatMap((step) => quorumOf(facts, step));

function quorumOf(facts: PreflightFacts, step: Step): Finding[] {
  const { by, count } = demandOf(step);
  const invited = (seat: string) => facts.invited[seat] ?? [];
  const able = by.map((seat) => [seat, invited(seat).filter((person) => !silent(facts, seat, person))] as const);
  const filled = matching(Object.fromEntries(able));
  if (filled.size >= count) return [];
  const need = `Step ${step.id} needs ${counted(count, 'confirmation')} and these people can give ${filled.size}`;
  return by
    .filter((seat) => !filled.has(seat))
    .map((seat) =>
      finding('quorum', `${need}. The ${seat} seat: ${whyEmpty(facts, seat, invited(seat), silent)}.`, {
        step: step.id,
        seat,
      }),
    );
}

/** Steps whose confirmations cannot be by the keys that they ask for, whoever of the invited gives them. */
const keys = (facts: PreflightFacts): Finding[] =>
  allSteps(facts.runbook).flatMap((step) => {
    const able = step.by.flatMap((seat) => (facts.invited[seat] ?? []).filter((one) => !silent(facts, seat, one)));
    const kinds = [...new Set(able)].flatMap((person) => [...new Set(facts.kinds[person])]);
    const enough = rightKeys(step.keys, facts, kinds);
    return enough.ok
      ? []
      : [
          finding('quorum', `Step ${step.id} asks for keys that nobody invited has. ${enough.refusal.hint}`, {
            step: step.id,
          }),
        ];
  });

/** The name that agents serve for a target: a rehearsal may send it elsewhere. */
function servedAs({ runbook, mode }: PreflightFacts, target: string): string {
  const instead = mode === 'rehearsal' ? runbook.rehearsal?.targets[target] : undefined;
  return (instead ?? runbook.targets[target])?.agent ?? target;
}

function targets(facts: PreflightFacts): Finding[] {
  const first = new Map<string, string>();
  for (const { id, kind, target } of allSteps(facts.runbook)) {
    const name = servedAs(facts, target);
    if (kind !== 'gate' && kind !== 'parallel' && !first.has(name)) first.set(name, id);
  }
  return [...first]
    .filter(([name]) => !facts.served.includes(name))
    .map(([name, step]) =>
      finding('target', `No agent serves ${name} for ${facts.mode} runs; step ${step} needs it.`, { step }),
    );
}

function window({ runbook, mode, window: now }: PreflightFacts): Finding[] {
  if (mode !== 'live' || !runbook.window || now.open) return [];
  const { days, from, to, timezone } = runbook.window;
  const next = now.opens === null ? '' : ` It opens at ${utc(now.opens)}.`;
  return [finding('window', `The window is closed: ${days.join(', ')} from ${from} to ${to}, ${timezone}.${next}`)];
}

const locks = ({ locked }: PreflightFacts): Finding[] =>
  locked.map(({ lock, run }) => finding('lock', `Run ${run} holds the lock ${lock}.`));

const uncovered = ({ uncovered }: PreflightFacts): Finding[] =>
  uncovered.map((step) =>
    finding('rehearsal', `Nothing of step ${step} is replaced, and it does not say that it may run as it is.`, {
      step,
    }),
  );

function rehearsal({ runbook, digest, rehearsals, now }: PreflightFacts): Finding[] {
  if (runbook.rehearsal?.required !== true) return [];
  const done = rehearsals.filter(({ result }) => result === 'done').toSorted((a, b) => b.closedAt - a.closedAt);
  const own = done.find((one) => one.runbook === digest);
  const most = runbook.rehearsal.max_age_ms;
  if (own && most !== null && now - own.closedAt > most)
    return [
      finding('rehearsal', `The rehearsal ${own.run} is older than ${lasting(most)}: it ended ${utc(own.closedAt)}.`),
    ];
  if (own) return [];
  const why = done[0] ? `; ${done[0].run} rehearsed another text` : '';
  return [finding('rehearsal', `No rehearsal of exactly this runbook was completed${why}.`)];
}
