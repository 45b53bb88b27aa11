/** `run watch`: entries and output as they come, and the watcher's presence for as long as it runs. */

import { fromUtf8 } from '../../../core/bytes/encoding.ts';
import type { Sealed } from '../../../core/log/entry.ts';
import type { RunEntry } from '../../../core/log/tables.ts';
import { contextOf } from '../../../core/run/state.ts';
import { argument, type Cli, flag, type Given } from '../args.ts';
import { connect } from '../client.ts';
import { EXIT, type Exit } from '../exits.ts';
import { type Heard, openRoom } from '../room-client.ts';
import { entryLine, type Names, waitingFor } from '../show.ts';
import { clean, type Terminal } from '../terminal.ts';

/** Shows a room on the terminal: output as lines after a bar, and what was left out. */
export function showing({ out, say }: Terminal, names: () => Names): Required<Heard> {
  const pieces = new Map<string, { next: number; rest: string; decoder: InstanceType<typeof TextDecoder> }>();
  return {
    entries: (entries) => {
      for (const entry of entries) out(entryLine(entry, names()));
    },
    output: ({ step, attempt, offset, bytes }) => {
      const key = `${step} ${attempt}`;
      const before = pieces.get(key) ?? { next: 0, rest: '', decoder: new TextDecoder() };
      if (offset > before.next) out(`| … ${offset - before.next} bytes were not shown live`);
      const lines = (
        before.rest + before.decoder.decode(bytes.subarray(Math.max(0, before.next - offset)), { stream: true })
      ).split('\n');
      const rest = lines.pop() ?? '';
      for (const line of lines) out(`| ${clean(line)}`);
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
  terminal.say(`${waitingFor(room.folded.state)} You are present while this runs; end it with Ctrl-C.`);
  try {
    const closed = await room.until(({ state }) => contextOf(state).closed ?? undefined);
    return closed === 'done' ? EXIT.ok : EXIT.aborted;
  } finally {
    room.close();
  }
}
