/** Histories for the claims about seats. */
import type { Runbook } from '../../../../../core/runbook/runbook.ts';
import type { Written } from '../../../../../core/verify/checker/checker.ts';
import {
  leadPassesBySignature,
  leftByItsHolder,
  oneSeatEach,
  opensAndClosesOnce,
  presenceChanges,
  rosterOnlyTakes,
} from '../../../../../core/verify/checker/people.ts';
import { IDS, OPENING } from '../../../../helpers/told.ts';
import { breaks, type Claimed, keeps } from '../case.ts';
import { THREE } from '../runbooks.ts';
import type { Run } from '../story.ts';

/** The run ends with its opening, and says there what it should not. */
function opensWith(run: Run, fields: Readonly<Record<string, unknown>>): void {
  const [{ entry, ref }] = run.written as [Written];
  run.written.splice(0, run.written.length, { entry: { ...entry, ...fields } as typeof entry, ref });
}

const LED_BY_DBA: Runbook = { ...THREE, crew: { ...THREE.crew, lead: { roles: ['dba'], optional: false } } };

const opens: Claimed = {
  claim: opensAndClosesOnce,
  keeps: [
    keeps('opened first, closed last', THREE, (run) => run.close('aborted')),
    keeps('opened and not closed', THREE, () => undefined),
  ],
  breaks: [
    breaks('it opens again', 'I14', 'the run is open already', THREE, (run) =>
      run.tell('run.opened', IDS.lead, OPENING.fields),
    ),
    breaks('it opens in another mode', 'I14', 'its mode or rules are not the run’s', THREE, (run) =>
      opensWith(run, { mode: 'rehearsal' }),
    ),
    breaks('it opens under other rules', 'I14', 'its mode or rules are not the run’s', THREE, (run) =>
      opensWith(run, { rules: 2 }),
    ),
    breaks('somebody else opened it', 'I3', 'it is not the opening that is judged', THREE, (run) =>
      opensWith(run, { actor: IDS.second }),
    ),
    breaks('who opens may not lead', 'I3', 'who opens has no role of the lead', LED_BY_DBA, (run) =>
      opensWith(run, {}),
    ),
    breaks('it begins with something else', 'I14', 'the run is not open', THREE, (run) => {
      run.written.splice(0, 1);
      run.written.splice(1);
    }),
    breaks('an entry of another run', 'I14', 'it belongs to another run', THREE, (run) =>
      run.tell('presence.lost', 'server', { seat: 'reviewer', person: IDS.dba, run: '01JD3V7Q0Z8EA1B2C3D4E5F6G8' }),
    ),
    breaks('something follows the close', 'I12', 'the run is closed', THREE, (run) => {
      run.close('aborted');
      run.leave('dba');
    }),
  ],
};

const sits: Claimed = {
  claim: oneSeatEach,
  keeps: [
    keeps('a seat is left and taken by another', THREE, (run) => {
      run.leave('dba');
      run.sit('dba2', 'reviewer', 'dba');
    }),
    keeps('a person changes seats by leaving the first', THREE, (run) => {
      run.sit('third', 'deputy', 'release-lead');
      run.leave('dba');
      run.leave('third');
      run.sit('third', 'reviewer', 'dba');
    }),
  ],
  breaks: [
    breaks('somebody sits down as the lead', 'I3', 'the lead is taken by a signed act alone', THREE, (run) =>
      run.sit('second', 'lead', 'release-lead'),
    ),
    breaks('the role is not the person’s', 'I3', 'sre is not a role of the person for this seat', THREE, (run) => {
      run.leave('sre');
      run.sit('dba2', 'verifier', 'sre');
    }),
    breaks('the role is not of the seat', 'I3', 'sre is not a role of the person for this seat', THREE, (run) => {
      run.leave('dba');
      run.sit('sre2', 'reviewer', 'sre');
    }),
    breaks('there is no such seat', 'I3', 'dba is not a role of the person for this seat', THREE, (run) =>
      run.sit('dba2', 'constructor', 'dba'),
    ),
    breaks('somebody sits there', 'I3', 'somebody sits there', THREE, (run) => run.sit('dba2', 'reviewer', 'dba')),
    breaks('one person sits twice', 'I3', 'the person has a seat', THREE, (run) => {
      run.sit('third', 'deputy', 'release-lead');
      run.leave('dba');
      run.sit('third', 'reviewer', 'dba');
    }),
  ],
};

const leaves: Claimed = {
  claim: leftByItsHolder,
  keeps: [keeps('who sits there leaves', THREE, (run) => run.leave('dba'))],
  breaks: [
    breaks('another leaves for them', 'I9', 'the person does not sit there', THREE, (run) =>
      run.leave('sre', 'reviewer'),
    ),
    breaks('the lead leaves', 'I9', 'the lead is handed over by a signed act alone', THREE, (run) => run.leave('lead')),
    breaks('they left before', 'I9', 'the person does not sit there', THREE, (run) => {
      run.leave('dba');
      run.leave('dba');
    }),
  ],
};

