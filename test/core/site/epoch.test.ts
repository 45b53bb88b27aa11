/** What a new log continues: signed by its keepers with the keys of genesis, those of the former log among them, before anything runs live. */
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { refOf, type Sealed } from '../../../core/log/entry.ts';
import { packBundle } from '../../../core/record/bundle.ts';
import { actLines } from '../../../core/run/lines.ts';
import { verifyFile } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { continuing, sign } from '../../helpers/epoch.ts';
import { Outside } from '../../helpers/outside.ts';
import { type Name, RUNBOOK, TestSite } from '../../helpers/site.ts';

const code = (done: { ok: boolean; refusal?: { code: string } }) => (done.ok ? 'none' : done.refusal?.code);

t.test('nothing runs live before the keepers have signed, a rehearsal does', async (t) => {
  const { site, out, command } = continuing();
  const approved = site.approved(RUNBOOK);
  t.equal(code(out.decide(out.openCommand(approved))), 'XCK_EPOCH');
  t.equal(code(out.decide(out.openCommand(approved, { mode: 'rehearsal' }))), 'none');
  t.strictSame(sign(out, command('lead')), ['roster.signed']);
  t.equal(code(out.decide(out.openCommand(approved))), 'XCK_EPOCH', 'one is not enough');
  t.strictSame(sign(out, command('keeper')), ['roster.signed', 'epoch.opened']);
  t.equal(code(out.decide(out.openCommand(approved))), 'none');
  t.equal(out.state.roster.version, 2, 'it makes no version');
  t.equal(code(out.decide(command('keeper'))), 'XCK_NOT_NOW', 'once');
});

t.test('a roster is wanted all the same', async (t) => {
  const { site, out, command } = continuing(['lead', 'keeper'], false);
  const approved = site.approved(RUNBOOK);
  sign(out, command('lead'), command('keeper'));
  t.equal(code(out.decide(out.openCommand(approved))), 'XCK_UNVOUCHED');
});

t.test('who may sign, and what', async (t) => {
  const { site, out, command } = continuing();
  t.equal(code(out.decide(command('dba'))), 'XCK_KEEPER', 'no keeper');
  const other = command('lead', (former) => ({ ...former, checkpoint: `900 ${'A'.repeat(43)}=` }));
  t.equal(code(out.decide(other)), 'XCK_STATEMENT', 'another former log than genesis names');
  out.submit(command('lead'));
  t.equal(code(out.decide(command('lead'))), 'XCK_TWICE');
  site.suspend('keeper', 'keeper');
  t.equal(code(out.decide(command('keeper'))), 'XCK_KEEPER', 'their key of genesis counts no more');
  const plain = new Outside(new TestSite());
  const person = plain.site.people.lead;
  const about = { origin: plain.site.origin, run: null, mode: null, about: refOf(plain.site.genesis), content: null };
  const signed = plain.site.signed(person, 'epoch', actLines('epoch', about, plain.site.signing(person)));
  const none = plain.decide({ type: 'epoch', person: person.id, salt: plain.site.random(32), ...signed });
  t.equal(code(none), 'XCK_STATEMENT', 'a log that continues none');
});

t.test('of those who kept the former log as many as are left must sign', async (t) => {
  const half = continuing(['keeper']);
  t.strictSame(sign(half.out, half.command('lead')), ['roster.signed']);
  t.strictSame(sign(half.out, half.command('keeper')), ['roster.signed', 'epoch.opened'], 'one of the two is left');
  const none = continuing([]);
  const all = sign(none.out, none.command('lead'), none.command('keeper'));
  t.strictSame(all.at(-1), 'epoch.opened', 'nobody is left, and genesis says so');
});

t.test('a keeper who was removed before the last signature does not count', async (t) => {
  const { site, out, command } = continuing();
  out.submit(command('lead'));
  const of = [site.people.keeper.id, site.people.dba.id];
  site.changeRoster(['lead', 'keeper', 'dba'], { keepers: { need: 2, of } });
  t.strictSame(sign(out, command('keeper')), ['roster.signed'], 'the lead keeps the log no more');
});

/** A complete live run of the site as it is. */
async function verdict({ site }: Pick<ReturnType<typeof continuing>, 'site'>) {
  const run = site.open(site.approved(RUNBOOK)).complete();
  return verifyFile(packBundle(run.bundle()), site.trust, verifyRaw);
}

t.test('a record says which log its own continues', async (t) => {
  const made = continuing();
  sign(made.out, made.command('lead'), made.command('keeper'));
  const held = await verdict(made);
  t.strictSame(held.reasons, []);
  t.match(held, { verdict: 'ANCHORED', exit: 0, facts: { former: { origin: /2{32}$/, checkpoint: null } } });
});

t.test('a live run before the keepers have signed is no valid one', async (t) => {
  const made = continuing();
  sign(made.out, made.command('lead'));
  const held = await verdict(made);
  t.match(held, { verdict: 'INVALID', reasons: [{ sentence: /signed what this log continues/, invariant: 'I7' }] });
});

t.test('a genesis that names a stranger as former keeper is no valid one', async (t) => {
  const held = await verdict(continuing(['lead', 'sre']));
  t.match(held, { verdict: 'INVALID', reasons: [{ sentence: /former keepers who do not keep this log/, seq: 0 }] });
});

t.test('signatures that the server would not take are found out', async (t) => {
  const forge = async (alter: (made: ReturnType<typeof continuing>) => void) => {
    const made = continuing();
    alter(made);
    const { reasons } = await verdict(made);
    return reasons.map(({ sentence }) => sentence).join(' ');
  };
  const put = ({ site, command }: ReturnType<typeof continuing>, names: readonly Name[], said?: unknown) => {
    const former = said ?? site.genesis.entry.site.former;
    const content = site.salted(utf8(jcs(former)));
    const signed = names.map((name) => {
      const { person: actor, statement, signature } = command(name, () => former);
      const fields = { act: 'epoch' as const, about: refOf(site.genesis) };
      return site.put({ type: 'roster.signed', actor, fields, bodies: { statement, signature, content } }) as Sealed;
    });
    const actor = site.people[names.at(-1) ?? 'lead'].id;
    site.put({ type: 'epoch.opened', actor, fields: { signed: signed.map(refOf) } });
  };
  t.equal(await forge((made) => put(made, ['lead', 'keeper'])), '', 'as it should be');
  t.match(await forge((made) => put(made, ['lead'])), /Not enough people/);
  t.match(await forge((made) => put(made, ['lead', 'dba'])), /Only a keeper/);
  t.match(await forge((made) => put(made, ['lead', 'keeper'], { origin: 'x' })), /has moved since/, 'another content');
  const stranger = await forge((made) => {
    const { statement, signature } = made.command('dba');
    put({ ...made, command: (name) => ({ ...made.command(name), statement, signature }) }, ['lead', 'keeper']);
  });
  t.match(stranger, /no such key/, 'signed by somebody else');
});

t.test('a record names the former log once its keepers have signed it', async (t) => {
  const { site, out, command } = continuing();
  const former = async (run: string) => {
    const record = site.open(site.approved(RUNBOOK), { mode: 'rehearsal', run }).seat().bundle();
    return (await verifyFile(packBundle(record), site.trust, verifyRaw)).facts?.former;
  };
  t.equal(await former('01JD3V7Q0Z8EA1B2C3D4E5F6G7'), null);
  sign(out, command('lead'), command('keeper'));
  t.match(await former('01JD3V7Q0Z8EA1B2C3D4E5F6G8'), { origin: /\/log\/2{32}$/ });
});
