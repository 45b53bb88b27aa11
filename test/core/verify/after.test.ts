/** What came after a close, in the record of its run: each rule is kept by one genuine record and broken by another. */
import t from 'tap';
import { type Draft, refOf, type Sealed } from '../../../core/log/entry.ts';
import { verifyRecord } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { Outside } from '../../helpers/outside.ts';
import { KEEPING, type TestRun, TestSite } from '../../helpers/site.ts';

const HOUR_MS = 3_600_000;

/** A run that kept a copy and started a clock, and what is written after its close past the rules. */
class Scene {
  readonly site = new TestSite();
  readonly out = new Outside(this.site);
  readonly run: TestRun;

  constructor(closed = true) {
    this.run = this.out.open(this.site.approved(KEEPING));
    if (closed) this.run.complete();
  }

  put(type: Draft['type'], own: object, more: { actor?: string; head?: string } = {}): Sealed {
    const { actor = this.site.people.lead.id, head } = more;
    const about = refOf(this.run.entries.at(-1) as Sealed);
    const bodies = type === 'clock.passed' ? {} : { bodies: { answer: this.out.text({}) } };
    return this.out.putAfter(this.run, { type, actor, fields: { about, ...own }, ...bodies } as Draft, head);
  }

  clock(clock = 'raw'): Sealed {
    return this.put('clock.passed', { clock }, { actor: 'server' });
  }

  deleted(step = 'backup'): Sealed {
    return this.put('backup.deleted', { step });
  }

  opened(id = 'alert'): Sealed {
    return this.put('countermeasure.opened', { id });
  }

  done(id = 'alert'): Sealed {
    return this.put('countermeasure.closed', { id });
  }
}

interface Case {
  /** Returns the last entry, which is the one in question. */
  readonly make: (scene: Scene, wrong: boolean) => Sealed;
  readonly invariant?: string;
  readonly says: RegExp;
}

const cases: Record<string, Case> = {
  'it is about the close of this run': {
    make: (scene, wrong) =>
      scene.put('postmortem.written', wrong ? { about: refOf(scene.run.entries[3] as Sealed) } : {}),
    says: /not about the close of this run/,
  },
  'it names the entry before it': {
    make: (scene, wrong) => {
      const first = scene.put('postmortem.written', {});
      const second = scene.put('postmortem.written', {});
      return scene.put('postmortem.written', {}, { head: (wrong ? first : second).digest });
    },
    says: /does not name the entry before it after the close/,
  },
  'somebody of the roster writes it': {
    make: (scene, wrong) => scene.put('postmortem.written', {}, wrong ? { actor: `p-${'0'.repeat(16)}` } : {}),
    invariant: 'I7',
    says: /does not stand in the roster/,
  },
  'a clock passes when its time is over': {
    make: (scene, wrong) => {
      scene.site.now += wrong ? HOUR_MS / 2 : HOUR_MS;
      return scene.clock();
    },
    says: /this clock still runs/,
  },
  'a clock of the run passes': {
    make: (scene, wrong) => {
      scene.site.now += HOUR_MS;
      return scene.clock(wrong ? 'other' : 'raw');
    },
    says: /this clock does not run/,
  },
  'a clock passes once': {
    make: (scene, wrong) => {
      scene.site.now += HOUR_MS;
      const once = scene.clock();
      return wrong ? scene.clock() : once;
    },
    says: /this clock does not run/,
  },
  'a copy that is deleted was kept': {
    make: (scene, wrong) => scene.deleted(wrong ? 'drop-column' : 'backup'),
    says: /no copy that is kept of step “drop-column”/,
  },
  'a copy is deleted once': {
    make: (scene, wrong) => {
      const once = scene.deleted();
      return wrong ? scene.deleted() : once;
    },
    says: /no copy that is kept of step “backup”/,
  },
  'a countermeasure is opened once': {
    make: (scene, wrong) => {
      const first = scene.opened();
      return wrong ? scene.opened() : first;
    },
    says: /The countermeasure alert is already there/,
  },
  'not even when it was closed': {
    make: (scene, wrong) => {
      scene.opened();
      scene.done();
      return scene.opened(wrong ? 'alert' : 'again');
    },
    says: /The countermeasure alert is already there/,
  },
  'a countermeasure that is closed was opened': {
    make: (scene, wrong) => {
      scene.opened();
      return scene.done(wrong ? 'other' : 'alert');
    },
    says: /no open countermeasure “other”/,
  },
  'a countermeasure is closed once': {
    make: (scene, wrong) => {
      scene.opened();
      const once = scene.done();
      return wrong ? scene.done() : once;
    },
    says: /no open countermeasure “alert”/,
  },
};

const judge = ({ run, site }: Scene) => verifyRecord(run.bundle('open'), site.trust, verifyRaw);

for (const [name, { make, invariant = 'I1', says }] of Object.entries(cases)) {
  t.test(name, async (t) => {
    const kept = new Scene();
    make(kept, false);
    t.match(await judge(kept), { verdict: 'ANCHORED', reasons: [] });
    const broken = new Scene();
    const { seq } = make(broken, true).entry;
    const { verdict, exit, reasons } = await judge(broken);
    t.match({ verdict, exit }, { verdict: 'INVALID', exit: 8 });
    t.match(reasons[0], { invariant, seq, sentence: says });
  });
}

t.test('nothing comes after the close of a run that is open', async (t) => {
  const scene = new Scene(false);
  t.match(await judge(scene), { verdict: 'OPEN', reasons: [] });
  const { seq } = scene.put('postmortem.written', {}).entry;
  const { verdict, reasons } = await judge(scene);
  t.equal(verdict, 'INVALID');
  t.match(reasons[0], { invariant: 'I1', seq, sentence: /not about the close of this run/ });
});

t.test('a whole aftermath stands in the record, and the verdict on the run stays the same', async (t) => {
  const scene = new Scene();
  const before = scene.run.bundle('open').entries.length;
  scene.deleted();
  scene.put('postmortem.written', {});
  scene.opened();
  scene.done();
  scene.site.now += HOUR_MS;
  scene.clock();
  t.equal(scene.run.bundle('open').entries.length, before + 5);
  t.match(await judge(scene), { verdict: 'ANCHORED', exit: 0, reasons: [] });
});
