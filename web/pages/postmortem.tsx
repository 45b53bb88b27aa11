/** The postmortem: facts of the log, each citing its entry; roles unless names are asked for; what people write, and what will be different. */
import { useSignal } from '@preact/signals';
import { type Countermeasure, isLate } from '../../core/release/countermeasures.ts';
import { postmortemMarkdown } from '../../core/release/markdown.ts';
import { type HumanSection, type Postmortem, postmortem, type Section } from '../../core/release/postmortem.ts';
import { contextOf } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { instantOf, utc, utcDay, utcMinute, visible } from '../format.ts';
import { Copy, Link, Refusal } from '../parts/basics.tsx';
import { TextField, TimeField } from '../parts/fields.tsx';
import { State } from '../parts/icons.tsx';
import { Pane } from '../parts/pane.tsx';
import type { Room } from '../room/state.ts';
import { paths } from '../router.ts';

export function PostmortemPage({ room }: { readonly room: Room }) {
  const app = useApp();
  const named = useSignal(false);
  const folded = room.folded.value;
  if (!folded) return null;
  const { runbook, closed } = contextOf(folded.state);
  const names = named.value ? room.names.value : null;
  const entries = [...folded.entries, ...room.after.value];
  const written = postmortem({ runbook, entries, names, now: app.clock.value });
  return (
    <main class="cols">
      <Pane class="sheet" label="Postmortem">
        <div class="head wraps">
          <div>
            <h1 class="break">Postmortem: {visible(written.title)}</h1>
            <p class="dim small">
              {closed === null ? 'The run is not closed; what follows is not over.' : `The run ended as ${closed}.`}{' '}
              Every fact cites its entry.
            </p>
          </div>
          <Means of={written} named={named} />
        </div>
        {written.sections.map((section) => (
          <Facts key={section.id} run={room.run} section={section} />
        ))}
      </Pane>
      <Pane as="aside" class="side" label="What people write">
        {closed === null ? (
          <section>
            <h2>What people write</h2>
            <p>It is written once the run is closed.</p>
          </section>
        ) : (
          <>
            <Written key={room.after.value.length} room={room} human={written.human} />
            <Measures room={room} all={written.countermeasures} />
          </>
        )}
      </Pane>
    </main>
  );
}

function Means({ of, named }: { readonly of: Postmortem; readonly named: { value: boolean } }) {
  const app = useApp();
  const text = postmortemMarkdown(of);
  const save = () => {
    const { document, URL } = app.deps.window as Window & typeof globalThis;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/markdown' }));
    link.download = `postmortem-${of.run}.md`;
    link.click();
    app.deps.later(60_000, () => URL.revokeObjectURL(link.href));
  };
  return (
    <p class="row noprint">
      <button type="button" aria-pressed={named.value} onClick={() => (named.value = !named.value)}>
        {named.value ? 'Names are shown' : 'Show names instead of roles'}
      </button>
      <Copy text={text} what="Copy Markdown" />
      <button type="button" onClick={save}>
        Download Markdown
      </button>
    </p>
  );
}

const Facts = ({ run, section }: { readonly run: string; readonly section: Section }) =>
  section.facts.length === 0 ? null : (
    <section>
      <h2 class="break">{visible(section.title)}</h2>
      <ol class="cited">
        {section.facts.map(({ at, text, seq }, index) => (
          <li key={`${seq} ${index}`}>
            <time title={utcDay(at)}>{utc(at)}</time>
            <span class="break">{visible(text)}</span>
            <Link to={`${paths.of('log', run)}#entry-${seq}`}>#{seq}</Link>
          </li>
        ))}
      </ol>
    </section>
  );

function Written({ room, human }: { readonly room: Room; readonly human: readonly HumanSection[] }) {
  const texts = human.map((section) => ({ ...section, value: useSignal(section.text ?? '') }));
  const changed = texts.some(({ text, value }) => (text ?? '') !== value.value);
  const save = async () => {
    const document = Object.fromEntries(texts.map(({ id, value }) => [id, value.value.trim()]));
    if (await room.ask('postmortem', { type: 'postmortem', run: room.run, document })) await room.reload();
  };
  return (
    <section class="form">
      <h2>What people write</h2>
      {texts.map(({ id, title, value }) => (
        <TextField key={id} id={`human-${id}`} label={title} value={value} lines={4} max={8000} />
      ))}
      <div class="row">
        <button type="button" disabled={!changed || room.busy.value !== null} onClick={save}>
          {room.busy.value === 'postmortem' ? 'Saving' : 'Save into the log'}
        </button>
        <span class="dim small">{changed ? 'Every version stays in the log.' : 'Nothing is changed.'}</span>
      </div>
      <Refusal problem={room.answers.value['postmortem']} />
    </section>
  );
}

