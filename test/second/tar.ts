/** The one tar form of a bundle: read, written again, and compared. */
import { same, textOf, utf8 } from './bytes.ts';

export type Members = ReadonlyMap<string, Buffer>;

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  const at = utf8(path).length > 100 ? path.lastIndexOf('/') : -1;
  utf8(path.slice(at + 1)).copy(block, 0);
  block.write(`0000644\u00000000000\u00000000000\u0000${octal(size, 11)}\u000000000000000\u0000        0`, 100);
  block.write('ustar\u000000', 257);
  block.write('0000000\u00000000000\u0000', 329);
  if (at > 0) utf8(path.slice(0, at)).copy(block, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\u0000 `, 148);
  return block;
}

export function archive(members: Members): Buffer {
  const sorted = [...members].sort(([a], [b]) => Buffer.compare(utf8(a), utf8(b)));
  const parts = sorted.flatMap(([path, bytes]) => [
    header(path, bytes.length),
    bytes,
    Buffer.alloc((512 - (bytes.length % 512)) % 512),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/** Whether a path may stand in a bundle. */
function isPath(path: string): boolean {
  const at = utf8(path).length > 100 ? path.lastIndexOf('/') : -1;
  return (
    utf8(path.slice(at + 1)).length <= 100 &&
    utf8(path.slice(0, Math.max(at, 0))).length <= 155 &&
    !/[\p{Cc}\p{Surrogate}\\]/u.test(path) &&
    path.split('/').every((part) => !['', '.', '..'].includes(part))
  );
}

/** The members of a file that `archive` would write again byte for byte. */
export function unarchive(file: Uint8Array): Members | undefined {
  const bytes = Buffer.from(file);
  const members = new Map<string, Buffer>();
  const field = (from: number, length: number) => {
    const part = bytes.subarray(from, from + length);
    const end = part.indexOf(0);
    return textOf(end < 0 ? part : part.subarray(0, end));
  };
  let at = 0;
  while (at + 512 <= bytes.length && bytes[at] !== 0) {
    const [name, prefix, size = ''] = [field(at, 100), field(at + 345, 155), field(at + 124, 12)];
    const path = prefix === '' ? name : `${prefix}/${name}`;
    if (name === undefined || prefix === undefined || path === undefined || !/^[0-7]{11}$/.test(size)) return undefined;
    const length = Number.parseInt(size, 8);
    if (!isPath(path) || members.has(path) || at + 512 + length > bytes.length) return undefined;
    members.set(path, bytes.subarray(at + 512, at + 512 + length));
    at += 512 + Math.ceil(length / 512) * 512;
  }
  const paths = [...members.keys()];
  const nested = paths.some((path) => paths.some((other) => other.startsWith(`${path}/`)));
  return !nested && same(archive(members), bytes) ? members : undefined;
}
