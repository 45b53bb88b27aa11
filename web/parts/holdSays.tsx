/** What a hold says: bottom line, impact as four figures, cause, what is done, what else was considered, updates, conditions, the next word. */

import { overdueSince } from '../../core/release/holdDocument.ts';
import { CAUSES } from '../../core/release/holdSummary.ts';
import { useApp } from '../app.ts';
import { about, counted, sentence, span, utc, utcMinute, visible } from '../format.ts';
import type { Desk, OpenHold } from '../room/desk.ts';
import { State } from './icons.tsx';

/** Why it stands where no person has said so. */
export const causeWords = (cause: string): string =>
  `${sentence((CAUSES as Readonly<Record<string, string>>)[cause] ?? cause)}.`;

export function Bluf({ desk }: { readonly desk: Desk }) {
  const { hold, name } = desk;
  const { document, updates } = hold;
  // Whoever wrote this bottom line first, not whoever added to the hold last.
  const changed = updates.findLastIndex((one) => one.document.bluf !== document.bluf);
  const at = updates[changed + 1];
  const said = document.bluf ?? document.text ?? hold.text ?? causeWords(hold.cause);
  return (
    <div>
      <p class="dim small">
        {document.bluf !== null && at
          ? `Bottom line, by ${visible(name(at.by))}, ${utc(at.at)} UTC`
          : `Raised by ${hold.by === 'server' ? 'the rules of this run' : visible(name(hold.by))}, ${utc(hold.at)} UTC`}
      </p>
      <h1 class="impact break">{visible(document.bluf === null && hold.text !== null ? hold.text : said)}</h1>
      {document.bluf === null ? (
        <p class="dim small">No bottom line yet: what is wrong, and what does it mean?</p>
      ) : null}
    </div>
  );
}

/** What is broken, for whom, since when, until when. */
export function Impact({ hold }: { readonly hold: OpenHold }) {
  const now = useApp().clock.value;
  const { impact, eta, new_date } = hold.document;
  const figures: readonly (readonly [string, string])[] = [
    impact ? [String(impact.number), impact.unit] : ['not said', 'how many are affected'],
    impact ? [impact.whom, 'are affected'] : ['not said', 'who they are'],
    [about(now - hold.at), `held, since ${utc(hold.at)} UTC`],
    eta === null
      ? ['not said', 'when it is over']
      : [utcMinute(eta).slice(11), `UTC ${utcMinute(eta).slice(0, 10)}, expected end`],
  ];
  return (
    <div>
      <dl class="figures">
        {figures.map(([figure, words]) => (
          <div key={words} class={figure === 'not said' ? 'unsaid' : ''}>
            <dd class={figure.length > 12 ? 'break words' : 'break'}>{visible(figure)}</dd>
            <dt class="break">{visible(words)}</dt>
          </div>
        ))}
      </dl>
      {new_date === null ? null : (
        <p>
          New date of the release: <b>{visible(new_date)}</b>
        </p>
      )}
    </div>
  );
}

export function Cause({ hold }: { readonly hold: OpenHold }) {
  const { cause, remediation, eta, told } = hold.document;
  return (
    <div class="two">
      <div>
        <h2>Technical cause</h2>
        <p class="break">{cause === null ? <span class="dim">Not known yet.</span> : visible(cause)}</p>
      </div>
      <div>
        <h2>What we do</h2>
        <p class="break">
          {remediation === null ? <span class="dim">Not said yet.</span> : visible(remediation)}{' '}
          {eta === null ? null : <b>Done by {utcMinute(eta).slice(11)} UTC.</b>}{' '}
          {told === null ? null : <>Told: {visible(told)}.</>}
        </p>
      </div>
    </div>
  );
}

