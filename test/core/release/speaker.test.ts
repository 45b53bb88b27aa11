/** Who did it, said by seat and role as they were at that moment. */
import t from 'tap';
import { speakerOf } from '../../../core/release/speaker.ts';
import { PEOPLE, Written } from '../../helpers/context.ts';

const { lead, dba, sre, other, agent } = PEOPLE;
const log = new Written();
const take = (actor: string, seat: string, role: string) =>
  log.put(0, { type: 'seat.taken', actor, fields: { seat, role } });
take(lead, 'lead', 'release-lead');
take(dba, 'reviewer', 'dba');
take(sre, 'deputy', 'release-lead');
log.put(1, {
  type: 'lead.taken',
  actor: dba,
  fields: { person: sre, from: lead, role: 'release-lead', signed: [] },
});
log.put(2, { type: 'seat.left', actor: dba, fields: { seat: 'reviewer' } });

t.test('by role: what they were then, not what they became', async (t) => {
  const { who, named } = speakerOf(log.entries, null);
  t.equal(who(lead, 0), 'the lead');
  t.equal(who(lead, 3), 'somebody without a seat', 'from when the lead was taken over');
  t.equal(who(sre, 2), 'the release-lead in the deputy seat');
  t.equal(who(sre, 3), 'the lead');
  t.equal(who(dba, 3), 'the dba in the reviewer seat');
  t.equal(who(dba, 4), 'somebody without a seat');
  t.equal(who(dba, 0), 'somebody without a seat', 'before they sat down');
  t.equal(who(other, 4), 'somebody without a seat');
  t.same([who('server', 0), who(agent, 0), named(dba)], ['the server', 'the agent', '']);
});

t.test('by name: with the seat of that moment', async (t) => {
  const { who, named, called } = speakerOf(log.entries, { [dba]: 'Dan' });
  t.same([who(dba, 3), who(dba, 4), named(dba)], ['Dan (reviewer)', 'Dan', ' (Dan)']);
  t.equal(who(other, 4), other, 'who has no name stays an id');
  t.equal(called('constructor'), 'constructor');
});
