/** Every moment beside the cross-check in the dark theme: accessible, and nothing overflows. */
import t from 'tap';
import { acts } from './acts.ts';
import { lookAtAll, skip, withKit } from './kit.ts';

t.setTimeout(900_000);

t.test('every act has its page', { skip, timeout: 900_000 }, (t) =>
  withKit((kit) => lookAtAll(t, kit, acts(), ['dark'])),
);
