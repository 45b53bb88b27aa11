/** What every store must keep, whatever it is made of; called with a factory from one test per implementation. */
import type { Test } from 'tap';
import type { Batch, Store } from '../../../server/store/store.ts';

const hash = (fill: number) => new Uint8Array(32).fill(fill);
export const batch = (seq: number, run: string | null = null): Batch => ({
  entries: [{ seq, type: run ? 'run.opened' : 'genesis', run, after: null, bytes: Uint8Array.of(seq, 1, 2) }],
  nodes: [{ level: 0, index: seq, hash: hash(seq) }],
  bodies: [{ digest: `sha256:${String(seq).padStart(64, '0')}`, body: { bytes: Uint8Array.of(seq), salt: hash(9) } }],
  erased: [],
  runs: run ? [{ run, close: null }] : [],
});

/** Runs the contract; `make` returns an empty store, `again` the same store opened anew, where it can be. */
export function storeContract(t: Test, make: () => Store, again?: (store: Store) => Store): void {
  t.test('appends in order and reads back', async (t) => {
    const store = make();
    t.equal(store.size(), 0);
    store.append(batch(0));
    store.append(batch(1, 'R'));
    t.equal(store.size(), 2);
    t.same([...(store.entry(1)?.bytes ?? [])], [1, 1, 2]);
    t.equal(store.entry(2), undefined);
    t.match(store.entries(0, 5), [{ seq: 0 }, { seq: 1 }]);
    t.match(store.entries(1, 2), [{ seq: 1 }]);
    t.same(store.entries(2, 3), []);
    t.match(store.entriesOf('R'), [{ seq: 1, run: 'R' }]);
    t.match(store.entriesOfTypes(['genesis']), [{ seq: 0 }]);
    t.same(store.run('R'), { run: 'R', close: null });
    t.same(store.openRuns(), ['R']);
    t.equal(store.run('S'), undefined);
    t.same([...store.node(0, 1)], [...hash(1)]);
    t.throws(() => store.node(5, 5), 'a node that is not there');
    t.same([...(store.body(`sha256:${'0'.repeat(64)}`)?.bytes ?? [])], [0]);
    store.close();
  });

  t.test('what is asked of a closed run later', async (t) => {
    const store = make();
    const close = { ref: '9 sha256:a', at: 50, runbook: 'sha256:b', mode: 'rehearsal', result: 'done', facts: '{}' };
    store.append(batch(0, 'R1'));
    store.append(batch(1, 'R2'));
    store.append({ ...batch(2), runs: [{ run: 'R1', close: { ...close, watch: 100 } }] });
    t.same(store.openRuns(), ['R2']);
    t.same(store.lastRuns(1), ['R2'], 'newest first');
    t.equal(store.closeOf('9 sha256:a')?.run, 'R1');
    t.equal(store.closeOf('9 sha256:x'), undefined);
    t.equal(store.lastClose('sha256:b', 'rehearsal', 'done')?.run, 'R1');
    t.equal(store.lastClose('sha256:b', 'live', 'done'), undefined);
    store.append({ ...batch(3), runs: [{ run: 'R2', close: { ...close, ref: '8 sha256:c', at: 60, watch: 0 } }] });
    t.equal(store.lastClose('sha256:b', 'rehearsal', 'done')?.run, 'R2', 'the newest');
    t.same(
      store.watched(99).map(({ run }) => run),
      ['R1'],
    );
    t.same(store.watched(100), []);
    const after = { ...batch(4), entries: [{ ...batch(4).entries[0], after: 'R1' }] } as Batch;
    store.append({ ...after, runs: [{ run: 'R1', close: { ...close, watch: 0 } }] });
    t.match(store.entriesAfter('R1'), [{ seq: 4, run: null }]);
    t.same(store.entriesAfter('R2'), []);
    t.same(store.watched(0), [], 'its row is the newest');
    store.close();
  });

  t.test('a batch is whole or not at all', async (t) => {
    const store = make();
    store.append(batch(0));
    t.throws(() => store.append(batch(0)), 'not where the log ends');
    t.throws(() => store.append(batch(5)), 'beyond the end');
    const torn = { ...batch(1), nodes: [...batch(1).nodes, { level: 0, index: 0, hash: hash(7) }] };
    t.throws(() => store.append(torn), 'a node that exists is never changed');
    t.equal(store.size(), 1, 'nothing of it stayed');
    t.equal(store.body(`sha256:${'1'.padStart(64, '0')}`), undefined);
    store.append(batch(1));
    t.equal(store.size(), 2, 'and the log goes on');
    store.close();
  });

  t.test('bodies are erased with their batch, or not at all', async (t) => {
    const store = make();
    const digest = (seq: number) => `sha256:${String(seq).padStart(64, '0')}`;
    store.append(batch(0));
    store.append(batch(1));
    t.throws(() => store.append({ ...batch(5), erased: [digest(0)] }), 'beyond the end');
    t.ok(store.body(digest(0)), 'what was refused erases nothing');
    store.append({ ...batch(2), erased: [digest(0), digest(9)] });
    t.equal(store.body(digest(0)), undefined);
    t.ok(store.body(digest(1)) && store.body(digest(2)), 'no other is gone');
    t.same([...(store.entry(0)?.bytes ?? [])], [0, 1, 2], 'the entry stays');
    store.close();
  });

  t.test('sessions are spent and expire; settings come and go', async (t) => {
    const store = make();
    store.putSession({ secret: 'a', person: 'p', kind: 'session', expires: 10 });
    t.match(store.session('a'), { person: 'p', kind: 'session' });
    store.expireSessions(11);
    t.equal(store.session('a'), undefined);
    store.setSetting('k', 'v');
    t.equal(store.setting('k'), 'v');
    store.setSetting('k', null);
    t.equal(store.setting('k'), undefined);
    store.name('p', 'Marta');
    t.same(store.names(), { p: 'Marta' });
    store.close();
  });

  t.test('folders are kept as they were', async (t) => {
    const store = make();
    const files = [{ path: 'a', mode: '0755' as const, bytes: Uint8Array.of(1) }];
    store.keepFolder('sha256:x', files);
    store.keepFolder('sha256:x', files);
    t.match(store.folder('sha256:x'), [{ path: 'a', mode: '0755' }]);
    t.equal(store.folder('sha256:y'), undefined);
    store.close();
  });

  if (again)
    t.test('what was appended is there after reopening', async (t) => {
      const first = make();
      first.append(batch(0));
      const second = again(first);
      t.equal(second.size(), 1);
      t.throws(() => second.append(batch(0)));
      second.append(batch(1));
      second.close();
    });
}
