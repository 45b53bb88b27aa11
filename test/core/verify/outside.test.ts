/** What stands outside a run in its record, holds on plans and runbooks: each rule is kept by one genuine record and broken by another. */
import t from 'tap';
import type { Lines } from '../../../core/log/acts.ts';
import { type Draft, refOf, type Sealed } from '../../../core/log/entry.ts';
import { actLines } from '../../../core/run/lines.ts';
import { verifyRecord } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { Outside, PLAN } from '../../helpers/outside.ts';
import { type Approved, type Name, RUNBOOK, type TestRun, TestSite } from '../../helpers/site.ts';

const SEATS: Readonly<Record<string, readonly [seat: string, role: string]>> = {
  lead: ['lead', 'release-lead'],
  dba: ['reviewer', 'dba'],
  sre: ['verifier', 'sre'],
};

/** A closed run, and holds on its runbook that come after it unless a case says otherwise. */
class Scene {
  readonly site = new TestSite();
  readonly approved: Approved = this.site.approved(RUNBOOK);
  readonly out = new Outside(this.site);

  person(name: Name): string {
    return this.site.people[name].id;
  }

  complete(): TestRun {
    return this.out.open(this.approved).complete();
  }

  raise(fields: object = {}, actor = this.person('keeper'), on: object = { runbook: this.approved.digest }): Sealed {
    return this.#put('hold.raised', actor, { cause: 'person', ...on, ...fields }, { answer: this.out.text('Wait') });
  }

  raiseOnPlan(): Sealed {
    return this.raise({}, this.person('keeper'), { plan: PLAN });
  }

  update(hold: Sealed, name: Name, fields: object): Sealed {
    const { out } = this;
    return this.#put('hold.updated', this.person(name), { hold: refOf(hold), ...fields }, { answer: out.text({}) });
  }

  /** One signature of a lift, genuine whatever it says. */
  sign(
    hold: Sealed,
    name: Name,
    more: { fields?: object; content?: unknown; beside?: unknown; lines?: Partial<Lines<'lift'>> } = {},
  ): Sealed {
    const { site, out } = this;
    const { content = { risk: null }, fields = {}, beside = content, lines: altered = {} } = more;
    const [seat, role] = SEATS[name] ?? ['reviewer', 'dba'];
    const person = site.people[name];
    const about = { origin: site.origin, run: null, mode: null, about: refOf(hold), content };
    const lines = { ...actLines('lift', about, site.signing(person)), ...altered };
    const bodies = { ...site.signed(person, 'lift', lines), content: this.#shared(beside) ?? out.text(beside) };
    return this.#put('act.signed', person.id, { act: 'lift', about: refOf(hold), seat, role, ...fields }, bodies);
  }

  /** Signers share the body that the first of them wrote, as the write path makes them. */
  #shared(content: unknown) {
    const body = this.out.state.holds.open.find((one) => one.content !== null)?.content;
    return body && new TextDecoder().decode(body.bytes) === JSON.stringify(content) ? body : undefined;
  }

  lift(hold: Sealed, signed: readonly Sealed[], actor = signed.at(-1)?.entry.actor ?? ''): Sealed {
    return this.#put('hold.lifted', actor, { hold: refOf(hold), signed: signed.map(refOf) });
  }

  #put(type: Draft['type'], actor: string, fields: object, bodies: Draft['bodies'] = {}): Sealed {
    return this.out.put({ type, actor, fields, bodies } as Draft);
  }
}

interface Made {
  readonly run: TestRun;
  /** Whose seq the finding names, where the record is made wrong. */
  readonly at: Sealed;
}

interface Case {
  readonly make: (scene: Scene, wrong: boolean) => Made;
  readonly invariant: string;
  readonly says: RegExp;
}

/** After the close of a run: the last entry is the one in question. */
const later =
  (make: (scene: Scene, wrong: boolean) => Sealed): Case['make'] =>
  (scene, wrong) => ({ run: scene.complete(), at: make(scene, wrong) });

