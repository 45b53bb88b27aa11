/** The record whose every byte is tampered with: a closed live run of one cross-checked step, as small as one can be. The same bytes for a seed. */
import { base64, fromUtf8, utf8 } from '../../../core/bytes/encoding.ts';
import { inclusionProof } from '../../../core/log/merkle.ts';
import { packBundle } from '../../../core/record/bundle.ts';
import { type Receipt, receiptText } from '../../../core/record/receipt.ts';
import { type Member, unarchive } from '../../../core/record/tar.ts';
import { type Trust, trustText } from '../../../core/record/trust.ts';
import { must, TestSite } from '../../helpers/site.ts';

const RUNBOOK = `apiVersion: crosscheck/v1
id: drop
title: Drop
crew: {lead: {roles: [release-lead]}, reviewer: {roles: [dba]}}
presence: {required: [lead, reviewer], grace: 30s}
steps:
  - id: drop
    title: Drop
    critical: true
    irreversible: true
    run: [drop]
    probes: {host: {title: Host, run: [hostname]}}
    cross_check: {eyes: 4, by: [reviewer], keys: {high: 0, terminal: 1}, challenge: [{id: host, ask: Which?, equals: probes.host, by: reviewer}]}
`;
const HOST = { host: 'db-1' };

export interface Reference {
  readonly tar: Uint8Array;
  readonly members: readonly Member[];
  readonly trust: Trust;
  readonly trustFile: Uint8Array;
  /** What the reviewer got for their confirmation. */
  readonly receipt: Uint8Array;
}

export function referenceOf(seed: number): Reference {
  const site = new TestSite({
    seed: `bytes ${seed}`,
    host: 'a.example',
    // Nobody who does nothing here, for each person costs bytes.
    genesis: (document) => {
      const people = document.people.filter((_, index) => index < 2 || index === 3);
      return { ...document, people, keepers: { need: 2, of: people.slice(0, 2).map(({ id }) => id) } };
    },
  });
  const folder = [{ path: 'runbook.yaml', mode: '0644' as const, bytes: utf8(RUNBOOK) }];
  const run = site.open(site.approved(RUNBOOK, { approver: 'dba' }, [], folder), { inputs: {} });
  run.join('dba', 'reviewer', 'dba');
  run.arm('drop', { values: HOST });
  run.confirm('dba', 'reviewer', 'dba', HOST);
  const confirmed = site.store.size() - 1;
  const size = site.store.size();
  const receipt: Receipt = {
    entry: site.store.entry(confirmed)?.bytes ?? new Uint8Array(),
    index: confirmed,
    proof: inclusionProof(confirmed, size, site.store.node).map(base64),
    checkpoint: fromUtf8(site.checkpoint()) ?? '',
  };
  run.key();
  run.start(HOST);
  run.outcome();
  run.close();
  const tar = packBundle(run.bundle());
  return {
    tar,
    members: must(unarchive(tar)),
    trust: site.trust,
    trustFile: utf8(trustText(site.trust)),
    receipt: utf8(receiptText(receipt)),
  };
}
