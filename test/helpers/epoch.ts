/** A site whose log continues another, and what its keepers sign of that. For tests. */

import { refOf } from '../../core/log/entry.ts';
import type { FormerLog } from '../../core/log/tables.ts';
import { actLines } from '../../core/run/lines.ts';
import { Outside } from './outside.ts';
import { type Name, TestSite } from './site.ts';

/** A log that continues another; `kept` kept that one too. */
export function continuing(kept: readonly Name[] = ['lead', 'keeper'], vouched = true) {
  const site = new TestSite({
    vouched,
    genesis: (document) => {
      const idOf = (name: Name) => document.people[['lead', 'dba', 'sre', 'author', 'keeper'].indexOf(name)]?.id ?? '';
      const former: FormerLog = {
        acknowledged: `812 ${'A'.repeat(43)}=`,
        checkpoint: null,
        genesis: `sha256:${'1'.repeat(64)}`,
        keepers: kept.map(idOf).sort(),
        origin: `crosscheck.example:8443/log/${'2'.repeat(32)}`,
        reason: 'The disk of the “old” machine was lost',
      };
      return { ...document, former };
    },
  });
  const out = new Outside(site);
  const command = (name: Name, alter: (former: FormerLog) => unknown = (former) => former) => {
    const person = site.people[name];
    const former = site.genesis.entry.site.former as FormerLog;
    const about = {
      ...{ origin: site.origin, run: null, mode: null, about: refOf(site.genesis) },
      content: alter(former),
    };
    const signed = site.signed(person, 'epoch', actLines('epoch', about, site.signing(person)));
    return { type: 'epoch' as const, person: person.id, salt: site.random(32), ...signed };
  };
  return { site, out, command };
}

export const sign = (out: Outside, ...commands: ReturnType<ReturnType<typeof continuing>['command']>[]) =>
  commands.flatMap((each) => out.submit(each).map(({ entry }) => entry.type));
