/** Histories for the claims about acts that several people sign. */
import { effectOfEnough, signedFromTheirSeats, signedWhatCanBe } from '../../../../../core/verify/checker/acts.ts';
import { IDS } from '../../../../helpers/told.ts';
import { breaks, type Claimed, keeps } from '../case.ts';
import { BRIEFED, OWN_EYES, SIX_EYES, THREE } from '../runbooks.ts';
import type { Run } from '../story.ts';

const RISK = { risk: null };
const held = (run: Run): string => run.hold('person', undefined, 'dba');
const unknownFirst = (run: Run): string => {
  run.end(run.begin('first'), 'unknown');
  run.hold('unknown', 'first');
  return run.written.at(-2)?.ref ?? '';
};
const BACK = { deviation: null, test: null, way: 'back' };
const CHANGE = { before: 'first', inputs: null, reason: 'It was missed', steps: null };

const seats: Claimed = {
  claim: signedFromTheirSeats,
  keeps: [
    keeps('from their own seats, once each', THREE, (run) => run.lift(held(run), ['lead', 'dba', 'sre'])),
    keeps('again, where something came between', THREE, (run) => {
      const hold = held(run);
      run.sign('lift', hold, RISK, ['lead', 'dba']);
      run.update(hold, 'dba', { next_update: 5 });
      run.lift(hold);
    }),
    keeps('who takes the lead signs from it', THREE, (run) => run.pass('second')),
  ],
  breaks: [
    breaks('by somebody without a seat', 'I3', 'the person does not sit there', THREE, (run) =>
      run.sign('lift', held(run), RISK, ['sre2']),
    ),
    breaks('from a seat of another', 'I3', 'the person does not sit there', THREE, (run) =>
      run.tell('act.signed', IDS.sre, { act: 'lift', about: held(run), seat: 'reviewer', role: 'dba' }, RISK),
    ),
    breaks('by another role', 'I3', 'the person does not sit there', THREE, (run) =>
      run.tell('act.signed', IDS.dba, { act: 'lift', about: held(run), seat: 'reviewer', role: 'sre' }, RISK),
    ),
    breaks('who takes the lead has no role of it', 'I3', 'the person does not sit there', THREE, (run) =>
      run.tell('act.signed', IDS.sre2, { act: 'lead', about: run.standing, seat: 'lead', role: 'sre' }, {}),
    ),
    breaks('who takes the lead has confirmed', 'I3', 'the person does not sit there', THREE, (run) => {
      run.leave('dba');
      run.sit('third', 'reviewer', 'dba');
      run.done('first');
      run.confirm(run.arm('second'), 'third');
      const fields = { act: 'lead', about: run.standing, seat: 'lead', role: 'release-lead' };
      run.tell('act.signed', IDS.third, fields, {});
    }),
    breaks('twice', 'I3', 'the person has signed it', THREE, (run) =>
      run.sign('lift', held(run), RISK, ['lead', 'lead']),
    ),
    breaks('twice, with an absence between', 'I3', 'the person has signed it', THREE, (run) => {
      const hold = held(run);
      run.sign('lift', hold, RISK, ['dba']);
      run.presence('lost', 'sre');
      run.sign('lift', hold, RISK, ['dba']);
    }),
    breaks('somebody else proposes a deviation', 'I3', 'the lead did not propose it', THREE, (run) =>
      run.sign('deviate', run.standing, CHANGE, ['dba']),
    ),
    breaks('somebody else proposes another decision', 'I3', 'the lead did not propose it', THREE, (run) => {
      const hold = held(run);
      run.sign('decide', hold, { ...BACK, dissent: null }, ['lead']);
      run.sign('decide', hold, { ...BACK, dissent: 'Forward is safer' }, ['dba']);
    }),
  ],
};

