/** What this agent serves, and in which mode: its own file `agent.json`, read once. No server can make a rehearsal's target a live one. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export type Mode = 'live' | 'rehearsal';

export interface Target {
  readonly mode: Mode;
  /** `${{ run.data }}`: where its data and artifacts lie. */
  readonly data: string;
}

/** The target of a name, undefined where this agent does not serve it. */
export type Targets = (name: string) => Target | undefined;

/** `{"targets": {"<name>": {"mode": "live" | "rehearsal", "data"?: "<directory>"}}}` */
type Settings = Readonly<Record<string, { readonly mode: Mode; readonly data?: string }>>;

const FILE = 'agent.json';
const MODES: readonly unknown[] = ['live', 'rehearsal'];

/** Reads the targets below the agent's directory; without a file every target is live. Throws where the file is not understood. */
export function readTargets(root: string): Targets {
  const file = join(root, FILE);
  const usual: Target = { mode: 'live', data: join(root, 'data') };
  mkdirSync(usual.data, { recursive: true });
  if (!existsSync(file)) return () => usual;
  const targets = new Map(
    Object.entries(settings(file)).map(([name, { mode, data }]) => [
      name,
      { mode, data: data === undefined ? usual.data : resolve(root, data) },
    ]),
  );
  for (const { data } of targets.values()) mkdirSync(data, { recursive: true });
  return (name) => targets.get(name);
}

/** Writes the file of an embedded agent, once: the operator's own is kept. */
export function writeTargets(root: string, targets: Settings): void {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const file = join(root, FILE);
  if (!existsSync(file)) writeFileSync(file, `${JSON.stringify({ targets }, null, 2)}\n`, { flag: 'wx' });
}

function settings(file: string): Settings {
  const wrong = (why: string) => new Error(`${file}: ${why}`);
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw wrong('it is no JSON');
  }
  const targets = isObject(document) && Object.keys(document).join() === 'targets' ? document['targets'] : undefined;
  if (!isObject(targets)) throw wrong('it must be an object with the one key “targets”');
  for (const [name, one] of Object.entries(targets)) {
    const known = isObject(one) && Object.keys(one).every((key) => key === 'mode' || key === 'data');
    if (!known || !MODES.includes(one['mode'])) throw wrong(`target ${name} needs “mode”, which is live or rehearsal`);
    if (one['data'] !== undefined && typeof one['data'] !== 'string') throw wrong(`“data” of ${name} is no directory`);
  }
  return targets as Settings;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
