/** A keeper's signature of the next roster: everything that it changes, one fingerprint read back, then the page's signer. It decides nothing. */
import { useSignal } from '@preact/signals';
import { isKeeper, nextText, offeredText } from '../../core/log/roster.ts';
import type { RosterText } from '../../core/log/tables.ts';
import { maySucceed } from '../../core/site/roster.ts';
import { keyToRead, rosterRows } from '../../core/site/rosterFacts.ts';
import { useApp } from '../app.ts';
import { visible } from '../format.ts';
import { type SiteView, signRoster } from '../keys/roster.ts';
import { Refusal } from './basics.tsx';
import { useAsk } from './document.ts';
import { TextField } from './fields.tsx';
import { State } from './icons.tsx';
import { RosterRows } from './rosterSays.tsx';

interface Props {
  readonly site: SiteView;
  readonly name: (id: string) => string;
  readonly reload: () => Promise<void>;
}

/** What could be signed now: what others have signed, else what was offered, else the first roster of a new site. */
function proposalOf({ roster, change }: SiteView): RosterText | null {
  if (change) return change.text;
  return roster.offered.length > 0 || !(roster.vouched || roster.solo) ? offeredText(roster) : null;
}

export function Change(props: Props) {
  const { site, name } = props;
  const { roster, change } = site;
  const text = proposalOf(site);
  if (!text) return null;
  const first = !roster.vouched;
  const rows = rosterRows(nextText(roster), text);
  const signers = change?.signers.map(({ person }) => person) ?? [];
  const open = [...new Set([...roster.keepers.of, ...text.keepers.of])].filter((id) => !signers.includes(id));
  const rule = maySucceed(roster, text);
  return (
    <section class="break">
      <h2>{change ? `Roster ${text.version} waits for signatures` : `Roster ${text.version} can be signed`}</h2>
      <p>
        {first
          ? 'It is the first that keepers sign, so everything in it is new. Compare each fingerprint with its owner, in person or by phone.'
          : 'What differs from the roster that counts now. Compare each new fingerprint with its owner, in person or by phone.'}
      </p>
      <RosterRows rows={first ? rows : rows.filter(({ mark }) => mark !== 'same')} name={name} />
      <ul class="row">
        {signers.map((id) => (
          <li key={id}>
            <State is="signed" /> {visible(name(id))}
          </li>
        ))}
        {open.map((id) => (
          <li key={id}>
            <State is="waiting" word="can sign" /> {visible(name(id))}
          </li>
        ))}
      </ul>
      <p class="dim">
        It counts once {roster.keepers.need} keepers of the roster now and {text.keepers.need} of the new one have
        signed it.
      </p>
      {rule.ok ? <Sign {...props} text={text} /> : <Refusal problem={rule.refusal} />}
    </section>
  );
}

const TAIL = 6;

function Sign({ site, name, reload, text }: Props & { readonly text: RosterText }) {
  const app = useApp();
  const read = useSignal('');
  const { busy, problem, ask } = useAsk();
  const me = app.me.value?.person ?? '';
  const { roster, change } = site;
  if (!isKeeper(roster, me) && !isKeeper(text, me)) return null;
  const key = keyToRead(rosterRows(nextText(roster), text), me, !roster.vouched);
  const signed = change?.signers.some(({ person }) => person === me) ?? false;
  const stop = app.unsignable();
  const why = signed
    ? 'You have signed.'
    : stop
      ? `${stop.sentence} ${stop.hint}`
      : key && read.value.trim() !== key.value.slice(-TAIL)
        ? `Type the end of that fingerprint first.`
        : null;
  const sign = () =>
    ask(async () => {
      const answer = await signRoster(app, roster.made, text, change?.roster ?? null);
      if (!answer.ok) return answer.problem;
      await app.refresh();
      await reload();
      return null;
    });
  return (
    <div class="form">
      {key && !signed && !stop ? (
        <TextField
          id="read-back"
          label={`Last ${TAIL} characters of the fingerprint of ${visible(name(key.about ?? ''))}’s key`}
          note="As its owner reads it to you."
          value={read}
          max={TAIL * 2}
          mono
        />
      ) : null}
      <p class="row">
        <button
          type="button"
          class={why === null ? 'big outline-act' : 'big'}
          disabled={why !== null || busy}
          aria-describedby="why-roster"
          onClick={sign}
        >
          {busy ? 'Signing' : `Sign roster ${text.version}`}
        </button>
        <span class="dim" id="why-roster">
          {why ?? 'You say that you compared every person, role and key.'}
        </span>
      </p>
      <Refusal problem={problem} />
    </div>
  );
}
