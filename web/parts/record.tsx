/** The parts of a verified record: summary, signatures with their meaning, timeline, separation of duties, what was proved. */
import { MEANING } from '../../core/log/acts.ts';
import type { Entry, RunEntry } from '../../core/log/tables.ts';
import { contextOf } from '../../core/run/state.ts';
import { suspensions } from '../../core/verify/suspensions.ts';
import type { Facts, Verdict } from '../../core/verify/verdict.ts';
import { ascii, utcDay, visible } from '../format.ts';
import { what } from './entryWords.ts';
import { State } from './icons.tsx';
import { Pane } from './pane.tsx';

interface FactsProps {
  readonly facts: Facts;
  readonly name: (person: string) => string;
}

const isOfRun = (entry: Entry): entry is RunEntry => 'run' in entry;

export function Summary({ facts }: { readonly facts: Facts }) {
  const { closed, holds } = contextOf(facts.state);
  const run = facts.entries.map(({ entry }) => entry).filter(isOfRun);
  const raised = run.filter(({ type }) => type === 'hold.raised').length;
  return (
    <dl class="summary">
      <div>
        <dt>What</dt>
        <dd>{visible(facts.runbook.title)}</dd>
      </div>
      <div>
        <dt>Why</dt>
        <dd>{visible(facts.runbook.description ?? 'not said')}</dd>
      </div>
      <div>
        <dt>When, UTC</dt>
        <dd>
          {utcDay(run[0]?.ts ?? 0)} to {utcDay(run.at(-1)?.ts ?? 0)}
        </dd>
      </div>
      <div>
        <dt>Outcome</dt>
        <dd>
          {closed ? (
            <State is={closed === 'done' ? 'done' : 'aborted'} />
          ) : (
            <State is={holds.length > 0 ? 'held' : 'running'} word={holds.length > 0 ? 'on hold' : 'open'} />
          )}
          {raised > 0 ? `, ${raised} ${raised === 1 ? 'hold' : 'holds'}` : ''}
        </dd>
      </div>
    </dl>
  );
}

const AGENTS_MEANING = {
  armed: 'This would run; this was measured',
  started: 'It starts now, on these confirmations',
  outcome: 'This ran, this came out',
} as const;
const meaningOf = (act: string): string =>
  (MEANING as Record<string, string>)[act] ?? (AGENTS_MEANING as Record<string, string>)[act] ?? '';

