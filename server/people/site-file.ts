/** What a new site is made of: the operator's people file (YAML), or the demo. It reads and checks; it writes nothing. */
import { readFileSync } from 'node:fs';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { parseDocument } from 'yaml';
import { closed } from '../../core/log/forms.ts';
import type { SiteDocument } from '../../core/log/tables.ts';
import type { NewSite } from './setup.ts';

const Text = Type.String({ minLength: 1, maxLength: 1000 });
const PeopleFile = closed({
  people: Type.Array(
    closed({ name: Text, roles: Type.Array(Text), key: Type.Optional(Text), keeper: Type.Optional(Type.Boolean()) }),
    { minItems: 2 },
  ),
  keepers_needed: Type.Integer({ minimum: 2 }),
  reviewer_roles: Type.Array(Text, { minItems: 1 }),
  origins: Type.Optional(Type.Array(Text)),
  agents: Type.Optional(Type.Array(closed({ id: Text, key: Text, serves: Type.Array(Text) }))),
});

/** A public key as `ssh-keygen` writes it, without its comment: the comment is no part of the key. */
const bareKey = (line: string): string => line.trim().split(/\s+/).slice(0, 2).join(' ');

/** Reads the people file; throws a sentence with the file's name and what does not fit. */
export function siteFromFile(file: string, host: string, embedded: SiteDocument['agents']): NewSite {
  const document = parseDocument(readFileSync(file, 'utf8'));
  const error = document.errors[0] ?? document.warnings[0];
  if (error) throw new Error(`${file}: ${error.message}`);
  const value: unknown = document.toJS();
  const check = Compile(PeopleFile);
  if (!check.Check(value)) {
    const [first] = check.Errors(value);
    throw new Error(
      `${file}: ${first?.instancePath || 'the file'} ${first?.message}; see docs/operations.md for an example`,
    );
  }
  const given = value as Type.Static<typeof PeopleFile>;
  const detached = (given.agents ?? []).map((agent) => ({
    ...agent,
    key: bareKey(agent.key),
    kind: 'detached' as const,
  }));
  return {
    host,
    origins: given.origins ?? [`http://${host}`],
    people: given.people.map(({ name, roles, key, keeper }) => ({
      name,
      roles,
      key: key === undefined ? null : bareKey(key),
      keeper: keeper ?? false,
    })),
    keepersNeeded: given.keepers_needed,
    reviewerRoles: given.reviewer_roles,
    agents: [...embedded, ...detached],
  };
}

/** Seats of the demo by loopback host name, so that one browser can be all of them. */
export const DEMO_SEATS = ['lead', 'reviewer', 'verifier', 'auditor'] as const;

const DEMO_PEOPLE = [
  { name: 'Marta Zielińska', roles: ['release-lead'] },
  { name: 'Jonas Brandt', roles: ['dba'] },
  { name: 'Aiko Tanaka', roles: ['data-protection', 'sre'] },
  { name: 'Dana Okafor', roles: ['auditor'] },
];

/** The solo demo: one keeper is enough, keys are browser keys; it can never verify as four eyes. */
export function demoSite(host: string, embedded: SiteDocument['agents']): NewSite {
  return {
    host,
    origins: DEMO_SEATS.map((seat) => `http://${seat}.${host}`),
    people: DEMO_PEOPLE.map((person, index) => ({ ...person, key: null, keeper: index === 0 })),
    keepersNeeded: 1,
    reviewerRoles: ['dba', 'sre', 'data-protection'],
    agents: embedded,
  };
}