const updated = (make: (scene: Scene, hold: Sealed, wrong: boolean) => Sealed) =>
  later((scene, wrong) => make(scene, scene.raise(), wrong));

const owned = (scene: Scene): Sealed => {
  const hold = scene.raise();
  scene.update(hold, 'keeper', { conditions: { lag: 'verifier' } });
  return hold;
};
const all = (scene: Scene, hold: Sealed): Sealed[] =>
  (['lead', 'dba', 'sre'] as const).map((name) => scene.sign(hold, name));

const raising: Record<string, Case> = {
  'its cause is a person': {
    make: later((scene, wrong) => scene.raise({ cause: wrong ? 'objection' : 'person' })),
    invariant: 'I9',
    says: /called by a person, on a plan or on a runbook/,
  },
  'a person raises it, not the server': {
    make: later((scene, wrong) => scene.raise({}, wrong ? 'server' : scene.person('keeper'))),
    invariant: 'I9',
    says: /called by a person/,
  },
  'it is on a plan or on a runbook, not on both': {
    make: later((scene, wrong) => scene.raise(wrong ? { plan: PLAN } : {})),
    invariant: 'I9',
    says: /called by a person, on a plan or on a runbook/,
  },
  'it is on no step': {
    make: later((scene, wrong) => scene.raise(wrong ? { step: 'backup' } : {})),
    invariant: 'I9',
    says: /called by a person, on a plan or on a runbook/,
  },
  'somebody of the roster raises it': {
    make: later((scene, wrong) => scene.raise({}, wrong ? `p-${'0'.repeat(16)}` : scene.person('author'))),
    invariant: 'I7',
    says: /does not stand in the roster/,
  },
};

const updating: Record<string, Case> = {
  'an update is of a hold that stands': {
    make: later((scene, wrong) => {
      const hold = scene.raise();
      if (wrong) scene.lift(hold, all(scene, hold));
      return scene.update(hold, 'keeper', { next_update: scene.site.now });
    }),
    invariant: 'I9',
    says: /has moved since this update/,
  },
  'conditions are set by the raiser or a lead': {
    make: updated((scene, hold, wrong) =>
      scene.update(hold, wrong ? 'sre' : 'lead', { conditions: { lag: 'verifier' } }),
    ),
    invariant: 'I9',
    says: /set by who raised the hold or a lead/,
  },
  'a condition belongs to a seat of the runbook': {
    make: updated((scene, hold, wrong) =>
      scene.update(hold, 'keeper', { conditions: { lag: wrong ? 'nobody' : 'verifier' } }),
    ),
    invariant: 'I9',
    says: /no seat “nobody”/,
  },
  'a condition is met by whom it belongs to': {
    make: later((scene, wrong) => scene.update(owned(scene), wrong ? 'dba' : 'sre', { met: ['lag'] })),
    invariant: 'I9',
    says: /belongs to another seat/,
  },
  'the raiser alone has a stance': {
    make: updated((scene, hold, wrong) => scene.update(hold, wrong ? 'lead' : 'keeper', { stance: 'dissent' })),
    invariant: 'I9',
    says: /only who raised the hold is asked/,
  },
};

