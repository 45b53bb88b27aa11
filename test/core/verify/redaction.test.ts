/** Bodies that were erased by order, in the record of their run: genuine it is ANCHORED and says so, and every other absence is INVALID. */
import t from 'tap';
import { bodyDigest, type Draft, refOf, type Sealed } from '../../../core/log/entry.ts';
import type { Bundle } from '../../../core/record/bundle.ts';
import { packBundle } from '../../../core/record/bundle.ts';
import { verifyFile, verifyRecord } from '../../../core/verify/verify.ts';
import { verifyAny } from '../../../core/verify/whole.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { Outside } from '../../helpers/outside.ts';
import { KEEPING, must, type Name, type TestRun, TestSite } from '../../helpers/site.ts';
import { packWhole } from '../../helpers/whole.ts';

/** A closed run with outputs and a postmortem. */
class Scene {
  readonly site = new TestSite();
  readonly out = new Outside(this.site);
  readonly run: TestRun = this.out.open(this.site.approved(KEEPING)).complete();
  readonly written: Sealed;

  constructor() {
    const answer = this.out.text({ summary: 'A customer' });
    this.written = must(this.out.after(this.run, { type: 'postmortem', person: this.site.people.lead.id, answer }));
  }

  /** The first entry of the run with a body of this name, and its digest. */
  first(name: string): { readonly entry: Sealed['entry']; readonly digest: string } {
    const found = this.run.entries.find(({ entry }) => Object.hasOwn(entry.bodies ?? {}, name));
    if (!found) throw new Error(`no body ${name}`);
    return { entry: found.entry, digest: (found.entry.bodies as Record<string, string>)[name] ?? '' };
  }

  get answer(): string {
    return this.written.entry.bodies?.['answer' as never] ?? '';
  }

  redact(erased: readonly string[], by: Name = 'keeper'): Sealed {
    return must(this.out.after(this.run, this.out.redactCommand(by, this.run, erased)));
  }

  /** An entry that nobody decided, over what was signed. */
  put(erased: readonly string[], command: ReturnType<Outside['redactCommand']>): Sealed {
    const { person: actor, statement, signature } = command;
    const about = refOf(this.run.entries.at(-1) as Sealed);
    const draft = { type: 'body.redacted', actor, fields: { about, erased }, bodies: { statement, signature } };
    return this.out.putAfter(this.run, draft as Draft);
  }

  judge(change: (bundle: Bundle) => Bundle = (same) => same) {
    return verifyRecord(change(this.run.bundle('open')), this.site.trust, verifyRaw);
  }
}

t.test('what was erased by order is told, and the record proves what it proved', async (t) => {
  const scene = new Scene();
  const { entry, digest } = scene.first('output');
  const before = packBundle(scene.run.bundle('open'));
  const erased = [digest, scene.answer].sort();
  const { seq: by } = scene.redact(erased).entry;
  const verdict = await scene.judge();
  t.match(verdict, { verdict: 'ANCHORED', exit: 0, reasons: [], facts: { withheld: 0 } });
  const order = { by, order: 'J. Weber', reason: 'It names a customer', actor: scene.site.people.keeper.id };
  t.strictSame(verdict.facts?.erasures, [
    { ...order, digest, name: 'output', seq: entry.seq },
    { ...order, digest: scene.answer, name: 'answer', seq: scene.written.entry.seq },
  ]);
  t.ok(verdict.facts?.signatures.some(({ act }) => act === 'redact'));
  const file = packBundle(scene.run.bundle('open'));
  t.match(await verifyFile(file, scene.site.trust, verifyRaw), { verdict: 'ANCHORED', reasons: [] });
  t.match(
    await verifyFile(before, scene.site.trust, verifyRaw),
    { verdict: 'ANCHORED', facts: { erasures: [] } },
    'an older export holds as it did',
  );
  const whole = await verifyAny(await packWhole(scene.site), scene.site.trust, verifyRaw);
  t.match(whole, { kind: 'log', log: { verdict: 'ANCHORED', reasons: [], runs: [{ verdict: 'ANCHORED' }] } });
});

/** Each breaks a record; returns where the first finding is and how the bundle is bent. */
interface Case {
  readonly make: (scene: Scene) => { readonly seq: number; readonly change?: (bundle: Bundle) => Bundle };
  readonly invariant: string;
  readonly says: RegExp;
}

const without =
  (digest: string) =>
  (bundle: Bundle): Bundle => ({
    ...bundle,
    bodies: new Map([...bundle.bodies].filter(([named]) => named !== digest)),
  });

