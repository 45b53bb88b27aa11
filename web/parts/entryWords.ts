/** What an entry says, in one line; blind bodies have no words here. */
import { refIndex } from '../../core/log/entry.ts';
import type { Entry, RunEntry } from '../../core/log/tables.ts';
import { about, counted, utc } from '../format.ts';
import { whyVoid } from './says.tsx';

type After = Exclude<Entry, RunEntry>;

const placed = (entry: { readonly step: string; readonly attempt: number; readonly item?: string }): string =>
  `${entry.step}, attempt ${entry.attempt}${entry.item === undefined ? '' : `, ${entry.item}`}`;

function crewWords(entry: RunEntry): string | undefined {
  switch (entry.type) {
    case 'run.opened':
      return `opened ${entry.solo ? 'solo' : entry.mode}`;
    case 'seat.taken':
      return `${entry.seat}, as ${entry.role}`;
    case 'seat.left':
    case 'presence.lost':
    case 'presence.back':
      return entry.seat;
    case 'lead.taken':
      return `the lead changes hands, as ${entry.role}`;
    case 'briefing.answered':
      return `${entry.question}, by ${entry.seat}: ${entry.result}`;
    case 'briefing.waived':
      return `${entry.question} is waived`;
    case 'gate.polled':
      return `${entry.gate}, ${entry.seat}: ${entry.vote}`;
    case 'clock.passed':
      return `the undo window ${entry.clock} has ended`;
    default:
      return undefined;
  }
}

function actWords(entry: RunEntry): string | undefined {
  switch (entry.type) {
    case 'hold.raised':
      return `${entry.cause}${entry.step ? `, step ${entry.step}` : ''}`;
    case 'hold.updated':
      return `the hold of entry ${refIndex(entry.hold)}${
        entry.next_update === undefined ? '' : `; next update ${utc(entry.next_update)} UTC`
      }${entry.stance === undefined ? '' : `; ${entry.stance}`}`;
    case 'hold.lifted':
      return `the hold of entry ${refIndex(entry.hold)}`;
    case 'act.signed':
      return `${entry.act}, as ${entry.seat}`;
    case 'run.decided':
      return `roll ${entry.way}${entry.step === undefined ? '' : `, past step ${entry.step}`}`;
    case 'run.deviated':
      return `a deviation, signed by ${entry.signed.length}`;
    case 'run.closed':
      return entry.result;
    default:
      return undefined;
  }
}

function stepWords(entry: RunEntry): string {
  switch (entry.type) {
    case 'step.skipped':
      return `${entry.step}: its condition is false`;
    case 'step.voided':
      return `${placed(entry)}: ${whyVoid(entry.reason, entry.probe ?? null)}`;
    case 'check.differed':
      return `${entry.step}: the answer to ${entry.challenge} differed`;
    case 'step.finished':
    case 'step.failed':
    case 'step.unknown':
      return `${placed(entry)}: ${entry.result}${entry.exit === undefined ? '' : `, exit ${entry.exit}`}`;
    case 'step.attested':
      return `${placed(entry)}: ${entry.result}, by ${entry.seat}`;
    case 'step.resolved':
      return `${placed(entry)}: ${entry.as}`;
    default:
      return 'attempt' in entry ? `${placed(entry)}${'seat' in entry ? `, as ${entry.seat}` : ''}` : '';
  }
}

export const what = (entry: RunEntry): string => crewWords(entry) ?? actWords(entry) ?? stepWords(entry);

/** The same of what comes after the close. */
export function whatAfter(entry: After, now: number): string {
  switch (entry.type) {
    case 'clock.passed':
      return `the undo window ${entry.clock} has ended`;
    case 'backup.deleted':
      return `the copy of ${entry.step} is deleted`;
    case 'postmortem.written':
      return 'the postmortem was written';
    case 'countermeasure.opened':
      return `${entry.id}${entry.due === undefined ? '' : `, due in ${about(entry.due - now)}`}`;
    case 'countermeasure.closed':
      return `${entry.id} is closed`;
    case 'body.redacted':
      return `${counted(entry.erased.length, 'body is', 'bodies are')} erased`;
    default:
      return 'runbook' in entry && entry.runbook ? entry.runbook : '';
  }
}
