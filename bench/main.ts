/** Runs the benches, one after the other; each prints its figures beside its floor. */
import { approvalBench } from './approval.ts';
import { machineBench } from './machine.ts';

await approvalBench();
machineBench();