const signing: Record<string, Case> = {
  'a signature is about a hold that stands': {
    make: later((scene, wrong) => {
      const hold = scene.raise();
      if (wrong) scene.lift(hold, all(scene, hold));
      return scene.sign(hold, 'lead');
    }),
    invariant: 'I9',
    says: /has moved since this lift/,
  },
  'a signature is of a lift': {
    make: updated((scene, hold, wrong) => {
      const { site, out } = scene;
      if (!wrong) return scene.sign(hold, 'lead');
      const { lead } = site.people;
      const about = { origin: site.origin, run: null, mode: null, about: refOf(hold), content: { risk: null } };
      const signed = site.signed(lead, 'close', actLines('close', about, site.signing(lead)));
      const fields = { act: 'close' as const, about: refOf(hold), seat: 'lead', role: 'release-lead' };
      const bodies = { ...signed, content: out.text({ risk: null }) };
      return out.put({ type: 'act.signed', actor: lead.id, fields, bodies });
    }),
    invariant: 'I9',
    says: /has moved since this close/,
  },
  'its role fits its seat': {
    make: updated((scene, hold, wrong) => scene.sign(hold, 'dba', { fields: wrong ? { role: 'sre' } : {} })),
    invariant: 'I9',
    says: /The reviewer seat asks for the role dba/,
  },
  'its signer holds the role': {
    make: updated((scene, hold, wrong) => scene.sign(hold, wrong ? 'keeper' : 'dba')),
    invariant: 'I9',
    says: /The reviewer seat asks for the role dba/,
  },
  'an author does not count': {
    make: updated((scene, hold, wrong) => scene.sign(hold, wrong ? 'author' : 'dba')),
    invariant: 'I9',
    says: /You are an author of this runbook/,
  },
  'nobody signs twice': {
    make: updated((scene, hold, wrong) => {
      scene.sign(hold, 'dba');
      return wrong
        ? scene.sign(hold, 'dba', { fields: { seat: 'lead', role: 'release-lead' } })
        : scene.sign(hold, 'lead');
    }),
    invariant: 'I9',
    says: /nobody counts twice/,
  },
  'its statement names the hold': {
    make: updated((scene, hold, wrong) => {
      const other = scene.raise();
      return scene.sign(hold, 'lead', { lines: { about: refOf(wrong ? other : hold) } });
    }),
    invariant: 'I4',
    says: /line "about"/,
  },
  'its statement is of no run': {
    make: updated((scene, hold, wrong) =>
      scene.sign(hold, 'lead', wrong ? { lines: { run: PLAN, mode: 'live' } } : {}),
    ),
    invariant: 'I4',
    says: /line "mode"/,
  },
  'its statement says the risk that stands beside it': {
    make: updated((scene, hold, wrong) =>
      scene.sign(hold, 'lead', { content: { risk: 'It may lag' }, beside: { risk: wrong ? 'None' : 'It may lag' } }),
    ),
    invariant: 'I4',
    says: /line "content"/,
  },
  'a risk is a text or null': {
    make: updated((scene, hold, wrong) => scene.sign(hold, 'lead', { content: { risk: wrong ? '' : 'It may lag' } })),
    invariant: 'I4',
    says: /not that of a lift/,
  },
  'a risk is no number': {
    make: updated((scene, hold, wrong) => scene.sign(hold, 'lead', { content: { risk: wrong ? 7 : 'It may lag' } })),
    invariant: 'I4',
    says: /not that of a lift/,
  },
  'a lift says nothing but its risk': {
    make: updated((scene, hold, wrong) =>
      scene.sign(hold, 'lead', { content: { risk: null, ...(wrong ? { until: 'noon' } : {}) } }),
    ),
    invariant: 'I4',
    says: /not that of a lift/,
  },
};

