/** The verdict on a whole log, and on each run of it. It draws what the verifier said; it judges nothing. */
import { lessOf } from '../../core/verify/verify.ts';
import type { LogVerdict, RunVerdict } from '../../core/verify/whole.ts';
import { utcDay, visible } from '../format.ts';
import { Pane } from './pane.tsx';

const until = (ms: number | null, otherwise: string): string => (ms === null ? otherwise : utcDay(ms));

export function WholeLog({ log }: { readonly log: LogVerdict }) {
  if (!log.log) return null;
  const { origin, checkpoint } = log.log;
  return (
    <section>
      <h2>
        Runs <span class="dim">{log.runs.length}</span>
      </h2>
      <p class="small dim break">
        The log {visible(origin)} is one history of {checkpoint.size} entries. Judged are the runs opened from{' '}
        {until(log.period.from, 'its beginning')} until {until(log.period.to, 'its end')}
        {log.outside.length > 0 ? `; ${log.outside.length} others are whole, and nothing more was asked of them` : ''}.
      </p>
      <Pane class="scroll-x" label="Table of runs">
        <table>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Verdict</th>
              <th scope="col">What it rests on</th>
            </tr>
          </thead>
          <tbody>
            {log.runs.map((run) => (
              <Row key={run.run} run={run} />
            ))}
          </tbody>
        </table>
      </Pane>
    </section>
  );
}

const Row = ({ run }: { readonly run: RunVerdict }) => (
  <tr>
    <td>
      <code>{run.run}</code>
    </td>
    <td>
      <b>{[run.verdict, ...lessOf(run).map((word) => `(${word})`)].join(' ')}</b>
    </td>
    <td class="break">
      {run.reasons.length === 0
        ? `${run.assurance}, ${run.executor} agent${run.erasures.map(({ seq, by }) => `; #${seq} redacted by order at #${by}`).join('')}`
        : run.reasons
            .map(({ sentence, seq }) => `${visible(sentence)}${seq === null ? '' : ` (seq ${seq})`}`)
            .join(' ')}
    </td>
  </tr>
);
