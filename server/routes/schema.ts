/** The shapes of all commands; whatever is not exactly one of them is refused before anything looks at it. */
import Type from 'typebox';
import { Base64, closed, Id, Int, Nonce, named, Principal, Ref, RunId, Sha256, words } from '../../core/log/forms.ts';

const Statement = Type.String({ maxLength: 16_384 });
const Signature = Type.String({ maxLength: 8192 });
const signed = { statement: Statement, signature: Signature };
const File = closed({ path: Type.String({ maxLength: 400 }), mode: words('0644', '0755'), bytes: Base64 });
const Text = Type.String({ minLength: 1, maxLength: 1000 });
const Long = Type.String({ minLength: 1, maxLength: 4000 });
const Json = Type.String({ maxLength: 65_536 });
const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
/** Read by its own reader, which is strict; here only its size is bounded. */
const Document = Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), { maxProperties: 40 });
const Texts = named(Id, Type.String({ maxLength: 8000 }));
const Mode = words('live', 'rehearsal');
const InputValue = Type.Union([Type.String({ maxLength: 1000 }), Type.Number(), Type.Boolean()]);
const Plan = closed({
  inputs: named(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$' }), InputValue),
  crew: named(Id, Principal),
  note: orNull(Long),
});

export const CommandSchema = Type.Union([
  closed({ type: Type.Literal('enrol'), token: orNull(Nonce), ...signed }),
  closed({ type: Type.Literal('suspend'), of: Principal, key: Type.String({ maxLength: 1000 }), text: orNull(Text) }),
  closed({
    type: Type.Literal('roster'),
    roster: Type.String({ maxLength: 4_194_304 }),
    salt: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }),
    names: named(Principal, Text),
    ...signed,
  }),
  closed({ type: Type.Literal('epoch'), ...signed }),
  closed({ type: Type.Literal('register'), files: Type.Array(File, { maxItems: 2000 }), ...signed }),
  closed({ type: Type.Literal('approve'), ...signed }),
  closed({ type: Type.Literal('open'), inputs: Json, salt: Base64, ...signed }),
  closed({ type: Type.Literal('join'), run: RunId, seat: Id, role: Id }),
  closed({ type: Type.Literal('leave'), run: RunId, seat: Id }),
  closed({ type: Type.Literal('arm'), run: RunId, step: Id, target: Type.String({ maxLength: 64 }) }),
  closed({ type: words('confirm', 'refuse', 'key', 'attest', 'redact'), run: RunId, ...signed }),
  closed({
    type: words('lift', 'decide', 'resolve', 'waive', 'deviate', 'lead', 'close'),
    run: RunId,
    content: Json,
    ...signed,
  }),
  closed({
    type: Type.Literal('answer'),
    run: RunId,
    question: Id,
    result: words('pass', 'fail'),
    value: Long,
    evidence: orNull(Long),
  }),
  closed({ type: Type.Literal('poll'), run: RunId, gate: Id, vote: words('go', 'no-go'), text: orNull(Text) }),
  closed({ type: words('start', 'withdraw', 'abort'), run: RunId, step: Id }),
  closed({ type: Type.Literal('hold'), run: RunId, text: Text }),
  closed({ type: Type.Literal('hold_on'), plan: RunId, text: Text }),
  closed({ type: Type.Literal('hold_on'), runbook: Sha256, text: Text }),
  closed({
    type: Type.Literal('update'),
    run: orNull(RunId),
    hold: Ref,
    document: Document,
    conditions: orNull(named(Id, Id)),
    met: Type.Array(Id, { maxItems: 20 }),
    stance: orNull(words('agree', 'dissent')),
  }),
  closed({ type: Type.Literal('lift_on'), content: Json, ...signed }),
  closed({
    type: Type.Literal('plan'),
    plan: RunId,
    runbook: Sha256,
    mode: Mode,
    planned_for: orNull(Int),
    document: Plan,
  }),
  closed({ type: Type.Literal('backup_deleted'), run: RunId, step: Id, evidence: Long }),
  closed({ type: Type.Literal('postmortem'), run: RunId, document: Texts }),
  closed({ type: Type.Literal('countermeasure'), run: RunId, id: Id, due: orNull(Int), document: Texts }),
  closed({ type: Type.Literal('countermeasure_closed'), run: RunId, id: Id, evidence: Long }),
]);