const lifting: Record<string, Case> = {
  'a lift lists its signatures': {
    make: updated((scene, hold, wrong) => {
      const signed = all(scene, hold);
      return scene.lift(hold, wrong ? signed.slice(1) : signed);
    }),
    invariant: 'I9',
    says: /has moved since this lift/,
  },
  'who signed last lifts': {
    make: updated((scene, hold, wrong) => scene.lift(hold, all(scene, hold), scene.person(wrong ? 'lead' : 'sre'))),
    invariant: 'I9',
    says: /has moved since this lift/,
  },
  'what is lifted was raised': {
    make: updated((scene, hold, wrong) => {
      const signed = all(scene, hold);
      const never = { ...hold, digest: `sha256:${'0'.repeat(64)}` };
      return scene.lift(wrong ? never : hold, signed);
    }),
    invariant: 'I9',
    says: /the chain has no such hold/,
  },
  'it is lifted once': {
    make: updated((scene, hold, wrong) => {
      const signed = all(scene, hold);
      const once = scene.lift(hold, signed);
      return wrong ? scene.lift(hold, signed) : once;
    }),
    invariant: 'I9',
    says: /has moved since this lift/,
  },
  'its conditions are met': {
    make: later((scene, wrong) => {
      const hold = owned(scene);
      if (!wrong) scene.update(hold, 'sre', { met: ['lag'] });
      return scene.lift(hold, all(scene, hold));
    }),
    invariant: 'I9',
    says: /not met: lag/,
  },
  'an update voids what was signed before it': {
    make: updated((scene, hold, wrong) => {
      const before = wrong ? [scene.sign(hold, 'lead')] : [];
      scene.update(hold, 'keeper', { next_update: scene.site.now });
      const names: Name[] = wrong ? ['dba', 'sre'] : ['lead', 'dba', 'sre'];
      return scene.lift(hold, [...before, ...names.map((name) => scene.sign(hold, name))]);
    }),
    invariant: 'I9',
    says: /has moved since this lift/,
  },
  'a lead signs it': {
    make: updated((scene, hold, wrong) => {
      const names: Name[] = wrong ? ['dba', 'sre'] : ['lead', 'dba', 'sre'];
      return scene.lift(
        hold,
        names.map((name) => scene.sign(hold, name)),
      );
    }),
    invariant: 'I9',
    says: /Only the lead can sign the lift/,
  },
  'as many sign it as the step with most eyes asks for': {
    make: updated((scene, hold, wrong) => {
      const names: Name[] = wrong ? ['lead', 'dba'] : ['lead', 'dba', 'sre'];
      return scene.lift(
        hold,
        names.map((name) => scene.sign(hold, name)),
      );
    }),
    invariant: 'I9',
    says: /Not enough people yet: 1 missing, from verifier/,
  },
};

/** A hold that stood when the run was opened, past the write path that would not open it. */
const standing =
  (raise: (scene: Scene) => Sealed): Case['make'] =>
  (scene, wrong) => {
    const hold = raise(scene);
    const head = wrong ? hold : scene.lift(hold, all(scene, hold));
    const run = scene.site.open(scene.approved, { fields: { holds: refOf(head) } });
    return { run: run.complete(), at: run.entries[0] as Sealed };
  };

const meeting: Record<string, Case> = {
  'no hold stands on the runbook of a run that is opened': {
    make: standing((scene) => scene.raise()),
    invariant: 'I9',
    says: /a hold stood on its runbook or its plan/,
  },
  'no hold stands on the plan of a run that is opened': {
    make: standing((scene) => scene.raiseOnPlan()),
    invariant: 'I9',
    says: /a hold stood on its runbook or its plan/,
  },
  'a plan is held before its run is opened, not afterwards': {
    make: (scene, wrong) => {
      if (wrong) return { run: scene.complete(), at: scene.raiseOnPlan() };
      const hold = scene.raiseOnPlan();
      scene.lift(hold, all(scene, hold));
      return { run: scene.complete(), at: hold };
    },
    invariant: 'I9',
    says: /whose run is open or over/,
  },
  'a runbook that is held holds its open runs': {
    make: (scene, wrong) => {
      const run = scene.out.open(scene.approved).seat();
      const hold = scene.raise();
      if (!wrong) run.submit({ type: 'holdRunbook' });
      if (!wrong) run.lift('lead', 'dba', 'sre');
      run.close('aborted');
      return { run, at: hold };
    },
    invariant: 'I9',
    says: /did not hold the run before anything more started/,
  },
  'and holds them before anything more starts': {
    make: (scene, wrong) => {
      const run = scene.out.open(scene.approved).seat();
      run.arm('backup');
      const hold = scene.raise();
      const held = () => run.submit({ type: 'holdRunbook' });
      if (!wrong) held();
      else {
        run.start();
        held();
        run.outcome();
      }
      run.lift('lead', 'dba', 'sre');
      run.close('aborted');
      return { run, at: hold };
    },
    invariant: 'I9',
    says: /did not hold the run before anything more started/,
  },
  'a run is held after its runbook, not before it': {
    make: (scene, wrong) => {
      const run = scene.out.open(scene.approved).seat();
      if (wrong) run.submit({ type: 'holdRunbook' });
      const hold = scene.raise();
      if (!wrong) run.submit({ type: 'holdRunbook' });
      run.lift('lead', 'dba', 'sre');
      run.close('aborted');
      return { run, at: hold };
    },
    invariant: 'I9',
    says: /did not hold the run before anything more started/,
  },
  'no run is held for a runbook that nobody held': {
    make: (scene, wrong) => {
      const run = scene.out.open(scene.approved).seat();
      if (!wrong) scene.raise();
      const [held] = run.submit({ type: 'holdRunbook' });
      run.lift('lead', 'dba', 'sre');
      run.close('aborted');
      return { run, at: held as Sealed };
    },
    invariant: 'I9',
    says: /no hold was called on the runbook/,
  },
};

