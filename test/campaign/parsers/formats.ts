/** The parsers of what is signed, hashed and exported: canonical, so that whatever they accept they would have written. */
import canonicalize from 'canonicalize';
import {
  lineJson,
  parseStatement,
  statementMs,
  statementText,
  statementTime,
} from '../../../core/approval/statement.ts';
import { base64, fromBase64, fromHex, fromUtf8, hex, utf8 } from '../../../core/bytes/encoding.ts';
import { asciiJcs, jcs, parseCanonical } from '../../../core/bytes/jcs.ts';
import { type Act, LINES, type Line, type Lines, MEANING } from '../../../core/log/acts.ts';
import {
  checkpointBody,
  formatNote,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseVkey,
  vkey,
} from '../../../core/log/checkpoint.ts';
import { parseEntry } from '../../../core/log/parse.ts';
import { parsePublicKey, publicKeyLine } from '../../../core/log/publicKey.ts';
import { armor, parseSshsig, verifySshsig } from '../../../core/log/sshsig.ts';
import { packBundle, readBundle } from '../../../core/record/bundle.ts';
import { parseReceipt, receiptText } from '../../../core/record/receipt.ts';
import { archive, unarchive } from '../../../core/record/tar.ts';
import { parseTrust, trustText } from '../../../core/record/trust.ts';
import { parseIndex } from '../../../core/runbook/folder.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { testRun } from '../../helpers/site.ts';
import { README } from '../bytes/changes.ts';
import { referenceOf } from '../bytes/reference.ts';
import { must, type Parser, rewritten, textOf } from './parser.ts';

const LIMITS = { maxBytes: 65_535, maxDepth: 8, integersOnly: false };

/** A value of each line, as it stands in one statement or another. */
const VALUES: Omit<Record<Line, string>, 'meaning'> = {
  origin: 'a.example:8443/log/0123456789abcdef0123456789abcdef',
  mode: 'live',
  run: '01JD3V7Q0Z8EA1B2C3D4E5F6G7',
  runbook: `sha256:${'1'.repeat(64)}`,
  step: 'drop-column',
  attempt: '2',
  armed: `17 sha256:${'2'.repeat(64)}`,
  agent: 'a-0f1e2d3c4b5a6978',
  target: '{"agent":"db-primary"}',
  do: '{"argv":["/usr/bin/psql","--file=\\u00e9.sql"],"kind":"run"}',
  action: `sha256:${'3'.repeat(64)}`,
  probes: `{"host":{"digest":"sha256:${'4'.repeat(64)}","ok":null}}`,
  eyes: '6',
  roster: `4 sha256:${'5'.repeat(64)}`,
  signer: 'p-4f1c9a0b7d2e6358',
  seat: 'reviewer',
  role: 'dba',
  'read-back': '{"where":"10.0.0.7"}',
  reason: '"not this host"',
  confirmations: `["sha256:${'6'.repeat(64)}"]`,
  nonce: '7'.repeat(64),
  tree: `1234 ${'A'.repeat(43)}=`,
  client: 'cli/1.2.0',
  'signed-at': '2026-11-20T22:04:05Z',
  at: '2026-11-20T22:04:05Z',
  'not-after': '2026-11-20T22:07:10Z',
  about: `3 sha256:${'8'.repeat(64)}`,
  content: '{"risk":null}',
  key: 'none',
  after: `21 sha256:${'9'.repeat(64)}`,
  started: `22 sha256:${'a'.repeat(64)}`,
  item: 'item-1',
  outputs: 'none',
  result: 'finished',
  exit: '0',
  output: `sha256:${'b'.repeat(64)}`,
  checks: '{"gone":true}',
  artifact: 'none',
};
const JSON_LINES = ['target', 'do', 'probes', 'read-back', 'reason', 'confirmations', 'content', 'checks'];

const ACTS = Object.keys(LINES) as Act[];
const statementOf = (act: Act): string => {
  const meaning = act in MEANING ? MEANING[act as keyof typeof MEANING] : '';
  return statementText(act, { ...VALUES, meaning } as unknown as Lines<Act>);
};

function statement(input: Uint8Array): boolean {
  const named = /^crosscheck-([a-z]{1,20})\/v1\n/.exec(textOf(input))?.[1] ?? '';
  const act = ACTS.find((one) => one === named) ?? 'confirm';
  const read = parseStatement(act, input);
  if (!read.ok) return false;
  for (const [line, value] of Object.entries(read.value)) {
    const json = JSON_LINES.includes(line) ? lineJson(value) : undefined;
    if (json !== undefined) must(asciiJcs(json) === value, `the line ${line} has two spellings`);
    const ms = line.endsWith('at') ? statementMs(value) : undefined;
    if (ms !== undefined) must(statementTime(ms) === value, `the line ${line} has two spellings`);
  }
  return rewritten(input, statementText(act, read.value));
}

function note(input: Uint8Array): boolean {
  const read = parseNote(input);
  const body = read.ok ? parseCheckpoint(read.value.body) : parseCheckpoint(textOf(input));
  if (body.ok) rewritten(utf8(read.ok ? read.value.body : textOf(input)), checkpointBody(body.value));
  return read.ok && rewritten(input, formatNote(read.value.body, read.value.signatures));
}

function bundle(input: Uint8Array): boolean {
  const read = readBundle(input);
  if (!read.ok) return false;
  const members = (tar: Uint8Array) => {
    const opened = unarchive(tar);
    return opened.ok ? opened.value.filter(({ path }) => path !== README) : [];
  };
  const [given, again] = [members(input), members(packBundle(read.value))];
  must(given.length === again.length, 'a member more or less');
  return given.every(({ path, bytes }, index) => path === again[index]?.path && rewritten(bytes, again[index].bytes));
}

