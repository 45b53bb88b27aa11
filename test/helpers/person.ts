/**
 * A person with an Ed25519 key at a running server, as a CLI would be: signs in, follows runs by folding what the
 * server sends, builds statements from that and signs them. It speaks to 127.0.0.1 only. For tests.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign as nodeSign, randomBytes } from 'node:crypto';
import { challengesOf } from '../../core/approval/challenge.ts';
import { statementText, statementTime } from '../../core/approval/statement.ts';
import { base64, fromBase64, utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import type { Act, CollectedAct, Lines } from '../../core/log/acts.ts';
import { parseCheckpoint } from '../../core/log/checkpoint.ts';
import { type Body, bodyDigest, type Sealed } from '../../core/log/entry.ts';
import { parsePublicKey, publicKeyLine } from '../../core/log/publicKey.ts';
import { armor, namespaceOf, rawToSshSignature, signedData } from '../../core/log/sshsig.ts';
import type { CloseResult, Entry, RosterText, RunEntry, RunEntryOf } from '../../core/log/tables.ts';
import type {
  Accepted,
  CommandText,
  FileText,
  Me,
  PeopleView,
  RunDocument,
  Slice,
} from '../../core/protocol/frames.ts';
import { armingOf, openArming, seatOf } from '../../core/run/context.ts';
import {
  actLines,
  closeContent,
  confirmLines,
  keyLines,
  refuseLines,
  runActLines,
  type Signing,
} from '../../core/run/lines.ts';
import { runMachine } from '../../core/run/machine.ts';
import { contextOf, factsOf, fold, openState, type RunState } from '../../core/run/state.ts';
import { type FolderFile, folderDigest } from '../../core/runbook/folder.ts';
import { heldKey, touched } from './authenticator.ts';

export interface Problem {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly hint: string;
}

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export interface TestKey {
  readonly line: string;
  readonly privateKey: KeyObject;
  /** How the key signs where it is not an Ed25519 key in a file. */
  readonly armored?: (namespace: string, message: Uint8Array) => string;
}

export function testKey(): TestKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '', 'base64url');
  return { line: publicKeyLine('ssh-ed25519', raw), privateKey };
}

/** A security key, as somebody at a terminal touches it. */
export function heldTestKey(): TestKey {
  const held = heldKey('sk-ssh-ed25519@openssh.com', 'ssh:');
  const armored = (namespace: string, message: Uint8Array) => touched(held, namespace, message);
  return { line: held.key.line, privateKey: held.privateKey, armored };
}

/** An armored SSHSIG by a test key. */
export function sshsig(key: TestKey, act: string, origin: string, message: Uint8Array): string {
  const parsed = parsePublicKey(key.line);
  if (!parsed.ok) throw new Error(parsed.refusal.sentence);
  const namespace = namespaceOf(act, origin);
  if (key.armored) return key.armored(namespace, message);
  const raw = nodeSign(null, signedData(namespace, message), key.privateKey);
  return armor({ publicKey: parsed.value.blob, namespace, signatureBlob: rawToSshSignature('ssh-ed25519', raw) });
}

const bodiesIn = (slice: Slice, entry: Entry): Record<string, Body> => {
  const found = Object.entries(entry.bodies ?? {}).flatMap(([name, own]) => {
    const body = slice.bodies[own];
    return body
      ? [
          [
            name,
            { bytes: fromBase64(body.bytes) ?? new Uint8Array(), salt: fromBase64(body.salt) ?? new Uint8Array() },
          ] as const,
        ]
      : [];
  });
  return Object.fromEntries(found);
};

