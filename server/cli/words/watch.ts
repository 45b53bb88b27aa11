/** `run watch`: entries and output as they come, what the run waits for, and the watcher's presence for as long as it runs. */
import { fromUtf8 } from '../../../core/bytes/encoding.ts';
import { refIndex, type Sealed } from '../../../core/log/entry.ts';
import type { RunEntry } from '../../../core/log/tables.ts';
import { overdueSince } from '../../../core/release/holdDocument.ts';
import { utc } from '../../../core/release/words.ts';
import { contextOf, type RunState } from '../../../core/run/state.ts';
import { argument, type Cli, flag, type Given } from '../args.ts';
import { connect } from '../client.ts';
import { EXIT, type Exit } from '../exits.ts';
import { type Heard, openRoom } from '../room-client.ts';
import { modeText, type Names } from '../show.ts';
import { waitingFor } from '../standing.ts';
import { entryLine } from '../story.ts';
import { clean, type Terminal } from '../terminal.ts';

const LOOK_MS = 5000;

/** Shows a room on the terminal: output as lines after a bar, and what was left out. */
export function showing({ out, say }: Terminal, names: () => Names): Required<Heard> {
  const pieces = new Map<string, { next: number; rest: string; decoder: InstanceType<typeof TextDecoder> }>();
  return {
    entries: (entries) => {
      for (const entry of entries) out(entryLine(entry, names()));
    },
    output: ({ step, attempt, item, offset, bytes }) => {
      const key = `${step} ${attempt} ${item}`;
      const before = pieces.get(key) ?? { next: 0, rest: '', decoder: new TextDecoder() };
      const bar = item === '' ? '|' : `${item} |`;
      if (offset > before.next) out(`${bar} … ${offset - before.next} bytes were not shown live`);
      const lines = (
        before.rest + before.decoder.decode(bytes.subarray(Math.max(0, before.next - offset)), { stream: true })
      ).split('\n');
      const rest = lines.pop() ?? '';
      for (const line of lines) out(`${bar} ${clean(line)}`);
      pieces.set(key, { ...before, next: Math.max(before.next, offset + bytes.length), rest });
    },
    link: (connected) =>
      say(connected ? 'Connected again.' : 'The connection is lost; reconnecting. Nothing can be confirmed meanwhile.'),
  };
}

export async function watch(cli: Cli, given: Given): Promise<Exit> {
  const { terminal } = cli;
  const client = connect(cli, given);
  const plain = flag(given, 'jsonl');
  let names: Names = {};
  const shown = showing(terminal, () => names);
  const asJson = (entries: readonly Sealed<RunEntry>[]) => {
    for (const { bytes } of entries) terminal.out(fromUtf8(bytes) ?? '');
  };
  const room = await openRoom(client, argument(given, 0), plain ? { entries: asJson, link: shown.link } : shown);
  names = room.run.names;
  (plain ? asJson : shown.entries)(room.run.folded.entries);
  terminal.say(
    `${modeText(room.folded.state.facts)}: you are present while this runs, if you hold a seat; end it with Ctrl-C.`,
  );
  const telling = teller(terminal);
  const late = setInterval(() => telling.late(room.folded.state, cli.now()), LOOK_MS);
  try {
    const closed = await room.until(({ state }) => {
      telling.waiting(state);
      return contextOf(state).closed ?? undefined;
    });
    return closed === 'done' ? EXIT.ok : EXIT.aborted;
  } finally {
    clearInterval(late);
    room.close();
  }
}

/** Says what the run waits for whenever that changes, and once of each promised update that has not come. */
export function teller({ say, stress }: Pick<Terminal, 'say' | 'stress'>) {
  let before = '';
  const told = new Set<string>();
  return {
    waiting(state: RunState): void {
      const now = waitingFor(state);
      if (now !== before) say(now);
      before = now;
    },
    late(state: RunState, now: number): void {
      for (const hold of contextOf(state).holds) {
        const since = overdueSince(hold, now);
        const key = `${hold.ref} ${since}`;
        if (since === null || told.has(key)) continue;
        told.add(key);
        stress(`OVERDUE: an update of hold ${refIndex(hold.ref)} was promised for ${utc(since)}.`);
      }
    },
  };
}