const abouts: Claimed = {
  claim: signedWhatCanBe,
  keeps: [
    keeps('about a hold, an outcome, the opening, and where the run stands', BRIEFED, (run) => {
      run.sign('lift', held(run), RISK, ['lead']);
      run.sign('waive', run.written[0]?.ref ?? '', { question: 'plan', reason: 'None' }, ['lead']);
      run.sign('close', run.standing, { result: 'aborted', roster: null }, ['lead']);
      run.presence('lost', 'sre');
      run.sign('deviate', run.standing, CHANGE, ['lead']);
    }),
    keeps('about a start that was aborted', THREE, (run) => {
      const started = run.begin('first');
      run.abort(started);
      run.resolve(started, 'failed');
    }),
  ],
  breaks: [
    breaks('a hold that is lifted', 'I19', 'there is nothing here to lift', THREE, (run) => {
      const hold = held(run);
      run.lift(hold);
      run.sign('lift', hold, RISK, ['lead']);
    }),
    breaks('a decision about no hold', 'I19', 'there is nothing here to decide', THREE, (run) =>
      run.sign('decide', run.standing, { way: 'back' }, ['lead']),
    ),
    breaks('an outcome that is resolved', 'I19', 'there is nothing here to resolve', THREE, (run) => {
      const outcome = unknownFirst(run);
      run.resolve(outcome, 'failed');
      run.sign('resolve', outcome, { as: 'failed', evidence: 'Seen' }, ['lead']);
    }),
    breaks('an outcome that everybody knows', 'I19', 'there is nothing here to resolve', THREE, (run) => {
      const outcome = run.end(run.begin('first'), 'failed');
      run.hold('failed', 'first');
      run.sign('resolve', outcome, { as: 'finished', evidence: 'Seen' }, ['lead']);
    }),
    breaks('a start that still runs', 'I19', 'there is nothing here to resolve', THREE, (run) =>
      run.sign('resolve', run.begin('first'), { as: 'failed', evidence: 'Seen' }, ['lead']),
    ),
    breaks('an aborted start that told its outcome', 'I19', 'there is nothing here to resolve', THREE, (run) => {
      const started = run.begin('first');
      run.abort(started);
      run.end(started, 'failed');
      run.sign('resolve', started, { as: 'failed', evidence: 'Seen' }, ['lead']);
    }),
    breaks('a waiver that is not about the opening', 'I19', 'there is nothing here to waive', BRIEFED, (run) =>
      run.sign('waive', run.standing, { question: 'plan', reason: 'None' }, ['lead']),
    ),
    breaks('a deviation about an earlier entry', 'I19', 'there is nothing here to deviate', THREE, (run) =>
      run.sign('deviate', run.written[0]?.ref ?? '', CHANGE, ['lead']),
    ),
    breaks('a close while something is armed', 'I19', 'there is nothing here to close', THREE, (run) => {
      run.arm('first');
      run.sign('close', run.standing, { result: 'aborted', roster: null }, ['lead']);
    }),
    breaks('an act without its content', 'I19', 'there is nothing here to lift', THREE, (run) =>
      run.sign('lift', held(run), undefined, ['lead']),
    ),
  ],
};

const NOT_ENOUGH = 'not enough people signed';
/** An effect of these signatures by whoever signed last, with what it says instead. */
const lifts = (run: Run, hold: string, signed: readonly string[], actor = IDS.dba): string =>
  run.tell('hold.lifted', actor, { hold, signed });