export function Considered({ hold }: { readonly hold: OpenHold }) {
  const { alternatives } = hold.document;
  if (alternatives.length === 0) return null;
  return (
    <div>
      <h2>Also considered</h2>
      <ul class="considered">
        {alternatives.map(({ what, why_not }) => (
          <li key={what}>
            <span class="break">{visible(what)}</span>
            <State is="no" />
            <span class="break">{visible(why_not)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Newest first; the raising is the oldest. */
export function Updates({ desk }: { readonly desk: Desk }) {
  const { hold, name } = desk;
  return (
    <section>
      <div class="head">
        <h2>Updates</h2>
        <span class="dim small">{hold.updates.length}, newest first</span>
      </div>
      <ol class="updates" reversed>
        {hold.updates.toReversed().map(({ seq, at, by, document, met, stance }) => (
          <li key={seq}>
            <time>{utc(at)}</time>
            <span class="break">
              <b>{visible(name(by))}</b> {visible(document.text ?? document.bluf ?? 'The document was changed.')}{' '}
              {met.length > 0 ? <span class="dim">{counted(met.length, 'condition', 'conditions')} met.</span> : null}
              {stance === null ? null : <span class="dim"> {stance === 'agree' ? 'Agrees' : 'Dissents'}.</span>}
            </span>
          </li>
        ))}
        <li>
          <time>{utc(hold.at)}</time>
          <span class="break">
            <b>{hold.by === 'server' ? 'The rules of the run' : visible(name(hold.by))}</b>{' '}
            {visible(hold.text ?? causeWords(hold.cause))} <span class="dim">Raised the hold.</span>
          </span>
        </li>
      </ol>
    </section>
  );
}

/** The promise of a next word; where it was not kept that is said loudly, and who is called. */
export function NextUpdate({ hold }: { readonly hold: OpenHold }) {
  const now = useApp().clock.value;
  const { escalation } = hold.document;
  const late = overdueSince(hold, now);
  const then = escalation === null ? 'nobody is named to be called' : `calls ${visible(escalation)}`;
  return (
    <section>
      <div class="head">
        <div>
          <h2>Next update</h2>
          <p class="dim small">
            {hold.nextUpdate === null ? 'Nobody has promised one.' : `at ${utc(hold.nextUpdate)} UTC`}
          </p>
          <p class="dim small break">overdue: {then}</p>
        </div>
        {hold.nextUpdate === null ? null : late === null ? (
          <p class="count next" role="timer">
            {span(hold.nextUpdate - now)}
          </p>
        ) : (
          <p class="count next over" role="alert">
            <span class="blinks">{span(now - late)}</span>
            <small>
              <State is="overdue" />
            </small>
          </p>
        )}
      </div>
    </section>
  );
}

export function Conditions({ desk }: { readonly desk: Desk }) {
  const { hold, name, holderOf, mayMeet, send, busy } = desk;
  const ids = Object.keys(hold.conditions);
  const met = ids.filter((id) => hold.met.includes(id));
  const meet = (id: string) =>
    send({
      document: { ...hold.document, text: `Met: ${hold.document.conditions[id] ?? id}` },
      conditions: null,
      met: [id],
      stance: null,
    });
  return (
    <section>
      <div class="head">
        <h2>Lifted when</h2>
        <span class="dim small">
          {met.length} of {ids.length} met
        </span>
      </div>
      <ul class="conditions">
        {ids.map((id) => {
          const seat = hold.conditions[id] ?? '';
          const is = hold.met.includes(id);
          const at = hold.updates.find((one) => one.met.includes(id))?.at;
          const holder = holderOf(seat);
          return (
            <li key={id}>
              <span class="break">
                {visible(hold.document.conditions[id] ?? id)}
                <small class="dim">
                  {visible(seat)} · {holder === null ? 'nobody here' : visible(name(holder))}
                </small>
              </span>
              <State is={is ? 'met' : 'unmet'} {...(is && at ? { word: `met ${utc(at).slice(0, 5)}` } : {})} />
              {!is && mayMeet(seat) ? (
                <button type="button" disabled={busy} onClick={() => meet(id)}>
                  It is met<span class="hide">: {visible(hold.document.conditions[id] ?? id)}</span>
                </button>
              ) : null}
            </li>
          );
        })}
      </ul>
      {ids.length === 0 ? <p class="dim">No condition is set.</p> : null}
    </section>
  );
}
