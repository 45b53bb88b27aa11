/** The act table: who signs what, in which lines and with which meaning. These bytes are verified for ever; nothing here may change. */

const COMMON = ['origin', 'mode', 'run', 'runbook', 'step', 'attempt', 'armed', 'agent', 'target', 'do'] as const;
const SIGNED = ['nonce', 'tree', 'client', 'signed-at', 'not-after'] as const;
const GENERIC = [
  'origin',
  'mode',
  'run',
  'about',
  'content',
  'signer',
  'tree',
  'client',
  'signed-at',
  'meaning',
] as const;

/** The lines of each act's statement, in order, after the header line `crosscheck-<act>/v1`. */
export const LINES = {
  confirm: [...COMMON, 'eyes', 'roster', 'signer', 'seat', 'role', 'read-back', ...SIGNED, 'meaning'],
  refuse: [...COMMON, 'eyes', 'roster', 'signer', 'seat', 'role', ...SIGNED, 'reason', 'meaning'],
  key: [...COMMON, 'roster', 'signer', 'confirmations', ...SIGNED, 'meaning'],
  open: GENERIC,
  lift: GENERIC,
  decide: GENERIC,
  resolve: GENERIC,
  waive: GENERIC,
  deviate: GENERIC,
  lead: GENERIC,
  attest: GENERIC,
  close: GENERIC,
  runbook: GENERIC,
  approve: GENERIC,
  enrol: GENERIC,
  roster: GENERIC,
  epoch: GENERIC,
  redact: GENERIC,
  armed: [
    'origin',
    'mode',
    'run',
    'runbook',
    'step',
    'attempt',
    'agent',
    'target',
    'do',
    'action',
    'probes',
    'roster',
    'nonce',
    'at',
    'not-after',
  ],
  started: [
    'origin',
    'mode',
    'run',
    'step',
    'attempt',
    'item',
    'armed',
    'key',
    'after',
    'agent',
    'probes',
    'roster',
    'tree',
    'nonce',
    'at',
  ],
  outcome: [
    'origin',
    'mode',
    'run',
    'step',
    'attempt',
    'item',
    'started',
    'agent',
    'result',
    'exit',
    'output',
    'outputs',
    'checks',
    'artifact',
    'at',
  ],
} as const;

export type Act = keyof typeof LINES;
export type Line = (typeof LINES)[Act][number];
/** The values of one act's statement, by line. */
export type Lines<A extends Act> = { readonly [L in (typeof LINES)[A][number]]: string };

/** What a person says by signing; one constant per act, the last line of the statement. */
export const MEANING = {
  confirm: 'I inspected this command and its target, checked them from my own session, and confirm that it may run',
  refuse: 'I refuse that this command runs now',
  key: 'I turn the key: start this command on these confirmations',
  open: 'I open this run of this approved runbook with these inputs and lead it',
  lift: 'I agree that this hold is lifted',
  decide: 'I decide which way this run goes from here, and accept what it costs',
  resolve: 'I looked for myself and say what became of this step, whose end nobody saw',
  waive: 'I accept that this question stays without the answer it asks for',
  deviate: 'I read this change to the running release and agree that it becomes part of it',
  lead: 'I agree that this person leads the run from here',
  attest: 'I did this, or saw it done, and say how it went',
  close: 'I close this run; its record up to here is complete',
  runbook: 'I register this runbook folder and name its authors',
  approve: 'I read this runbook folder, did not write it, and approve it for live runs',
  enrol: 'I enrol this key as my own',
  roster: 'I compared every person, role and key of this roster and agree that it counts from here on',
  epoch: 'I compared this new log with what I know of the former one, and agree that the site goes on in it',
  redact: 'I order that these bodies are erased; their digests stay and say that they were there',
} as const satisfies Partial<Record<Act, string>>;

/** The keys of `content`, sorted, for the acts that have it; every key is present, null where absent. */
export const CONTENT = {
  open: ['follows', 'inputs', 'run'],
  lift: ['risk'],
  decide: ['deviation', 'dissent', 'test', 'way'],
  resolve: ['as', 'evidence'],
  waive: ['question', 'reason'],
  deviate: ['before', 'inputs', 'reason', 'steps'],
  lead: ['from', 'person', 'role'],
  attest: ['evidence', 'result'],
  close: ['result', 'roster'],
  runbook: ['authors', 'id', 'runbook'],
  approve: ['runbook'],
  enrol: ['key', 'kind', 'token'],
  roster: ['roster', 'version'],
  epoch: ['acknowledged', 'checkpoint', 'genesis', 'keepers', 'origin', 'reason'],
  redact: ['erased', 'order', 'reason'],
} as const satisfies Partial<Record<Act, readonly string[]>>;

/** Acts whose effect needs several signatures, each kept as an `act.signed` entry. */
export const COLLECTED = [
  'lift',
  'decide',
  'resolve',
  'waive',
  'deviate',
  'lead',
  'close',
] as const satisfies readonly Act[];

/** Acts of the site's keepers that need several signatures; they stand in the roster's chain and are no business of a run. */
export const KEEPERS_ACTS = ['roster', 'epoch'] as const satisfies readonly Act[];

export type KeepersAct = (typeof KEEPERS_ACTS)[number];
export type CollectedAct = (typeof COLLECTED)[number];
