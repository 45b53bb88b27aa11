/** Writes docs/errors.md from the one table of refusals; a test holds the two equal. */
import { writeFileSync } from 'node:fs';
import { ERRORS } from '../build/core/errors.js';

const rows = Object.entries(ERRORS).map(
  ([code, { status, sentence, hint }]) => `| \`${code}\` | ${status} | ${sentence} | ${hint} |`,
);
const text = `# Refusals

Every refusal has a permanent code, an HTTP status, a sentence and a hint; words in braces are filled in. Codes are never reused.
Made of \`core/errors.ts\` by \`node scripts/errors-doc.mjs\`.

| code | status | sentence | what to do |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
writeFileSync(new URL('../docs/errors.md', import.meta.url), text);
