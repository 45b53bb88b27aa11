/** People and keys: who is of the site as this browser verified it, what waits for keepers, suspending a key, and one's own receipts. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isKeeper, type RosterPerson } from '../../core/log/roster.ts';
import type { PeopleView } from '../../core/protocol/frames.ts';
import { fingerprintOf, formerKeys } from '../../core/site/rosterFacts.ts';
import type { Problem } from '../api.ts';
import { useApp } from '../app.ts';
import { counted, visible } from '../format.ts';
import { receiptsIn } from '../keys/receipts.ts';
import { readRoster, type SiteView } from '../keys/roster.ts';
import { Refusal } from '../parts/basics.tsx';
import { useAsk } from '../parts/document.ts';
import { State } from '../parts/icons.tsx';
import { Pane } from '../parts/pane.tsx';
import { Change } from '../parts/rosterChange.tsx';
import { Fingerprint } from '../parts/rosterSays.tsx';

interface Read {
  readonly site: SiteView;
  readonly names: Readonly<Record<string, string>>;
}

export function PeoplePage() {
  const app = useApp();
  const read = useSignal<Read | null>(null);
  const found = useSignal<Problem | null>(null);
  const load = async () => {
    const [site, people] = await Promise.all([readRoster(app), app.api.get<PeopleView>('/api/people')]);
    if (site.ok) read.value = { site: site.value, names: people.ok ? people.value.names : {} };
    found.value = site.ok ? null : site.problem;
  };
  useEffect(() => void load(), [app.trust.value]);
  if (!read.value)
    return (
      <main class="plain">
        <h1>People and keys</h1>
        {found.value ? <Refusal problem={found.value} /> : <p role="status">The roster is being verified.</p>}
      </main>
    );
  const { site, names } = read.value;
  const name = (id: string) => names[id] ?? id;
  return (
    <Pane as="main" class="plain" label="People and keys">
      <Head site={site} />
      <Refusal problem={found.value} />
      <Change site={site} name={name} reload={load} />
      <People site={site} name={name} reload={load} />
      <Offered site={site} name={name} />
      <Former site={site} name={name} />
      <Agents site={site} />
      <Receipts />
    </Pane>
  );
}

function Head({ site: { roster } }: { readonly site: SiteView }) {
  const keys = roster.people.flatMap((person) => person.keys).length;
  return (
    <div>
      <h1>
        Roster {roster.version}: {counted(roster.people.length, 'person', 'people')}, {counted(keys, 'key', 'keys')}.
      </h1>
      <p>
        {roster.solo ? (
          <State is="waiting" word="solo" />
        ) : (
          <State
            is={roster.vouched ? 'signed' : 'waiting'}
            word={roster.vouched ? 'signed by keepers' : 'not signed yet'}
          />
        )}{' '}
        {roster.solo
          ? 'One keeper is enough here, so nothing counts as four eyes.'
          : roster.vouched
            ? `Every change is signed by ${roster.keepers.need} of ${roster.keepers.of.length} keepers.`
            : `The set-up wrote it down, and no keeper has signed it: nothing runs live until ${roster.keepers.need} of ${roster.keepers.of.length} keepers have.`}{' '}
        <span class="dim">Verified in this browser from the first entry of the log on.</span>
      </p>
    </div>
  );
}

interface SiteProps {
  readonly site: SiteView;
  readonly name: (id: string) => string;
}

function People({ site, name, reload }: SiteProps & { readonly reload: () => Promise<void> }) {
  const { roster } = site;
  return (
    <section>
      <h2>People</h2>
      <ul class="members break">
        {roster.people.map((person) => (
          <li key={person.id}>
            <h3>
              <bdi class="break">{visible(name(person.id))}</bdi>{' '}
              {isKeeper(roster, person.id) ? <span class="mark">keeper</span> : null}
            </h3>
            <p class="dim break">
              {person.roles.map(visible).join(', ') || 'no role'} · <span class="mono small">{person.id}</span>
            </p>
            <Keys site={site} person={person} name={name} reload={reload} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface KeysProps extends SiteProps {
  readonly person: RosterPerson;
  readonly reload: () => Promise<void>;
}

function Keys({ site, person, name, reload }: KeysProps) {
  const me = useApp().me.value?.person ?? '';
  const may = person.id === me || isKeeper(site.roster, me);
  return (
    <>
      {person.keys.map(({ key, kind }) => (
        <div key={key} class="key">
          <p>
            <span class="kind">{kind}</span> <Fingerprint of={fingerprintOf(key)} />
          </p>
          {may ? <Suspend person={person.id} own={person.id === me} line={key} name={name} reload={reload} /> : null}
        </div>
      ))}
      {person.keys.length === 0 ? (
        <p>
          <State is="empty" word={person.token === null ? 'no key that counts' : 'a first key is enrolled by a link'} />
        </p>
      ) : null}
    </>
  );
}

interface SuspendProps {
  readonly person: string;
  readonly own: boolean;
  readonly line: string;
  readonly name: (id: string) => string;
  readonly reload: () => Promise<void>;
}

/** Two steps: what stops is quick, yet nobody should do it by a slip. */
function Suspend({ person, own, line, name, reload }: SuspendProps) {
  const app = useApp();
  const asked = useSignal(false);
  const { busy, problem, ask } = useAsk();
  const suspend = () =>
    ask(async () => {
      const answer = await app.api.command({ type: 'suspend', of: person, key: line, text: null });
      if (!answer.ok) return answer.problem;
      asked.value = false;
      await app.refresh();
      await reload();
      return null;
    });
  const whose = own ? 'your own key' : `the key of ${visible(name(person))}`;
  if (!asked.value)
    return (
      <button type="button" onClick={() => (asked.value = true)}>
        Suspend<span class="hide"> {whose}</span>
      </button>
    );
  return (
    <div class="form">
      <p>
        From its entry on this key signs nothing any more, and what it has confirmed and not yet started is void.{' '}
        {own ? 'You keep your session, and can stop things.' : 'A run in which they sit is held.'} Only the keepers can
        bring a key in again.
      </p>
      <p class="row">
        <button type="button" class="outline-bad" disabled={busy} onClick={suspend}>
          {busy ? 'Suspending' : `Suspend ${whose}`}
        </button>
        <button type="button" onClick={() => (asked.value = false)}>
          Back
        </button>
      </p>
      <Refusal problem={problem} />
    </div>
  );
}

