/** Runs the benches, one after the other; each prints its figures beside its floor. */
import { approvalBench } from './approval.ts';
import { lintBench } from './lint.ts';

await approvalBench();
lintBench();
