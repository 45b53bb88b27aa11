/** Diagrams: every step stands in them once, every arrow leads somewhere, and no text of a runbook is taken for Mermaid. */
import t from 'tap';
import { diagram } from '../../../core/runbook/diagram.ts';
import { allSteps } from '../../../core/runbook/steps.ts';
import { changed, soundRunbook } from './fixtures.ts';
import { wideRunbook } from './wide.ts';

t.test('a small runbook', async (t) => {
  t.equal(
    diagram(soundRunbook()),
    `stateDiagram-v2
  state "Keep a copy" as step_1
  step_1 : backup · on local
  [*] --> step_1
  state "Drop it" as step_2
  step_2 : run · on primary · 6 eyes of lead, reviewer, verifier · irreversible
  step_1 --> step_2
  step_2 --> [*] : done
  state "Undo#58; Drop it" as step_2_undo
  step_2_undo : run · on primary · 6 eyes of lead, reviewer, verifier
  step_2 --> step_2_undo : decided back
  step_2_undo --> [*] : rolled back
`,
  );
});

t.test('every kind of step', async (t) => {
  const runbook = wideRunbook();
  const lines = diagram(runbook).split('\n');
  const has = (line: string) => t.ok(lines.includes(`  ${line}`), line);
  has('[*] --> briefing');
  has('state "Briefing, 6 questions" as briefing');
  has('briefing --> go_no_go');
  has('state "Go or no-go of lead, reviewer, verifier" as go_no_go');
  has('go_no_go --> step_1 : when inputs.size == #34;large#34;');
  has('go_no_go --> step_2 : otherwise');
  has('step_1 --> step_2');
  has('state "Side by side" as step_4 {');
  has('  step_6 : manual · by lead · on edge');
  has('  --');
  has('step_8 : gate · of lead, reviewer');
  has('step_11 : run for each item, 1 first · on edge · 4 eyes of lead, reviewer, verifier');
  has('step_12 : shell for each item, one wave · on edge');
  has('step_14 : run · on primary · 4 eyes of lead, reviewer · irreversible · from use/other');
  has('step_14_undo --> step_11_undo');
  has('step_9_undo --> [*] : rolled back');
  has('debrief --> [*] : done');
  const declared = new Set(lines.flatMap((line) => /^\s*state ".*" as (\w+)/.exec(line)?.[1] ?? []));
  const used = lines.flatMap((line) => /^\s*(\S+) --> (\S+)/.exec(line)?.slice(1) ?? []);
  t.same(
    used.filter((name) => name !== '[*]' && !declared.has(name)),
    [],
    'arrows lead to states',
  );
  t.equal(declared.size, allSteps(runbook).length + 3, 'each step once, and briefing, poll and debrief');
});

t.test('texts are no Mermaid', async (t) => {
  const text = diagram(soundRunbook(changed('title: Drop it', `title: 'a" as x { --> [*]; %% #1'`)));
  t.match(text, 'state "a#34; as x #123; --#62; [*]#59; #37;#37; #35;1" as step_2\n');
});
