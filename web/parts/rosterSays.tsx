/** How a roster is drawn: its rows with their marks, and fingerprints in groups that two people can read to each other. */
import { factText, type RosterFact, type RosterRow } from '../../core/site/rosterFacts.ts';
import { ascii, visible } from '../format.ts';

const GROUP = 4;

/** `SHA256:` and the rest in groups of four; what is copied is the fingerprint without any gap. */
export function Fingerprint({ of }: { readonly of: string }) {
  const [name = '', rest = ''] = ascii(of).split(':');
  const groups = rest.match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? [];
  return (
    <code class="print">
      {rest === '' ? name : `${name}:`}
      {groups.map((group, index) => (
        <span key={`${index} ${group}`}>{group}</span>
      ))}
    </code>
  );
}

const Fact = (fact: RosterFact) => {
  const { what, value } = fact;
  if (what !== 'key') return <>{visible(factText(fact))}</>;
  const [kind = '', print = ''] = value.split(' ');
  return (
    <>
      key {kind} <Fingerprint of={print} />
    </>
  );
};

const MARK = { same: ['', 'stays'], added: ['+', 'comes'], gone: ['−', 'goes'] } as const;
const CLASS = { same: '', added: 'came', gone: 'gone' } as const;

interface RowsProps {
  readonly rows: readonly RosterRow[];
  readonly name: (id: string) => string;
}

/** Row for row, under whom they are about. */
export function RosterRows({ rows, name }: RowsProps) {
  const about = [...new Set(rows.map((row) => row.about))];
  return (
    <ul class="roster changes">
      {about.map((one) => (
        <li key={one}>
          <h3>
            {one === null ? 'The site' : visible(name(one))} <span class="dim small mono">{one}</span>
          </h3>
          <ul>
            {rows
              .filter((row) => row.about === one)
              .map((row) => (
                <li key={`${row.mark} ${row.what} ${row.value}`} class={CLASS[row.mark]}>
                  <span aria-hidden="true">{MARK[row.mark][0]}</span>
                  <span class="hide">{MARK[row.mark][1]}: </span>
                  <span>
                    <Fact {...row} />
                  </span>
                </li>
              ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