/** Folds a run document as every client does; throws where the machine cannot take an entry. */
export function foldDocument(document: RunDocument, origin: string): RunState {
  const sealed = document.slice.entries.map((text): Sealed<RunEntry> => {
    const bytes = utf8(text);
    const entry = JSON.parse(text) as RunEntry;
    return { entry, bytes, digest: digest(bytes), bodies: bodiesIn(document.slice, entry) };
  });
  const [first, ...rest] = sealed;
  const opening = { origin, runbook: document.runbook, authors: document.authors, roles: document.roles };
  let state = openState(runMachine(document.runbook), opening, first as Sealed<RunEntryOf<'run.opened'>>);
  for (const one of rest) {
    const next = fold(state, one);
    if (!next.ok) throw new Error(`${one.entry.type}: ${next.refusal.sentence}`);
    state = next.value;
  }
  return state;
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** A run id: ULID of now. */
export function ulid(now = Date.now()): string {
  let time = '';
  for (let i = 0, rest = now; i < 10; i++, rest = Math.floor(rest / 32)) time = CROCKFORD[rest % 32] + time;
  return time + [...randomBytes(16)].map((byte) => CROCKFORD[byte % 32]).join('');
}

export interface OpenOptions {
  readonly mode?: 'live' | 'rehearsal';
  readonly follows?: unknown;
}

export class Person {
  readonly #base: string;
  readonly #host: string;
  readonly key: TestKey;
  session = '';
  me: Me = {} as Me;
  /** Every body of every answer that this session received: what a leak would show up in. */
  readonly received: string[] = [];

  constructor(port: number, host: string, key: TestKey) {
    this.#base = `http://127.0.0.1:${port}`;
    this.#host = host;
    this.key = key;
  }

  async call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(this.#base + path, {
      method,
      headers: {
        host: this.#host,
        ...(this.session ? { authorization: `Bearer ${this.session}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    this.received.push(text);
    const value: unknown = text === '' ? null : JSON.parse(text);
    return response.ok ? { ok: true, value: value as T } : { ok: false, problem: value as Problem };
  }

  async must<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call<T>(method, path, body);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.problem.code} ${answer.problem.title}`);
    return answer.value;
  }

  async signIn(origin: string): Promise<void> {
    const { challenge } = await this.must<{ challenge: string }>('POST', '/api/session/challenge');
    const signature = sshsig(this.key, 'sign-in', origin, fromBase64(challenge) ?? new Uint8Array());
    const { session } = await this.must<{ session: string }>('POST', '/api/session/key', {
      challenge,
      key: this.key.line,
      signature,
    });
    this.session = session;
    this.me = await this.must<Me>('GET', '/api/me');
  }

  send(command: CommandText): Promise<Answer<Accepted>> {
    return this.call<Accepted>('POST', '/api/commands', command);
  }

  async do(command: CommandText): Promise<Accepted> {
    const answer = await this.send(command);
    if (!answer.ok) throw new Error(`${command.type}: ${answer.problem.code} ${answer.problem.title}`);
    return answer.value;
  }

  sign(
    act: Act,
    lines: Lines<'confirm'> | Lines<'refuse'> | Lines<'key'> | Lines<'open'>,
  ): { statement: string; signature: string } {
    const statement = statementText(act as 'open', lines as Lines<'open'>);
    return { statement, signature: sshsig(this.key, act, this.me.origin, utf8(statement)) };
  }

  /** A genuine signature over any text. */
  signText(act: Act, statement: string): string {
    return sshsig(this.key, act, this.me.origin, utf8(statement));
  }

  async signing(checkpoint?: string): Promise<Signing> {
    const note = checkpoint ?? (await this.must<{ checkpoint: string }>('GET', '/api/site')).checkpoint;
    const parsed = parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1));
    if (!parsed.ok) throw new Error(parsed.refusal.sentence);
    const { size, root } = parsed.value;
    return {
      signer: this.me.person,
      tree: `${size} ${base64(root)}`,
      client: 'cli/test',
      signedAt: statementTime(Date.now()),
    };
  }

  people(): Promise<PeopleView> {
    return this.must<PeopleView>('GET', '/api/people');
  }

  /** One keeper's signature of a roster; all of them share its salt. */
  async signRoster(text: RosterText, about: string, salt: Uint8Array, names = {}): Promise<Accepted> {
    const roster = jcs(text);
    const content = { roster: bodyDigest({ bytes: utf8(roster), salt }), version: text.version };
    const said = { origin: this.me.origin, run: null, mode: null, about, content };
    const signed = this.sign('roster', actLines('roster', said, await this.signing()));
    return this.do({ type: 'roster', roster, salt: base64(salt), names, ...signed });
  }

  async register(files: readonly FolderFile[], id: string): Promise<string> {
    const own = folderDigest(files);
    if (!own.ok) throw new Error(own.refusal.sentence);
    const content = { authors: [this.me.person], id, runbook: own.value };
    const lines = actLines(
      'runbook',
      { origin: this.me.origin, run: null, mode: null, about: this.me.genesis, content },
      await this.signing(),
    );
    const texts: FileText[] = files.map(({ path, mode, bytes }) => ({ path, mode, bytes: base64(bytes) }));
    await this.do({ type: 'register', files: texts, ...this.sign('runbook', lines) });
    return own.value;
  }

  async approve(runbook: string): Promise<void> {
    const { runbooks } = await this.must<{ runbooks: { runbook: string; registered: string }[] }>('GET', '/api/home');
    const about = runbooks.find((one) => one.runbook === runbook)?.registered ?? 'none';
    const lines = actLines(
      'approve',
      { origin: this.me.origin, run: null, mode: null, about, content: { runbook } },
      await this.signing(),
    );
    await this.do({ type: 'approve', ...this.sign('approve', lines) });
  }

  async open(
    runbook: string,
    inputs: Record<string, unknown>,
    run = ulid(),
    { mode = 'live', follows = null }: OpenOptions = {},
  ): Promise<string> {
    const { runbooks } = await this.must<{ runbooks: { runbook: string; approved: string | null }[] }>(
      'GET',
      '/api/home',
    );
    const about = runbooks.find((one) => one.runbook === runbook)?.approved ?? 'none';
    const salt = randomBytes(32);
    const text = jcs(inputs);
    const content = { follows, inputs: bodyDigest({ bytes: utf8(text), salt }), run };
    const lines = actLines('open', { origin: this.me.origin, run, mode, about, content }, await this.signing());
    await this.do({ type: 'open', inputs: text, salt: base64(salt), ...this.sign('open', lines) });
    return run;
  }

  async state(run: string): Promise<{ state: RunState; checkpoint: string; document: RunDocument }> {
    const document = await this.must<RunDocument>('GET', `/api/runs/${run}`);
    return { state: foldDocument(document, this.me.origin), checkpoint: document.slice.checkpoint, document };
  }

  async confirmation(run: string, answers: Readonly<Record<string, string>>): Promise<CommandText> {
    const { state, checkpoint } = await this.state(run);
    const context = contextOf(state);
    const seat = seatOf(context, this.me.person) ?? 'reviewer';
    const role = context.seats[seat]?.role ?? 'dba';
    const step = openArming(context)?.step ?? '';
    const asked = challengesOf(factsOf(state, step)?.action ?? { challenge: [] }, seat);
    const readBack = Object.fromEntries(asked.map(({ id }) => [id, answers[id] ?? '']));
    const lines = confirmLines(state, step, { ...(await this.signing(checkpoint)), seat, role }, readBack);
    if (!lines.ok) throw new Error(lines.refusal.sentence);
    return { type: 'confirm', run, ...this.sign('confirm', lines.value) };
  }

  async refusal(run: string, reason: string): Promise<CommandText> {
    const { state, checkpoint } = await this.state(run);
    const context = contextOf(state);
    const seat = seatOf(context, this.me.person) ?? '';
    const lines = refuseLines(
      state,
      openArming(context)?.step ?? '',
      { ...(await this.signing(checkpoint)), seat, role: context.seats[seat]?.role ?? '' },
      reason,
    );
    if (!lines.ok) throw new Error(lines.refusal.sentence);
    return { type: 'refuse', run, ...this.sign('refuse', lines.value) };
  }

  async keyTurn(run: string): Promise<CommandText> {
    const { state, checkpoint } = await this.state(run);
    const step = openArming(contextOf(state))?.step ?? '';
    const lines = keyLines(state, step, await this.signing(checkpoint));
    if (!lines.ok) throw new Error(lines.refusal.sentence);
    return { type: 'key', run, ...this.sign('key', lines.value) };
  }

  async lift(run: string, risk: string | null = null): Promise<CommandText> {
    const { state } = await this.state(run);
    return this.act(run, 'lift', contextOf(state).holds[0]?.ref ?? '', { risk });
  }

  async close(run: string, result: CloseResult = 'done'): Promise<CommandText> {
    const { state } = await this.state(run);
    return this.act(run, 'close', contextOf(state).last, closeContent(state, result));
  }

  /** One signature of an act that several people sign. */
  async act(run: string, act: CollectedAct, about: string, content: unknown): Promise<CommandText> {
    const { state, checkpoint } = await this.state(run);
    const lines = runActLines(state, act, await this.signing(checkpoint), about, content);
    return { type: act, run, content: jcs(content), ...this.sign(act, lines as Lines<'open'>) };
  }

  /** The word of whoever did a manual step. */
  async attest(run: string, step: string, result: 'pass' | 'fail', evidence: string): Promise<CommandText> {
    const { state, checkpoint } = await this.state(run);
    const about = armingOf(contextOf(state), step)?.started ?? '';
    const lines = runActLines(state, 'attest', await this.signing(checkpoint), about, { evidence, result });
    return { type: 'attest', run, ...this.sign('attest', lines as Lines<'open'>) };
  }
}
