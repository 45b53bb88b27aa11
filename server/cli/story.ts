/** What an entry of a run says, in one line. No value that is blind is ever shown. */
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import type { Sealed } from '../../core/log/entry.ts';
import type { RunEntry } from '../../core/log/tables.ts';
import { bodyOf, isRedacted, REDACTED, textIn } from '../../core/release/entries.ts';
import { holdText, readHold } from '../../core/release/holdDocument.ts';
import { utc } from '../../core/release/words.ts';
import { type Names, nameOf } from './show.ts';
import { clean } from './terminal.ts';

export function entryLine(sealed: Sealed<RunEntry>, names: Names): string {
  const { entry } = sealed;
  const step = 'step' in entry && entry.step !== undefined ? ` ${entry.step}` : '';
  const item = 'item' in entry && entry.item !== undefined ? ` ${entry.item}` : '';
  const attempt = 'attempt' in entry ? ` #${entry.attempt}` : '';
  const by = entry.actor === 'server' ? '' : ` by ${nameOf(names, entry.actor)}`;
  const said = quote(sealed);
  return `${utc(entry.ts)} ${entry.type}${step}${item}${attempt}${detail(entry, names)}${by}${said === null ? '' : `: ${clean(said)}`}`;
}

/** What somebody said with it, where this reader has it. */
function quote(sealed: Sealed<RunEntry>): string | null {
  const { entry } = sealed;
  if (isRedacted(sealed)) return REDACTED;
  switch (entry.type) {
    case 'hold.raised':
    case 'hold.updated': {
      const document = readHold(bodyOf(sealed, 'answer'));
      return document.ok ? holdText(document.value) || null : null;
    }
    case 'briefing.answered':
      return textIn(sealed, 'answer', 'value');
    case 'gate.polled': {
      const objection = bodyOf(sealed, 'answer');
      return typeof objection === 'string' ? objection : null;
    }
    case 'run.decided':
    case 'run.deviated':
      return textIn(sealed, 'content', 'reason') ?? textIn(sealed, 'content', 'test');
    case 'step.refused':
      return reasonIn(sealed);
    default:
      return null;
  }
}

/** The reason of a refusal, from its statement. */
function reasonIn({ bodies }: Sealed<RunEntry>): string | null {
  const line = /^reason (".*")$/m.exec(fromUtf8(bodies['statement']?.bytes ?? new Uint8Array()) ?? '')?.[1];
  return line === undefined ? null : String(JSON.parse(line));
}

/** The fields that tell entries of one type apart. */
function detail(entry: RunEntry, names: Names): string {
  switch (entry.type) {
    case 'run.opened':
      return ` ${entry.mode}`;
    case 'seat.taken':
    case 'seat.left':
    case 'step.confirmed':
    case 'step.refused':
      return ` ${entry.seat}`;
    case 'presence.lost':
    case 'presence.back':
      return ` ${entry.seat} (${nameOf(names, entry.person)})`;
    case 'lead.taken':
      return ` ${nameOf(names, entry.person)}, before ${nameOf(names, entry.from)}`;
    case 'briefing.answered':
      return ` ${entry.question} ${entry.seat} ${entry.result.toUpperCase()}`;
    case 'briefing.waived':
      return ` ${entry.question}`;
    case 'gate.polled':
      return ` ${entry.gate} ${entry.seat} ${entry.vote.toUpperCase()}`;
    case 'clock.passed':
      return ` ${entry.clock}`;
    case 'step.armed':
      return entry.wave ? ` wave of ${entry.wave.items.length} of ${entry.wave.of} items` : '';
    case 'act.signed':
      return ` ${entry.act} ${entry.seat}`;
    case 'run.closed':
      return ` ${entry.result}`;
    default:
      return stopped(entry);
  }
}

/** The checks after a command that did not hold: why a step may have failed that ended with 0. */
function notSo(checks: Readonly<Record<string, boolean>>): string {
  const failed = Object.keys(checks).filter((id) => checks[id] === false);
  return failed.length === 0 ? '' : `, not so: ${failed.join(', ')}`;
}

function stopped(entry: RunEntry): string {
  switch (entry.type) {
    case 'step.voided':
      return ` ${entry.reason}${entry.probe === undefined ? '' : ` ${entry.probe}`}`;
    case 'check.differed':
      return ` ${entry.seat} ${entry.challenge}`;
    case 'step.finished':
    case 'step.failed':
    case 'step.unknown':
      return ` ${entry.result}${entry.exit === undefined ? '' : ` exit ${entry.exit}`}${notSo(entry.checks)}`;
    case 'step.attested':
      return ` ${entry.seat} ${entry.result.toUpperCase()}`;
    case 'step.resolved':
      return ` as ${entry.as}`;
    case 'hold.raised':
      return ` ${entry.cause}`;
    case 'hold.updated':
      return `${entry.met === undefined ? '' : ` met ${entry.met.join(', ')}`}${entry.stance === undefined ? '' : ` ${entry.stance}`}`;
    case 'run.decided':
      return ` ${entry.way}`;
    default:
      return '';
  }
}
