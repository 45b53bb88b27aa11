/** Claims about acts that several people sign: who signs what, once each, and that the effect is exactly what enough of them signed. */
import type { CollectedAct } from '../../log/acts.ts';
import { broken, type Claim, type History } from './claim.ts';
import { type At, isA } from './history.ts';
import { isEnough, type Quorum, quorumOf } from './quorum.ts';

const EFFECTS = {
  'hold.lifted': 'lift',
  'run.decided': 'decide',
  'step.resolved': 'resolve',
  'briefing.waived': 'waive',
  'run.deviated': 'deviate',
  'lead.taken': 'lead',
  'run.closed': 'close',
} as const;

type Effect = keyof typeof EFFECTS;
type Signature = At<'act.signed'>;

/** The run's last entry before `at`, but presence and signatures: what an act about the whole run is about. */
function standing({ timeline }: History, at: number): string | undefined {
  let index = at - 1;
  while (/^(presence\..*|act\.signed)$/.test(timeline.all[index]?.entry.type ?? '')) index -= 1;
  return timeline.all[index]?.ref;
}

/** Signatures with which this one, or this effect, makes one collection. */
function together({ signatures }: History, line: At): readonly Signature[] {
  const before = signatures.before(line.at);
  const { entry } = line;
  if (entry.type !== 'act.signed') return before?.signers ?? [];
  const same =
    before?.act === entry.act && before.about === entry.about && before.content === entry.bodies?.['content'];
  return same ? before.signers : [];
}

/** Checks that whoever signs sits where the signature says, or takes the lead by it, signs once, and that proposals are the lead's. */
export const signedFromTheirSeats: Claim = function* (history) {
  const { crew } = history;
  for (const line of history.timeline.of('act.signed')) {
    const { act, actor, seat, role } = line.entry;
    const may = takesLead(history, line)
      ? crew.fits(actor, 'lead', role, line.at) && crew.confirmedAt(actor, line.at) >= line.at
      : crew.sits(actor, seat, role, line.at);
    if (!may) yield broken('I3', line, 'the person does not sit there');
    const others = together(history, line);
    if (others.some(({ entry }) => entry.actor === actor)) yield broken('I3', line, 'the person has signed it');
    if (others.length === 0 && (act === 'decide' || act === 'deviate') && !crew.leads(actor, line.at))
      yield broken('I3', line, 'the lead did not propose it');
  }
};

const takesLead = ({ crew }: History, { at, entry }: Signature): boolean =>
  entry.act === 'lead' && entry.seat === 'lead' && !crew.leads(entry.actor, at);

/** Checks that a signature is about what its act can be about there. */
export const signedWhatCanBe: Claim = function* (history) {
  for (const line of history.timeline.of('act.signed')) {
    const { act, bodies } = line.entry;
    if (bodies?.['content'] === undefined || !fitsAbout(history, line))
      yield broken('I19', line, `there is nothing here to ${act}`);
  }
};

function fitsAbout(history: History, line: Signature): boolean {
  const { act, about } = line.entry;
  if (act === 'lift' || act === 'decide') return history.holds.open(about, line.at) !== undefined;
  if (act === 'resolve') return history.armings.unresolved(about, line.at) !== undefined;
  if (act === 'waive') return about === history.input.opened;
  return about === standing(history, line.at) && (act !== 'close' || history.armings.open(line.at).length === 0);
}

/** The quorum that an act needs beside the lead. */
function quorumFor(history: History, act: CollectedAct, about: string, at: number): Quorum {
  const { armings, holds } = history;
  const held = act === 'lift' || act === 'decide' ? holds.open(about, at) : undefined;
  const on = act === 'resolve' ? armings.named(about) : held;
  return quorumOf(history, on?.entry.step, at);
}

/** Seats one of which closes a run beside the lead: those that stand in some step's `by`, or where none does, any other. */
function closing({ input, steps }: History, at: number): string[] {
  const seats = steps.all(at).flatMap(({ by }) => by);
  return seats.length > 0 ? seats : Object.keys(input.runbook.crew).filter((seat) => seat !== 'lead');
}

/** Checks that an effect follows its last signature, lists them all, and has the lead and its quorum among them. */
export const effectOfEnough: Claim = function* (history) {
  for (const type of Object.keys(EFFECTS) as Effect[])
    for (const line of history.timeline.of(type)) {
      const signers = together(history, line);
      const act = EFFECTS[type];
      const about = aboutOf(history, line);
      const [first] = signers;
      if (first?.entry.act !== act || first.entry.about !== about)
        yield broken('I3', line, `nobody signed to ${act} it`);
      else if (
        signers.map(({ ref }) => ref).join() !== line.entry.signed.join() ||
        signers.at(-1)?.entry.actor !== line.entry.actor
      )
        yield broken('I3', line, 'it does not list exactly its signatures');
      else if (
        isA(line, 'run.decided', 'run.deviated') &&
        line.entry.bodies?.['content'] !== first.entry.bodies?.['content']
      )
        yield broken('I3', line, 'it is not what was signed');
      else if (act !== 'lead' && !enough(history, line, act, about, signers))
        yield broken('I3', line, 'not enough people signed');
    }
};

/** What the signatures of this effect have to be about. */
function aboutOf(history: History, line: At<Effect>): string | undefined {
  if (isA(line, 'hold.lifted', 'run.decided')) return line.entry.hold;
  if (isA(line, 'step.resolved')) return line.entry.outcome;
  return isA(line, 'briefing.waived') ? history.input.opened : standing(history, line.at);
}

function enough(
  history: History,
  line: At<Effect>,
  act: CollectedAct,
  about: string,
  signers: readonly Signature[],
): boolean {
  const { crew } = history;
  const { at, entry } = line;
  const voices = signers.map(({ entry: { actor, seat } }) => ({ person: actor, seat }));
  const aborts = entry.type === 'run.closed' && entry.result === 'aborted' && !crew.present('lead', at);
  if (aborts && new Set(voices.map(({ seat }) => seat).filter((seat) => seat !== 'lead')).size > 1) return true;
  if (!voices.some(({ person }) => crew.leads(person, at))) return false;
  if (act === 'close') return voices.some(({ seat }) => closing(history, at).includes(seat));
  return isEnough(history, quorumFor(history, act, about, at), voices, at);
}