const enough: Claimed = {
  claim: effectOfEnough,
  keeps: [
    keeps('the lead and the quorum, in any order', THREE, (run) => run.lift(held(run), ['dba', 'lead'])),
    keeps('where most eyes are six, two beside the lead', SIX_EYES, (run) =>
      run.lift(held(run), ['lead', 'dba', 'sre']),
    ),
    keeps('the quorum of the step that the hold is about', OWN_EYES, (run) => {
      run.lift(run.hold('person', 'first', 'dba'), ['lead', 'sre']);
      run.decide(run.hold('person', 'first', 'dba'), 'forward', {}, {}, ['lead', 'sre']);
    }),
    keeps('the quorum of the step that nobody saw end', OWN_EYES, (run) => {
      const arming = run.arm('first');
      run.confirm(arming, 'sre');
      run.key(arming);
      const outcome = run.end(run.start(arming), 'unknown');
      run.hold('unknown', 'first');
      run.resolve(outcome, 'finished', ['lead', 'sre']);
    }),
    keeps('two of the others abort a run whose lead is away', THREE, (run) => {
      run.presence('lost', 'lead');
      run.close('aborted', ['dba', 'sre']);
    }),
    keeps('every effect of its own act', BRIEFED, (run) => {
      run.waive('plan');
      run.deviate({ ...CHANGE, before: 'only' });
      run.pass('second');
    }),
  ],
  breaks: [
    breaks('nobody signed', 'I3', 'nobody signed to lift it', THREE, (run) => lifts(run, held(run), [])),
    breaks('something came between', 'I3', 'nobody signed to lift it', THREE, (run) => {
      const hold = held(run);
      const signed = run.sign('lift', hold, RISK, ['lead', 'dba']);
      run.update(hold, 'dba', { next_update: 5 });
      lifts(run, hold, signed);
    }),
    breaks('they signed about another hold', 'I3', 'nobody signed to lift it', THREE, (run) => {
      const hold = held(run);
      lifts(run, hold, run.sign('lift', held(run), RISK, ['lead', 'dba']));
    }),
    breaks('they signed something else', 'I3', 'nobody signed to close it', THREE, (run) => {
      const signed = run.sign('deviate', run.standing, CHANGE, ['lead', 'dba']);
      run.effect('run.closed', ['dba'], { result: 'aborted', signed });
    }),
    breaks(
      'nobody signed the close of a run in which something is armed',
      'I3',
      'nobody signed to close it',
      THREE,
      (run) => {
        run.arm('first');
        run.effect('run.closed', ['dba'], { result: 'aborted', signed: [] });
      },
    ),
    breaks('a signature is left out', 'I3', 'it does not list exactly its signatures', THREE, (run) => {
      const hold = held(run);
      lifts(run, hold, run.sign('lift', hold, RISK, ['lead', 'sre', 'dba']).slice(1));
    }),
    breaks('in another order', 'I3', 'it does not list exactly its signatures', THREE, (run) => {
      const hold = held(run);
      lifts(run, hold, run.sign('lift', hold, RISK, ['lead', 'dba']).reverse());
    }),
    breaks('by another than signed last', 'I3', 'it does not list exactly its signatures', THREE, (run) => {
      const hold = held(run);
      lifts(run, hold, run.sign('lift', hold, RISK, ['lead', 'dba']), IDS.lead);
    }),
    breaks('another change than was signed', 'I3', 'it is not what was signed', THREE, (run) => {
      const signed = run.sign('deviate', run.standing, CHANGE, ['lead', 'dba']);
      run.effect('run.deviated', ['dba'], { signed }, { ...CHANGE, reason: 'It is nicer' });
    }),
    breaks('the lead alone', 'I3', NOT_ENOUGH, THREE, (run) => run.lift(held(run), ['lead'])),
    breaks('everybody but the lead', 'I3', NOT_ENOUGH, THREE, (run) => run.lift(held(run), ['sre', 'dba'])),
    breaks('a seat that the step does not ask', 'I3', NOT_ENOUGH, THREE, (run) => run.lift(held(run), ['lead', 'sre'])),
    breaks('one where most eyes are six', 'I3', NOT_ENOUGH, SIX_EYES, (run) => run.lift(held(run), ['lead', 'dba'])),
    breaks(
      'one person from two seats where most eyes are six',
      'I3',
      NOT_ENOUGH,
      SIX_EYES,
      (run) => {
        const hold = held(run);
        const signed = run.sign('lift', hold, RISK, ['lead', 'dba']);
        const fields = { act: 'lift', about: hold, seat: 'verifier', role: 'sre' };
        lifts(run, hold, [...signed, run.tell('act.signed', IDS.dba, fields, RISK)]);
      },
      ['the person does not sit there', 'the person has signed it'],
    ),
    breaks('an author of the runbook', 'I3', NOT_ENOUGH, THREE, (run) => {
      run.leave('dba');
      run.sit('author', 'reviewer', 'dba');
      run.lift(run.hold('presence'), ['lead', 'author']);
    }),
    breaks('the lead alone closes', 'I3', NOT_ENOUGH, THREE, (run) => run.close('aborted', ['lead'])),
    breaks('the lead alone closes where no step asks anybody', 'I3', NOT_ENOUGH, BRIEFED, (run) =>
      run.close('aborted', ['lead']),
    ),
    breaks('two others abort while the lead is there', 'I3', NOT_ENOUGH, THREE, (run) =>
      run.close('aborted', ['dba', 'sre']),
    ),
    breaks('one other aborts while the lead is away', 'I3', NOT_ENOUGH, THREE, (run) => {
      run.presence('lost', 'lead');
      run.close('aborted', ['dba']);
    }),
  ],
};

export const ACTS: readonly Claimed[] = [seats, abouts, enough];