function Measures({ room, all }: { readonly room: Room; readonly all: readonly Countermeasure[] }) {
  const adding = useSignal(false);
  const open = all.filter(({ closed }) => closed === null).length;
  return (
    <section>
      <div class="head">
        <h2>Countermeasures</h2>
        <span class="dim small">
          {open} of {all.length} open
        </span>
      </div>
      <ul class="measures">
        {all.map((one) => (
          <Measure key={one.id} room={room} one={one} />
        ))}
      </ul>
      {all.length === 0 ? <p class="dim">None yet: what, cost, effect, owner, date.</p> : null}
      {adding.value ? (
        <NewMeasure room={room} taken={all.map(({ id }) => id)} onDone={() => (adding.value = false)} />
      ) : (
        <button type="button" onClick={() => (adding.value = true)}>
          Add a countermeasure
        </button>
      )}
    </section>
  );
}

function Measure({ room, one }: { readonly room: Room; readonly one: Countermeasure }) {
  const now = useApp().clock.value;
  const closing = useSignal(false);
  const evidence = useSignal('');
  const late = isLate(one, now);
  const place = `measure ${one.id}`;
  const close = async () => {
    const command = {
      type: 'countermeasure_closed',
      run: room.run,
      id: one.id,
      evidence: evidence.value.trim(),
    } as const;
    if (await room.ask(place, command)) await room.reload();
  };
  return (
    <li>
      <div class="head">
        <b class="break">{visible(one.document?.what ?? one.id)}</b>
        <State
          is={one.closed ? 'done' : late ? 'overdue' : 'todo'}
          word={one.closed ? 'closed' : late ? 'overdue' : 'open'}
        />
      </div>
      <p class="small dim break">
        {one.document
          ? `${visible(one.document.owner)} · cost: ${visible(one.document.cost)} · effect: ${visible(one.document.effect)}`
          : 'What it says is not at hand.'}
        {one.due === null ? '' : ` · due ${utcMinute(one.due).slice(0, 10)}`}{' '}
        <Link to={`${paths.of('log', room.run)}#entry-${one.seq}`}>#{one.seq}</Link>
      </p>
      {one.closed ? (
        <p class="small break">
          Closed {utcMinute(one.closed.at)} UTC: {visible(one.closed.evidence ?? 'evidence not at hand')}{' '}
          <Link to={`${paths.of('log', room.run)}#entry-${one.closed.seq}`}>#{one.closed.seq}</Link>
        </p>
      ) : closing.value ? (
        <div class="form">
          <TextField id={`closed-${one.id}`} label="Evidence that it is done" value={evidence} max={500} />
          <p class="row">
            <button type="button" disabled={evidence.value.trim() === '' || room.busy.value !== null} onClick={close}>
              Close it
            </button>
            <button type="button" onClick={() => (closing.value = false)}>
              Back
            </button>
          </p>
          <Refusal problem={room.answers.value[place]} />
        </div>
      ) : (
        <button type="button" onClick={() => (closing.value = true)}>
          It is done<span class="hide">: {visible(one.document?.what ?? one.id)}</span>
        </button>
      )}
    </li>
  );
}

function NewMeasure({
  room,
  taken,
  onDone,
}: {
  readonly room: Room;
  readonly taken: readonly string[];
  readonly onDone: () => void;
}) {
  const app = useApp();
  const [what, cost, effect, owner, due] = [useSignal(''), useSignal(''), useSignal(''), useSignal(''), useSignal('')];
  const document = {
    what: what.value.trim(),
    cost: cost.value.trim(),
    effect: effect.value.trim(),
    owner: owner.value.trim(),
  };
  const missing = Object.entries(document).flatMap(([name, value]) => (value === '' ? [name] : []));
  const add = async () => {
    let n = taken.length + 1;
    while (taken.includes(`m${n}`)) n += 1;
    const at = instantOf(due.value, app.clock.value) ?? null;
    const command = { type: 'countermeasure', run: room.run, id: `m${n}`, due: at, document } as const;
    if (await room.ask('measure', command)) {
      await room.reload();
      onDone();
    }
  };
  return (
    <div class="form boxed">
      <TextField id="measure-what" label="What will be different" value={what} lines={2} />
      <TextField id="measure-cost" label="What it costs" value={cost} />
      <TextField id="measure-effect" label="What it changes" value={effect} />
      <TextField id="measure-owner" label="Who sees to it" value={owner} />
      <TimeField id="measure-due" label="Until when" value={due} />
      <div class="row">
        <button type="button" disabled={missing.length > 0 || room.busy.value !== null} onClick={add}>
          Open the countermeasure
        </button>
        <button type="button" onClick={onDone}>
          Back
        </button>
        <span class="dim small">{missing.length > 0 ? `It waits for ${missing.join(', ')}.` : ''}</span>
      </div>
      <Refusal problem={room.answers.value['measure']} />
    </div>
  );
}