const small = (content: string): Uint8Array =>
  archive([
    { path: 'a', bytes: utf8(content) },
    { path: `b/${'n'.repeat(99)}/c`, bytes: new Uint8Array() },
  ]);

const reads =
  <T>(
    parse: (text: string) => { readonly ok: true; readonly value: T } | { readonly ok: false },
    write: (value: T) => string,
  ) =>
  (input: Uint8Array): boolean => {
    const text = textOf(input);
    const read = parse(text);
    return read.ok && rewritten(utf8(text), write(read.value));
  };

/** The parsers with what a genuine record holds of each format. */
export function formatParsers(): Parser[] {
  const reference = referenceOf(1);
  const { trust } = reference;
  const run = testRun().complete();
  const bodies = [...run.bundle().bodies.values()].map(({ bytes }) => bytes);
  const signatures = bodies.filter((bytes) => textOf(bytes).startsWith('-----BEGIN'));
  const folder = run.bundle().folderIndex;
  const key = run.site.people.dba.key;
  const checkpoints = [run.site.checkpoint(5), run.site.checkpoint()];
  const [armed = new Uint8Array()] = bodies.filter((bytes) => textOf(bytes).startsWith('crosscheck-confirm/'));
  const confirmed = run.entries.find(({ entry }) => entry.type === 'step.confirmed')?.bodies;
  const person = parsePublicKey(key);
  if (!person.ok || !confirmed?.['signature']) throw new Error('the record has no confirmation');
  const namespace = 'crosscheck-confirm-v1@crosscheck.example';
  const by = { key: person.value, kind: 'ssh' as const, origins: [], namespace, verify: verifyRaw };
  const [signature, signed] = [confirmed['signature'].bytes, confirmed['statement']?.bytes ?? armed];

  return [
    {
      name: 'canonical JSON',
      share: 100,
      goods: [...run.entries.map(({ bytes }) => bytes), ...bodies.filter((bytes) => parseCanonical(bytes, LIMITS).ok)],
      take: (input) => {
        const read = parseCanonical(input, LIMITS);
        return read.ok && rewritten(input, jcs(read.value)) && rewritten(input, canonicalize(read.value) ?? '');
      },
    },
    {
      name: 'entry',
      share: 80,
      goods: run.bundle().entries,
      take: (input) => {
        const read = parseEntry(input);
        return read.ok && rewritten(input, jcs(read.value));
      },
    },
    { name: 'statement', share: 120, goods: ACTS.map((act) => utf8(statementOf(act))), take: statement },
    { name: 'note', share: 80, goods: checkpoints, take: note },
    {
      name: 'checkpoint',
      share: 40,
      goods: checkpoints,
      take: async (input) => {
        const { origin, logKey } = run.site.trust;
        const opened = await openCheckpoint(input, origin, logKey.raw, verifyRaw);
        const bodies = checkpoints.map((good) => textOf(good).split('\n\n')[0]);
        return opened.ok && must(bodies.includes(checkpointBody(opened.value).trimEnd()), 'a checkpoint nobody signed');
      },
    },
    {
      name: 'verifier key',
      share: 60,
      goods: [utf8(vkey(trust.origin, trust.logKey.raw))],
      take: reads(parseVkey, ({ name, raw }) => vkey(name, raw)),
    },
    { name: 'trust file', share: 60, goods: [reference.trustFile], take: reads(parseTrust, trustText) },
    {
      name: 'receipt',
      share: 60,
      goods: [reference.receipt],
      take: (input) => {
        const read = parseReceipt(input);
        return read.ok && rewritten(input, receiptText(read.value));
      },
    },
    { name: 'SSH signature', share: 80, goods: signatures, take: reads(parseSshsig, armor) },
    {
      name: 'signature of a statement',
      share: 40,
      goods: [signature],
      take: async (input) => {
        const text = textOf(input);
        const held = await verifySshsig(text, signed, by);
        return held.ok && rewritten(signature, text);
      },
    },
    {
      name: 'public key',
      share: 60,
      goods: [utf8(key), utf8(testRun({ solo: true }).site.people.dba.key)],
      take: reads(parsePublicKey, ({ type, raw }) => publicKeyLine(type, raw)),
    },
    {
      name: 'base64 and hex',
      share: 60,
      goods: ['', 'AA==', 'AAA=', 'AAAA', 'c3RlcCBsb2c=', '00ff10', 'deadbeef'].map(utf8),
      take: (input) => {
        const text = textOf(input);
        const [one, two] = [fromBase64(text), fromHex(text)];
        if (one) rewritten(utf8(text), base64(one));
        if (two) rewritten(utf8(text), hex(two));
        return (one ?? two) !== undefined;
      },
    },
    {
      name: 'UTF-8',
      share: 20,
      goods: ['', 'Ωmega 𝄞', '\ufeffa'].map(utf8),
      take: (input) => {
        const text = fromUtf8(input);
        return text !== undefined && rewritten(input, text);
      },
    },
    {
      name: 'tar',
      share: 40,
      goods: [small(''), small('x'.repeat(600))],
      take: (input) => {
        const read = unarchive(input);
        return read.ok && rewritten(input, archive(read.value));
      },
    },
    { name: 'bundle', share: 4, goods: [reference.tar], take: bundle },
    { name: 'folder index', share: 60, goods: [utf8(folder)], take: reads(parseIndex, jcs) },
  ];
}
