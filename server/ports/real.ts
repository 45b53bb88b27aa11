/** The real clock, dice, timers and signature checks of a running server; the only place that reads them. */
import { randomBytes } from 'node:crypto';
import type { Ports } from './ports.ts';
import { rememberingVerifier } from './verify.ts';

/** Node's timers overflow beyond this; a longer deadline is looked at again. */
const LONGEST = 2 ** 31 - 1;

const later = (ms: number, then: () => void): (() => void) => {
  const end = performance.now() + ms;
  let timer: NodeJS.Timeout;
  const arm = () => {
    const left = end - performance.now();
    timer = setTimeout(() => (performance.now() + 1 < end ? arm() : then()), Math.min(Math.max(left, 0), LONGEST));
    timer.unref();
  };
  arm();
  return () => clearTimeout(timer);
};

export const realPorts = (): Ports => ({
  now: Date.now,
  random: (length) => randomBytes(length),
  verifyRaw: rememberingVerifier(),
  later,
});
