/** A postmortem as Markdown: every fact cites its entry, and nothing that people wrote becomes markup or an invisible character. */
import { codeAt, hiddenInLineAt } from '../runbook/invisible.ts';
import type { Countermeasure } from './countermeasures.ts';
import type { Fact } from './facts.ts';
import type { Postmortem, Section } from './postmortem.ts';
import { utc } from './words.ts';

/** Characters that begin or end markup anywhere in a line, of CommonMark and of GitHub's tables and strikethrough. */
const MARKUP = /[\\`*_[\]<>&#|~]/g;

/** One line of text that shows exactly its characters, wherever in a line it stands. */
export function escaped(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const seen = [...line].map((one) => (hiddenInLineAt(one) === -1 ? one : codeAt(one, 0))).join('');
  return seen
    .replace(MARKUP, '\\$&')
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

const fact = ({ at, text, seq }: Fact): string => `- ${utc(at)} ${escaped(text)} (#${seq})`;

const section = ({ title, facts }: Section): string =>
  [`## ${escaped(title)}`, '', ...(facts.length > 0 ? facts.map(fact) : ['Nothing.'])].join('\n');

/** Paragraphs stay paragraphs; everything else of a text is one line. */
const prose = (text: string | null): string =>
  text === null
    ? '_Nobody has written this yet._'
    : text
        .split(/\n\s*\n/)
        .map(escaped)
        .filter((paragraph) => paragraph !== '')
        .join('\n\n');

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function stateOf({ closed, seq }: Countermeasure): string {
  if (!closed) return `open (#${seq})`;
  return `closed ${utc(closed.at)}: ${escaped(closed.evidence ?? 'evidence not at hand')} (#${closed.seq})`;
}

function measures(all: readonly Countermeasure[]): string {
  if (all.length === 0) return '_None yet: what, cost, effect, owner, date._';
  const rows = all.map((one) => {
    const { what, cost, effect, owner } = one.document ?? { what: one.id, cost: '', effect: '', owner: '' };
    return row([...[what, cost, effect, owner].map(escaped), one.due === null ? '' : utc(one.due), stateOf(one)]);
  });
  return [row(['What', 'Cost', 'Effect', 'Owner', 'Due', 'State']), row(Array(6).fill('---')), ...rows].join('\n');
}

/** Returns the whole document, ending in one line feed. */
export function postmortemMarkdown({ title, run, mode, sections, human, countermeasures }: Postmortem): string {
  const parts = [
    `# Postmortem: ${escaped(title)}`,
    `Run ${run}, ${mode}. Times are UTC. Each fact cites its entry in the log, as #seq.`,
    ...sections.map(section),
    ...human.map(({ title, text }) => `## ${title}\n\n${prose(text)}`),
    `## Countermeasures\n\n${measures(countermeasures)}`,
  ];
  return `${parts.join('\n\n')}\n`;
}
