/** The moments of the page of people: a signed roster with a lost and an offered key, one that waits for a keeper, a new site, a solo one. For tests only. */
import { offeredText } from '../../core/log/roster.ts';
import { newSigner } from '../helpers/signer.ts';
import { type Name, RUNBOOK, type TestRun, testRun } from '../helpers/site.ts';
import type { Scene } from './scenes.ts';

const offer = ({ site }: TestRun, name: Name) =>
  site.offer(
    name,
    newSigner('p-', 'ssh-ed25519', site.random, () => site.origin),
  );

export function peopleScenes(): Readonly<Record<string, Scene>> {
  const signed = testRun();
  signed.site.suspend('dba', 'dba');
  offer(signed, 'sre');
  const waits = testRun();
  waits.site.suspend('dba', 'dba');
  offer(waits, 'sre');
  waits.site.signRoster('lead', offeredText(waits.site.roster));
  const first = testRun({ vouched: false, yaml: RUNBOOK });
  const calm = testRun();
  const solo = testRun({ solo: true });
  return {
    people: { run: signed, as: 'dba', path: '/people' },
    'people calm': { run: calm, as: 'sre', path: '/people' },
    'people waits': { run: waits, as: 'keeper', path: '/people' },
    'people first': { run: first, as: 'lead', path: '/people' },
    'people solo': { run: solo, as: 'lead', path: '/people' },
    'home first': { run: first, as: 'dba', path: '/' },
  };
}