export function Signatures({ facts, name }: FactsProps) {
  const entries = new Map(facts.entries.map(({ entry }) => [entry.seq, entry]));
  return (
    <section>
      <h2>
        Signatures <span class="dim">{facts.signatures.length}, every one valid</span>
      </h2>
      <Pane class="scroll-x" label="Table of signatures">
        <table>
          <thead>
            <tr>
              <th scope="col">Printed name</th>
              <th scope="col">UTC</th>
              <th scope="col">Act</th>
              <th scope="col" class="wide">
                Meaning
              </th>
              <th scope="col" class="wide">
                Key
              </th>
              <th scope="col">Proof</th>
            </tr>
          </thead>
          <tbody>
            {facts.signatures.map(({ seq, act, signer, kind, fingerprint }) => (
              <tr key={`${seq} ${act}`}>
                <td>
                  <b>{visible(name(signer))}</b>
                </td>
                <td>{utcDay(entries.get(seq)?.ts ?? 0)}</td>
                <td>{act}</td>
                <td class="wide">{meaningOf(act)}</td>
                <td class="wide">
                  {kind} <code class="small">{ascii(fingerprint)}</code>
                </td>
                <td>
                  <State is="ok" word="valid" /> <a href={`#seq-${seq}`}>{seq}</a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Pane>
    </section>
  );
}

/** Whose key stopped counting while the run was open, by whom, and where the log says so. */
export function Suspended({ facts, name }: FactsProps) {
  const found = suspensions(facts.entries);
  if (found.length === 0) return null;
  return (
    <section>
      <h2>Keys suspended while the run was open</h2>
      <ul>
        {found.map(({ seq, at, person, by, fingerprint, version }) => (
          <li key={seq}>
            <a href={`#seq-${seq}`}>#{seq}</a> {utcDay(at)}: a key of <b>{visible(name(person))}</b> was suspended by{' '}
            {by === person ? 'its owner' : visible(name(by))}; roster {version} does without it.{' '}
            <code class="small">{ascii(fingerprint)}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What is gone from the record, on whose order and why; its digests are proved all the same. */
export function Redacted({ facts, name }: FactsProps) {
  if (facts.erasures.length === 0) return null;
  return (
    <section>
      <h2>Redacted</h2>
      <ul>
        {facts.erasures.map(({ digest, name: body, seq, by, order, reason, actor }) => (
          <li key={`${seq} ${body}`} class="break">
            <a href={`#seq-${seq}`}>#{seq}</a> {body}: redacted by order at <a href={`#seq-${by}`}>#{by}</a>, signed by{' '}
            <b>{visible(name(actor))}</b>, on the order of {visible(order)}: {visible(reason)}{' '}
            <code class="small">{digest}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

const says = (entry: Entry): string => {
  if (entry.type === 'body.redacted') return `${entry.erased.length} erased`;
  if (entry.type === 'key.suspended') return `key of ${entry.person}; roster ${entry.version}`;
  if (isOfRun(entry)) return what(entry);
  return 'runbook' in entry ? entry.runbook : '';
};

export function Timeline({ facts, name }: FactsProps) {
  return (
    <section>
      <h2>
        Timeline{' '}
        <span class="dim">
          {facts.entries.length} entries, each in the signed tree of {facts.checkpoint.size}
        </span>
      </h2>
      <Pane class="scroll-x" label="Table of entries">
        <table>
          <thead>
            <tr>
              <th scope="col">seq</th>
              <th scope="col">UTC</th>
              <th scope="col">Entry</th>
              <th scope="col">Who</th>
              <th scope="col" class="wide">
                What
              </th>
              <th scope="col">Proof</th>
            </tr>
          </thead>
          <tbody>
            {facts.entries.map(({ entry }) => (
              <tr key={entry.seq} id={`seq-${entry.seq}`}>
                <td>{entry.seq}</td>
                <td>{utcDay(entry.ts)}</td>
                <td>
                  <code>{entry.type}</code>
                </td>
                <td>{visible(name(entry.actor))}</td>
                <td class="wide">{ascii(says(entry))}</td>
                <td>
                  <State is="ok" word="in the tree" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Pane>
    </section>
  );
}

const DUTIES = ['wrote', 'armed', 'confirmed', 'keyed', 'closed'] as const;
type Duty = (typeof DUTIES)[number];

function dutiesOf(facts: Facts): Map<string, Set<Duty>> {
  const found = new Map<string, Set<Duty>>();
  const add = (person: string, duty: Duty) => found.set(person, (found.get(person) ?? new Set<Duty>()).add(duty));
  for (const author of contextOf(facts.state).authors) add(author, 'wrote');
  for (const { entry } of facts.entries) {
    if (entry.type === 'step.armed') add(entry.asked_by, 'armed');
    if (entry.type === 'step.confirmed') add(entry.actor, 'confirmed');
    if (entry.type === 'step.keyed') add(entry.actor, 'keyed');
    if (entry.type === 'act.signed' && entry.act === 'close') add(entry.actor, 'closed');
  }
  return found;
}

export function Duties({ facts, name }: FactsProps) {
  const duties = dutiesOf(facts);
  const both = [...duties.values()].some(
    (one) => one.has('confirmed') && (one.has('wrote') || one.has('armed') || one.has('keyed')),
  );
  return (
    <section>
      <h2>Separation of duties</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Person</th>
            {DUTIES.map((duty) => (
              <th key={duty} scope="col">
                {duty}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...duties].map(([person, own]) => (
            <tr key={person}>
              <td>{visible(name(person))}</td>
              {DUTIES.map((duty) => (
                <td key={duty}>{own.has(duty) ? 'yes' : '–'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="small dim">
        {both ? 'Somebody who wrote or armed it confirmed it.' : 'Nobody who wrote or armed it confirmed it.'}
      </p>
    </section>
  );
}

/** What the verdict says and, as plainly, what it does not. */
export function Proved({ verdict, trusted }: { readonly verdict: Verdict; readonly trusted: boolean }) {
  const { facts } = verdict;
  const rows = facts
    ? ([
        ['Nothing is missing, changed or reordered', `${facts.entries.length} entries`],
        ['Every signature is by the person named', `${facts.signatures.length} signatures`],
        ['Enough people, different people, in time', 'replayed'],
        ['What was signed is what the runbook says', 'rendered again'],
        ...(verdict.verdict === 'ANCHORED'
          ? [['The close-out covers the last entry', `rseq ${facts.state.head.rseq}`] as const]
          : []),
        ...(trusted ? [['The log is the one of your trust root', 'genesis'] as const] : []),
      ] as const)
    : [];
  return (
    <section>
      <h2>What was proved</h2>
      {rows.length === 0 ? <p>Nothing.</p> : null}
      <ul class="list">
        {rows.map(([text, note]) => (
          <li key={text}>
            <span>
              <State is="ok" word="" /> {text}
            </span>
            <span class="dim small">{note}</span>
          </li>
        ))}
      </ul>
      <p class="small dim">
        Not proved: that the approved script does what its text says.
        {trusted ? '' : ' Not proved either: whose log this is.'}
        {facts && facts.withheld > 0 ? ` ${facts.withheld} bodies are withheld while the run is open.` : ''}
      </p>
    </section>
  );
}