function Offered({ site: { roster }, name }: SiteProps) {
  if (roster.offered.length === 0) return null;
  return (
    <section>
      <h2>Offered keys</h2>
      <p class="dim">They count for nothing until the keepers sign a roster that has them.</p>
      <ul class="list">
        {roster.offered.map(({ person, key, kind }) => (
          <li key={key}>
            <span class="what">
              <State is="waiting" word="offered" /> {visible(name(person))}: {kind}{' '}
              <Fingerprint of={fingerprintOf(key)} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Former({ site, name }: SiteProps) {
  const former = formerKeys(site.rosters.states);
  if (former.length === 0) return null;
  return (
    <section>
      <h2>Keys that count no more</h2>
      <ul class="list">
        {former.map(({ person, key, kind, since }) => (
          <li key={`${since} ${key}`}>
            <span class="what">
              <State is="void" word={`since entry ${since}`} /> {visible(name(person))}: {kind}{' '}
              <Fingerprint of={fingerprintOf(key)} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const Agents = ({ site: { roster } }: { readonly site: SiteView }) =>
  roster.agents.length === 0 ? null : (
    <section>
      <h2>Agents</h2>
      <ul class="list">
        {roster.agents.map(({ id, key, kind, serves }) => (
          <li key={id}>
            <span class="what">
              <span class="mono small">{id}</span> {kind}, serves {serves.map(visible).join(', ')}{' '}
              <Fingerprint of={fingerprintOf(key)} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );

/** What was signed in this browser; each file proves, without the server, that the log has the entry. */
function Receipts() {
  const app = useApp();
  const kept = receiptsIn(app.deps.storage, app.me.value?.origin ?? '');
  return (
    <section>
      <h2>Your receipts</h2>
      <p class="dim">
        {kept.length === 0
          ? 'Nothing was signed in this browser yet. Each signature leaves a receipt here.'
          : 'Save them where this site cannot reach: crosscheck record verify FILE --receipt RECEIPT shows whether a record hides what you signed.'}
      </p>
      {kept.length === 0 ? null : (
        <details>
          <summary>Save my receipts, {kept.length}</summary>
          <ul>
            {kept.toReversed().map((text) => {
              const entry = /^index (\d+)$/m.exec(text)?.[1] ?? '';
              return (
                <li key={text}>
                  <a
                    href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
                    download={`${entry}.tlog-proof`}
                  >
                    entry {entry}
                  </a>
                </li>
              );
            })}
          </ul>
        </details>
      )}
    </section>
  );
}
