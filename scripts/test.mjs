/**
 * Runs every compiled test file in a process of its own, two at a time, and counts what each file's closing
 * TAP line says. A file that prints no such line, or exits non-zero, is a failure: a crash must never count as green.
 * Nothing is tried twice.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compiled = join(root, 'build', 'test');
const wanted = process.argv.slice(2);
const timeoutMs = 600_000;

const files = readdirSync(compiled, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.test.js'))
  .filter((name) => wanted.length === 0 || wanted.some((word) => name.includes(word)))
  .sort();

/** The outermost closing line of a TAP stream: `# { total: 24, pass: 23, fail: 1 }`. */
function closing(output) {
  const found = /^# \{ (.*) \}$/m.exec(
    output
      .split('\n')
      .reverse()
      .find((line) => line.startsWith('# {')) ?? '',
  );
  if (!found) return undefined;
  const count = (name) => Number(new RegExp(`${name}: (\\d+)`).exec(found[1])?.[1] ?? 0);
  return { pass: count('pass'), fail: count('fail'), skip: count('skip') };
}

function runFile(name) {
  return new Promise((resolve) => {
    const started = process.hrtime.bigint();
    const child = spawn(process.execPath, ['--enable-source-maps', join(compiled, name)], {
      cwd: root,
      env: { ...process.env, TAP_BAIL: '0', TAP_DIAG: '1', TAP_TIMEOUT: String(timeoutMs / 1000) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      errors += data;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      resolve({
        name,
        output,
        errors,
        code,
        signal,
        seconds,
        ...(closing(output) ?? { pass: 0, fail: 0, skip: 0, mute: true }),
      });
    });
  });
}

/** What is told again at the end, where a long log is looked at first. */
const failures = [];
const total = { pass: 0, fail: 0, skip: 0 };
const queue = [...files];
async function worker() {
  for (let name = queue.shift(); name; name = queue.shift()) {
    const done = await runFile(name);
    const crashed = done.mute || (done.code !== 0 && done.fail === 0);
    total.pass += done.pass;
    total.fail += done.fail + (crashed ? 1 : 0);
    total.skip += done.skip;
    const bad = crashed || done.fail > 0;
    process.stdout.write(
      `${bad ? 'FAILED' : 'ok'} ${relative(root, join(compiled, done.name))} ${done.pass} passed ${done.seconds.toFixed(1)} s\n`,
    );
    for (const line of done.output.split('\n')) if (/# skip/i.test(line)) process.stdout.write(`  ${line.trim()}\n`);
    if (!bad) continue;
    const ending = done.signal ? `killed by ${done.signal}\n` : '';
    process.stdout.write(`${done.output}\n${done.errors}\n${ending}`);
    failures.push(`${done.name}\n${ending}`, ...done.output.split('\n').filter((line) => /^\s*not ok/.test(line)));
  }
}
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
if (files.length === 0) total.fail += 1;
for (const line of failures) process.stdout.write(`${line.trimEnd()}\n`);
process.stdout.write(`${total.pass} passed, ${total.fail} failed${total.skip ? `, ${total.skip} skipped` : ''}\n`);
process.exitCode = total.fail === 0 ? 0 : 1;
