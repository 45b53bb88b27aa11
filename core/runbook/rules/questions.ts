/** Rules of the briefing and the debrief: few questions, each asked of somebody who will be there, none that yes or done answers. */
import { isEmptyQuestion } from '../question.ts';
import type { Question } from '../runbook.ts';
import { askedRule, EACH } from './crew.ts';
import type { Subject } from './subject.ts';

const MOST = 9;

export function questionRules(subject: Subject): void {
  const { source, runbook, report } = subject;
  const seen = new Set<string>();
  for (const list of ['briefing', 'debrief'] as const) {
    const questions = source[list] ?? [];
    for (const [index, question] of questions.entries()) {
      if (seen.has(question.id))
        report(
          [list, index, 'id'],
          'duplicate-id',
          `The question id “${question.id}” stands twice.`,
          'Give each question its own id.',
        );
      seen.add(question.id);
      oneQuestion(subject, question, [list, index]);
      if (list === 'briefing' && question.answer === 'step')
        report(
          [list, index, 'answer'],
          'type',
          'A step answers only once it has finished, and no step has before the briefing.',
          'Ask in the debrief, or for a link or a text.',
        );
    }
    if (questions.length > 0 && runbook[list].length > MOST)
      report(
        [list],
        'too-many',
        `The ${list} has ${runbook[list].length} questions; people answer ${MOST} with care.`,
        'Keep those whose answer can stop the release.',
        'key',
      );
  }
}

function oneQuestion({ runbook, report }: Subject, { by, ask }: Question, path: readonly (string | number)[]): void {
  if (by !== EACH) askedRule(runbook, [...path, 'by'], by, report);
  if (isEmptyQuestion(ask))
    report(
      [...path, 'ask'],
      'yes-no',
      'A question that yes, no, done or ok answers proves nothing.',
      'Ask for a value: which, how many, when.',
    );
}
