/** Runs the benches, one after the other; each prints its figures beside its floor. */
import { appendBench } from './append.ts';
import { approvalBench } from './approval.ts';
import { machineBench } from './machine.ts';
import { wholeBench } from './whole.ts';

await approvalBench();
machineBench();
appendBench();
await wholeBench();
