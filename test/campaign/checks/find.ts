/**
 * Finds every check in a compiled file that can be taken out by itself: a condition that refuses, one side of a
 * conjunction that accepts, a claim in a list of claims. It knows the shapes that core is written in, and judges no meaning.
 */
import { type Node, parse } from 'acorn';

type Any = Node & Record<string, unknown>;

export interface Check {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  /** What stands there instead, as an expression. */
  readonly instead: string;
}

/** `claims`: in the verifier `unless` says what must hold; in the rules it says what must not. */
export interface Reading {
  readonly claims: boolean;
}

const isNode = (value: unknown): value is Any => typeof value === 'object' && value !== null && 'type' in value;
const list = (value: unknown): Any[] => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []);
const childrenOf = (node: Any): Any[] => Object.values(node).flatMap(list);
const of = (node: Any, key: string): Any | undefined => (isNode(node[key]) ? (node[key] as Any) : undefined);
const calleeOf = (node: Any | undefined): string | undefined => {
  const callee = node?.type === 'CallExpression' ? of(node, 'callee') : undefined;
  return callee?.type === 'Identifier' ? String(callee['name']) : undefined;
};

/** Their first argument must hold. */
const HOLDS = ['fits', 'claim', 'bad'];
const REFUSES = ['fail', 'refused', 'unsigned', 'unreadable', 'invalid', 'reason', 'found', 'later'];

/** Whether an expression says no: a refusal, a finding, a reason in words, or false. */
function refuses(node: Any | undefined): boolean {
  if (!node) return false;
  if (node.type === 'ArrayExpression') return refuses(list(node['elements'])[0]);
  if (node.type === 'Literal')
    return node['value'] === false || node['value'] === null || typeof node['value'] === 'string';
  if (node.type === 'TemplateLiteral') return true;
  if (node.type === 'Identifier') return node['name'] === 'undefined';
  return REFUSES.includes(calleeOf(node) ?? '');
}

/** Whether a branch ends in a refusal, or records one. */
function refusing(statement: Any | undefined): boolean {
  const body = statement?.type === 'BlockStatement' ? list(statement['body']) : statement ? [statement] : [];
  return body.some((one) => {
    if (one.type === 'ThrowStatement') return true;
    if (one.type === 'ReturnStatement') return refuses(of(one, 'argument'));
    const call = one.type === 'ExpressionStatement' ? of(one, 'expression') : undefined;
    const callee = call?.type === 'CallExpression' ? of(call, 'callee') : undefined;
    const into = callee?.type === 'MemberExpression' ? of(callee, 'property')?.['name'] : undefined;
    return into === 'push' && /^(reasons|flaws)$/.test(nameOf(of(callee as Any, 'object')));
  });
}

const nameOf = (node: Any | undefined): string =>
  node?.type === 'MemberExpression' ? nameOf(of(node, 'property')) : String(node?.['name'] ?? '');

export function checksOf(text: string, { claims }: Reading): Check[] {
  const found: Check[] = [];
  const put = (kind: string, node: Any | undefined, instead: string) => {
    if (node) found.push({ kind, start: node.start, end: node.end, instead });
  };
  /** The sides of a condition: where it accepts each of a conjunction, where it refuses each of a disjunction. */
  const sides = (node: Any | undefined, accepts: boolean): void => {
    if (!node) return;
    if (node.type === 'UnaryExpression' && node['operator'] === '!') sides(of(node, 'argument'), !accepts);
    if (node.type !== 'LogicalExpression') return;
    const matters = node['operator'] === (accepts ? '&&' : '||');
    for (const side of [of(node, 'left'), of(node, 'right')]) {
      if (matters && side?.type !== 'LogicalExpression') put('side', side, String(accepts));
      sides(side, accepts);
    }
  };
  const call = (node: Any) => {
    const [first, ...rest] = list(node['arguments']);
    const name = calleeOf(node);
    const accepts = HOLDS.includes(name ?? '') || claims;
    if (name === 'unless' || HOLDS.includes(name ?? '')) {
      if (first?.type !== 'Identifier' || name === 'unless')
        put('claim', first, String(name === 'unless' ? claims : accepts));
      sides(first, name === 'unless' ? claims : true);
    }
    if (name === 'all' && !claims)
      for (const one of [first, ...rest])
        if (one && one.type !== 'SpreadElement' && !['unless', ...HOLDS].includes(calleeOf(one) ?? ''))
          put('rule', one, '{ ok: true, value: true }');
  };
  const visit = (node: Any): void => {
    switch (node.type) {
      case 'CallExpression':
        call(node);
        break;
      case 'IfStatement':
        if (refusing(of(node, 'consequent'))) {
          put('refusal', of(node, 'test'), 'false');
          sides(of(node, 'test'), false);
        } else if (refusing(of(node, 'alternate'))) {
          put('refusal', of(node, 'test'), 'true');
          sides(of(node, 'test'), true);
        }
        break;
      case 'ConditionalExpression': {
        const [yes, no] = [refuses(of(node, 'consequent')), refuses(of(node, 'alternate'))];
        const words = [of(node, 'consequent'), of(node, 'alternate')].some((one) => one?.['name'] === 'undefined');
        if (words && of(node, 'consequent')?.['name'] !== 'undefined') {
          put('refusal', of(node, 'test'), 'false');
          sides(of(node, 'test'), false);
        } else if (yes !== no) {
          put('refusal', of(node, 'test'), String(no));
          sides(of(node, 'test'), no);
        }
        break;
      }
      case 'ArrowFunctionExpression':
        sides(of(node, 'body'), true);
        break;
      case 'ReturnStatement':
        sides(of(node, 'argument'), true);
        break;
      case 'VariableDeclarator':
        sides(of(node, 'init'), true);
        break;
      case 'SpreadElement': {
        const name = calleeOf(of(node, 'argument'));
        if (claims && name !== undefined && name !== 'unless' && !HOLDS.includes(name))
          put('claims', of(node, 'argument'), '[]');
        break;
      }
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(parse(text, { ecmaVersion: 2023, sourceType: 'module' }) as unknown as Any);
  const seen = new Set<string>();
  return found.filter(({ start, end, instead }) => {
    const key = `${start} ${end} ${instead}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** The text with each check in a switch: `globalThis.crosscheckWithout(number)` takes that one out. */
export function switched(text: string, checks: readonly Check[], first: number): string {
  const inserts = checks.flatMap(({ start, end, instead }, index) => [
    {
      at: start,
      length: end - start,
      before: true,
      text: `(globalThis.crosscheckWithout(${first + index})?${instead}:(`,
    },
    { at: end, length: end - start, before: false, text: '))' },
  ]);
  // Where two begin together the longer one stands outside; where two end together the shorter one ends first.
  inserts.sort(
    (a, b) =>
      a.at - b.at || Number(a.before) - Number(b.before) || (a.before ? b.length - a.length : a.length - b.length),
  );
  let [made, from] = ['', 0];
  for (const one of inserts) {
    made += text.slice(from, one.at) + one.text;
    from = one.at;
  }
  return made + text.slice(from);
}
