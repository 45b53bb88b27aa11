/** Claims about acts that several people sign: who signs what, once each, and that the effect is exactly what enough of them signed. */
import type { CollectedAct } from '../../log/acts.ts';
import { broken, type Claim, type History } from './claim.ts';
import type { At } from './history.ts';
import { liftable } from './holds.ts';
import { mayGiveLead } from './people.ts';
import { isEnough, type Quorum, quorumOf } from './quorum.ts';

/** The effect of each act, and the entry that it is about; without one it is about the run as it stood. */
const EFFECTS = {
  'hold.lifted': { act: 'lift', about: 'hold' },
  'run.decided': { act: 'decide', about: 'hold' },
  'step.resolved': { act: 'resolve', about: 'outcome' },
  'briefing.waived': { act: 'waive', about: 'opened' },
  'run.deviated': { act: 'deviate', about: null },
  'lead.taken': { act: 'lead', about: null },
  'run.closed': { act: 'close', about: null },
} as const;

type Effect = keyof typeof EFFECTS;
type Signature = At<'act.signed'>;

/** The run's last entry before `at`, but presence and these signatures: what an act about the whole run is about. */
function standing({ timeline }: History, at: number, own: readonly Signature[]): string | undefined {
  const beside = new Set(own.map((one) => one.at));
  let index = at - 1;
  while (beside.has(index) || timeline.all[index]?.entry.type.startsWith('presence.')) index -= 1;
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

/** Checks that whoever signs sits where the signature says, or takes the lead by it, and signs once. */
export const signedFromTheirSeats: Claim = function* (history) {
  const { crew } = history;
  for (const line of history.timeline.of('act.signed')) {
    const { actor, seat, role } = line.entry;
    const may = takesLead(history, line)
      ? crew.fits(actor, 'lead', role) && crew.confirmedAt(actor, line.at) >= line.at
      : crew.sits(actor, seat, role, line.at);
    if (!may) yield broken('I3', line, 'the person does not sit there');
    if (together(history, line).some(({ entry }) => entry.actor === actor))
      yield broken('I3', line, 'the person has signed it');
  }
};

const takesLead = ({ crew }: History, { at, entry }: Signature): boolean =>
  entry.act === 'lead' && entry.seat === 'lead' && !crew.leads(entry.actor, at);

/** Checks that a signature is about what its act can be about there, and that it can count. */
export const signedWhatCanBe: Claim = function* (history) {
  for (const line of history.timeline.of('act.signed')) {
    const { act, about, bodies } = line.entry;
    if (bodies?.['content'] === undefined || !fitsAbout(history, line))
      yield broken('I19', line, `there is nothing here to ${act}`);
    if (!counts(history, line, about)) yield broken('I3', line, 'the person’s signature cannot count');
  }
};

function fitsAbout(history: History, line: Signature): boolean {
  const { act, about } = line.entry;
  if (act === 'lift') return liftable(history, about, line.at);
  if (act === 'decide') return history.holds.open(about, line.at) !== undefined;
  if (act === 'resolve') return history.armings.unresolved(about, line.at) !== undefined;
  if (act === 'waive') return about === history.input.opened;
  return (
    about === standing(history, line.at, together(history, line)) &&
    (act !== 'close' || history.armings.open(line.at).length === 0)
  );
}

function counts(history: History, { at, entry }: Signature, about: string): boolean {
  const { crew } = history;
  const { act, actor, seat } = entry;
  if (act === 'lead') return seat === 'lead' || mayGiveLead(history, actor, at);
  if (seat === 'lead' || (act === 'close' && !crew.present('lead', at))) return true;
  return quorumFor(history, act, about, at).seats.includes(seat) && crew.mayCount(actor, at);
}

/** The quorum that an act needs beside the lead. */
function quorumFor(history: History, act: CollectedAct, about: string, at: number): Quorum {
  if (act === 'resolve') return quorumOf(history, history.armings.named(about)?.entry.step, at);
  if (act !== 'close') return quorumOf(history, history.holds.open(about, at)?.entry.step, at);
  const seats = [...new Set(history.steps.all(at).flatMap(({ by }) => by))];
  const others = Object.keys(history.input.runbook.crew).filter((seat) => seat !== 'lead');
  return { seats: seats.length > 0 ? seats : others, need: 1 };
}

/** Checks that an effect follows its last signature, lists them all, and has the lead and its quorum among them. */
export const effectOfEnough: Claim = function* (history) {
  for (const type of Object.keys(EFFECTS) as Effect[])
    for (const line of history.timeline.of(type)) {
      const signers = together(history, line);
      const { act, about: field } = EFFECTS[type];
      const about = field === null ? standing(history, line.at, signers) : Object(line.entry)[field];
      const [first] = signers;
      if (first?.entry.act !== act || first.entry.about !== about)
        yield broken('I3', line, `nobody signed to ${act} it`);
      else if (
        signers.map(({ ref }) => ref).join() !== line.entry.signed.join() ||
        signers.at(-1)?.entry.actor !== line.entry.actor
      )
        yield broken('I3', line, 'it does not list exactly its signatures');
      else if (act !== 'lead' && !enough(history, line, act, about, signers))
        yield broken('I3', line, 'not enough people signed');
    }
};

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
  return (
    voices.some(({ person }) => crew.leads(person, at)) &&
    isEnough(history, quorumFor(history, act, about, at), voices, at)
  );
}
