/** Lines that are no entries: each is a finding that points where the line says that it stands. */
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { readEntries } from '../../../core/verify/read.ts';

t.test('a finding points at the seq that a line claims, or nowhere', async (t) => {
  const { leaves, reasons } = readEntries([utf8('garbage'), utf8('{"seq":7,"x":1}')], () => ({
    bodies: {},
    proof: [],
  }));
  t.same(leaves, []);
  t.match(reasons, [
    { seq: null, sentence: /line 1 of the entries/ },
    { seq: 7, sentence: /line 2 of the entries/ },
  ]);
});
