/** The campaigns as a command, `npm run campaign -- [sequences|bytes|parsers|mutants|checks]`: each prints its seed and what it counted, and ends in `ok`. */
import { parseArgs } from 'node:util';
import { type Report, reportText } from './report.ts';
import { bytes } from './words/bytes.ts';
import { checks } from './words/checks.ts';
import { countOf, type Given } from './words/given.ts';
import { mutants } from './words/mutants.ts';
import { parsers } from './words/parsers.ts';
import { sequences } from './words/sequences.ts';

const CAMPAIGNS: Readonly<Record<string, (given: Given) => Promise<Report>>> = {
  sequences,
  bytes,
  parsers,
  mutants,
  checks,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    sequences: { type: 'string' },
    only: { type: 'string' },
    beside: { type: 'boolean' },
    count: { type: 'string' },
    parser: { type: 'string' },
    minutes: { type: 'string' },
  },
});
const [name = 'sequences'] = positionals;
const campaign = Object.hasOwn(CAMPAIGNS, name) ? CAMPAIGNS[name] : undefined;
if (!campaign) throw new Error(`There is no campaign ${name}; there are ${Object.keys(CAMPAIGNS).join(', ')}.`);
const seed = countOf(values.seed, Date.now() % 2 ** 30);
const began = performance.now();
process.stdout.write(`campaign ${name}, seed ${seed}\n`);
const report = await campaign({ seed, values, say: (progress) => process.stdout.write(`  ${progress}\n`) });
process.stdout.write(reportText(report, (performance.now() - began) / 1000));
process.exitCode = report.failures.length === 0 ? 0 : 1;
