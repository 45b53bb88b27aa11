/** Signatures of acts that several people sign, as the collections that they make. It judges nothing. */
import type { CollectedAct } from '../../log/acts.ts';
import { type At, isA, type Timeline } from './history.ts';

/** Signatures of one act about one entry with one content, with nothing between them but presence. */
export interface Collection {
  readonly act: CollectedAct;
  readonly about: string;
  readonly content: string | undefined;
  readonly signers: readonly At<'act.signed'>[];
}

export class Signatures {
  /** By place: what had been collected before it. */
  readonly #before: (Collection | undefined)[] = [];

  constructor(timeline: Timeline) {
    let open: (Collection & { signers: At<'act.signed'>[] }) | undefined;
    for (const line of timeline.all) {
      this.#before.push(open);
      if (isA(line, 'act.signed')) {
        const { act, about, bodies } = line.entry;
        const content = bodies?.['content'];
        if (open?.act !== act || open.about !== about || open.content !== content)
          open = { act, about, content, signers: [] };
        open.signers.push(line);
      } else if (!isA(line, 'presence.lost', 'presence.back')) open = undefined;
    }
  }

  before(at: number): Collection | undefined {
    const found = this.#before[at];
    return found && { ...found, signers: found.signers.filter((one) => one.at < at) };
  }
}