const cases: Record<string, Case> = {
  'missing without an order': {
    make: (scene) => {
      const { entry, digest } = scene.first('output');
      return { seq: entry.seq, change: without(digest) };
    },
    invariant: 'I1',
    says: /its body output is missing/,
  },
  'missing on an order for another': {
    make: (scene) => {
      const { entry, digest } = scene.first('output');
      scene.redact([scene.answer]);
      return { seq: entry.seq, change: without(digest) };
    },
    invariant: 'I1',
    says: /its body output is missing/,
  },
  'here although it was erased': {
    make: (scene) => {
      const { entry, digest } = scene.first('output');
      const body = scene.site.store.body(digest);
      scene.redact([digest]);
      if (!body) throw new Error('it was not there');
      return {
        seq: entry.seq,
        change: (bundle) => ({ ...bundle, bodies: new Map([...bundle.bodies, [digest, body]]) }),
      };
    },
    invariant: 'I1',
    says: /its body output is here, although #\d+ says that it was erased/,
  },
  'by somebody who keeps nothing': {
    make: (scene) => scene.put([scene.answer], scene.out.redactCommand('dba', scene.run, [scene.answer])).entry,
    invariant: 'I7',
    says: /is no keeper here/,
  },
  'by a key that was suspended': {
    make: (scene) => {
      scene.site.suspend('keeper', 'keeper');
      return scene.put([scene.answer], scene.out.redactCommand('keeper', scene.run, [scene.answer])).entry;
    },
    invariant: 'I7',
    says: /no such key of theirs here/,
  },
  'over another content': {
    make: (scene) => {
      const erased = [scene.first('output').digest];
      return scene.put([scene.answer], scene.out.redactCommand('keeper', scene.run, erased)).entry;
    },
    invariant: 'I4',
    says: /line "content"/,
  },
  'about another entry': {
    make: (scene) => {
      const about = refOf(scene.run.entries[0] as Sealed);
      return scene.put([scene.answer], scene.out.redactCommand('keeper', scene.run, [scene.answer], { about })).entry;
    },
    invariant: 'I4',
    says: /line "about"/,
  },
  'on nobody’s order': {
    make: (scene) =>
      scene.put([scene.answer], scene.out.redactCommand('keeper', scene.run, [scene.answer], { order: ' ' })).entry,
    invariant: 'I4',
    says: /names no order or no reason/,
  },
  'of a body that may not go, and is gone': {
    make: (scene) => {
      const { entry, digest } = scene.first('statement');
      scene.put([digest], scene.out.redactCommand('keeper', scene.run, [digest]));
      return { seq: entry.seq };
    },
    invariant: 'I1',
    says: /its body statement is missing/,
  },
  'of a body that may not go, and is still here': {
    make: (scene) => {
      const { digest } = scene.first('inputs');
      const body = scene.site.store.body(digest);
      if (!body) throw new Error('it is not there');
      const { seq } = scene.put([digest], scene.out.redactCommand('keeper', scene.run, [digest])).entry;
      return { seq, change: (bundle) => ({ ...bundle, bodies: new Map([...bundle.bodies, [digest, body]]) }) };
    },
    invariant: 'I1',
    says: /no body that may be erased/,
  },
  twice: {
    make: (scene) => {
      scene.redact([scene.answer]);
      return scene.put([scene.answer], scene.out.redactCommand('keeper', scene.run, [scene.answer])).entry;
    },
    invariant: 'I1',
    says: /no body that may be erased/,
  },
  'of what came only later': {
    make: (scene) => {
      const answer = scene.out.text({ summary: 'Later' });
      const erased = [bodyDigest(answer)];
      scene.put(erased, scene.out.redactCommand('keeper', scene.run, erased));
      return must(scene.out.after(scene.run, { type: 'postmortem', person: scene.site.people.lead.id, answer })).entry;
    },
    invariant: 'I1',
    says: /its body answer is missing/,
  },
  'in another order': {
    make: (scene) => {
      const erased = [scene.first('output').digest, scene.answer].sort().reverse();
      return scene.put(erased, scene.out.redactCommand('keeper', scene.run, erased)).entry;
    },
    invariant: 'I1',
    says: /its digests do not ascend/,
  },
};

for (const [name, { make, invariant, says }] of Object.entries(cases))
  t.test(name, async (t) => {
    const scene = new Scene();
    const { seq, change } = make(scene);
    const { verdict, exit, reasons } = await scene.judge(change);
    t.match({ verdict, exit }, { verdict: 'INVALID', exit: 8 });
    t.match(reasons[0], { invariant, seq, sentence: says });
  });