const there: Claimed = {
  claim: presenceChanges,
  keeps: [
    keeps('away, back, and away again', THREE, (run) => {
      run.presence('lost', 'dba');
      run.presence('back', 'dba');
      run.presence('lost', 'dba');
    }),
    keeps('whoever sits down next is there', THREE, (run) => {
      run.presence('lost', 'dba');
      run.leave('dba');
      run.sit('dba2', 'reviewer', 'dba');
      run.presence('lost', 'dba2');
    }),
  ],
  breaks: [
    breaks('somebody is away who sits elsewhere', 'I9', 'the person does not sit there', THREE, (run) =>
      run.presence('lost', 'sre', 'reviewer'),
    ),
    breaks('away twice', 'I9', 'it was so already', THREE, (run) => {
      run.presence('lost', 'dba');
      run.presence('lost', 'dba');
    }),
    breaks('back without having gone', 'I9', 'it was so already', THREE, (run) => run.presence('back', 'dba')),
  ],
};

const follow = (run: Run, version: number, struck: Readonly<Record<string, readonly string[]>> = {}): string =>
  run.tell('roster.followed', 'server', { roster: `${version} sha256:${String(version).repeat(64)}`, struck });

const follows: Claimed = {
  claim: rosterOnlyTakes,
  keeps: [
    keeps('one version after the other', THREE, (run) => {
      follow(run, 2);
      follow(run, 3, { [IDS.dba]: [] });
    }),
    keeps('who loses a key keeps a role, and sits down again', THREE, (run) => {
      follow(run, 2, { [IDS.dba]: ['dba'] });
      run.sit('dba', 'reviewer', 'dba');
    }),
    keeps('whoever was taken everything has an heir', THREE, (run) => {
      follow(run, 2, { [IDS.dba]: [] });
      run.sit('dba2', 'reviewer', 'dba');
    }),
  ],
  breaks: [
    breaks('a version is left out', 'I7', 'it is not the next version of the roster', THREE, (run) => follow(run, 3)),
    breaks('a version is followed twice', 'I7', 'it is not the next version of the roster', THREE, (run) => {
      follow(run, 2);
      follow(run, 2);
    }),
    breaks('a role is given', 'I7', 'it gives somebody a role', THREE, (run) =>
      follow(run, 2, { [IDS.dba]: ['dba', 'sre'] }),
    ),
    breaks('a role that was taken is given back', 'I7', 'it gives somebody a role', THREE, (run) => {
      follow(run, 2, { [IDS.dba]: [] });
      follow(run, 3, { [IDS.dba]: ['dba'] });
    }),
  ],
};

const passes: Claimed = {
  claim: leadPassesBySignature,
  keeps: [
    keeps('the lead gives it away', THREE, (run) => run.pass('second')),
    keeps('another signs as well, who could not give it', THREE, (run) => run.pass('second', ['sre', 'lead'])),
    keeps('a required seat gives it while the lead is away', THREE, (run) => {
      run.presence('lost', 'lead');
      run.pass('second', ['dba']);
    }),
  ],
  breaks: [
    breaks('to somebody whose role is not the lead’s', 'I3', 'the person has no role of the lead', THREE, (run) =>
      run.pass('second', ['lead'], { role: 'dba' }),
    ),
    breaks(
      'to somebody who confirmed',
      'I3',
      'the person has confirmed in this run',
      THREE,
      (run) => {
        run.leave('dba');
        run.sit('third', 'reviewer', 'dba');
        run.done('first');
        run.confirm(run.arm('second'), 'third');
        run.pass('third');
      },
      ['the person does not sit there'],
    ),
    breaks('from somebody who did not lead', 'I3', 'the lead is not passed on', THREE, (run) =>
      run.pass('second', ['lead'], { from: IDS.dba }),
    ),
    breaks('to whoever leads already', 'I3', 'the lead is not passed on', THREE, (run) => {
      run.pass('second');
      run.pass('second', ['dba']);
    }),
    breaks(
      'given by a seat that is not required',
      'I3',
      'who takes the lead and who gives it have not both signed',
      THREE,
      (run) => run.pass('second', ['sre']),
    ),
    breaks(
      'given by somebody who is away',
      'I3',
      'who takes the lead and who gives it have not both signed',
      THREE,
      (run) => {
        run.presence('lost', 'dba');
        run.pass('second', ['dba']);
      },
    ),
    breaks(
      'to somebody who did not sign',
      'I3',
      'who takes the lead and who gives it have not both signed',
      THREE,
      (run) => run.pass('second', ['lead'], { person: IDS.third }),
    ),
  ],
};

export const PEOPLE: readonly Claimed[] = [opens, sits, leaves, there, follows, passes];