const chained: Record<string, Case> = {
  'each entry names the one before it in the chain of holds': {
    make: later((scene, wrong) => {
      const first = scene.raise();
      const second = scene.raise();
      const fields = { hold: refOf(second), next_update: scene.site.now };
      const draft = {
        type: 'hold.updated',
        actor: scene.person('sre'),
        fields,
        bodies: { answer: scene.out.text({}) },
      };
      return scene.out.put(draft as Draft, refOf(wrong ? first : second));
    }),
    invariant: 'I1',
    says: /does not name the entry before it in the chain of holds/,
  },
  'the opening names the newest entry of the chain of holds': {
    make: (scene, wrong) => {
      const hold = scene.raise();
      const lifted = scene.lift(hold, all(scene, hold));
      const run = scene.site.open(scene.approved, { fields: { holds: refOf(wrong ? hold : lifted) } });
      return { run: run.complete(), at: run.entries[0] as Sealed };
    },
    invariant: 'I9',
    says: /names another head of the chain of holds/,
  },
};

for (const [name, { make, invariant, says }] of Object.entries({
  ...raising,
  ...updating,
  ...signing,
  ...lifting,
  ...meeting,
  ...chained,
})) {
  t.test(name, async (t) => {
    const judged = async (wrong: boolean) => {
      const { run, at } = make(new Scene(), wrong);
      return { at, verdict: await verifyRecord(run.bundle('open'), run.site.trust, verifyRaw) };
    };
    const kept = await judged(false);
    t.strictSame(kept.verdict.reasons, []);
    t.equal(kept.verdict.verdict, 'ANCHORED');
    const { at, verdict } = await judged(true);
    t.match(verdict, { verdict: 'INVALID', exit: 8 });
    t.match(verdict.reasons[0], { invariant, seq: at.entry.seq, sentence: says });
  });
}

t.test('what is no start may come between a hold on the runbook and that of its run', async (t) => {
  const scene = new Scene();
  const run = scene.out.open(scene.approved).seat();
  scene.raise();
  run.put({ type: 'seat.left', actor: scene.person('sre'), fields: { seat: 'verifier' } });
  run.submit({ type: 'holdRunbook' });
  const { verdict, reasons } = await verifyRecord(run.bundle('open'), run.site.trust, verifyRaw);
  t.strictSame(reasons, []);
  t.equal(verdict, 'OPEN');
});

t.test('a hold on another runbook is judged by that one, and holds no run of this', async (t) => {
  const scene = new Scene();
  const deputy = '  verifier: {roles: [sre]}\n  deputy: {roles: [data-protection], optional: true}\n';
  const other = RUNBOOK.replace('id: drop-email', 'id: another').replace('  verifier: {roles: [sre]}\n', deputy);
  const on = { runbook: scene.site.approved(other).digest };
  const run = scene.out.open(scene.approved).seat().backup();
  const hold = scene.raise({}, scene.person('keeper'), on);
  scene.update(hold, 'keeper', { conditions: { mail: 'deputy' } });
  run.crossChecked();
  run.start();
  run.outcome();
  run.close();
  const { verdict, reasons } = await verifyRecord(run.bundle(), run.site.trust, verifyRaw);
  t.strictSame(reasons, []);
  t.equal(verdict, 'ANCHORED');
});
