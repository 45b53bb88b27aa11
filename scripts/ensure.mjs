/**
 * Makes a checkout ready to run with nothing but Node: installs what the lock file names, proves the native
 * module in a child process, compiles TypeScript and bundles the page. It must never run twice at once.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);
const say = (text) => process.stderr.write(`ensure: ${text}\n`);
const stampFile = at('node_modules', '.ensure');
const lockFile = at('.ensure.lock');

function run(what, file, args) {
  const done = spawnSync(file, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) throw new Error(`${what} failed (${done.error?.message ?? `exit ${done.status}`})`);
}

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** `npm start` and `npm test` at the same moment would delete node_modules under each other. */
function takeLock() {
  for (let told = false; ; ) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readFileSync(lockFile, 'utf8')) || 0;
    if (!alive(holder)) rmSync(lockFile, { force: true });
    else if (!told) {
      told = true;
      say(`waiting for process ${holder}, which is preparing this checkout`);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

const npm = (...args) =>
  process.env.npm_execpath ? [process.execPath, [process.env.npm_execpath, ...args]] : ['npm', args];

/** A module built for another Node crashes the process that loads it, so a child tries it first. */
const nativeWorks = () =>
  spawnSync(process.execPath, ['-e', "new (require('better-sqlite3'))(':memory:').exec('select 1')"], { cwd: root })
    .status === 0;

function install() {
  const stamp = createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .update([process.versions.modules, process.platform, process.arch].join(' '))
    .digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  say('installing packages; the first time compiles SQLite, about a minute');
  run('npm ci', ...npm('ci', '--include=dev', '--ignore-scripts=false', '--no-audit', '--no-fund'));
  if (!nativeWorks()) {
    say('better-sqlite3 does not load on this Node, rebuilding it');
    run('npm rebuild', ...npm('rebuild', 'better-sqlite3', '--ignore-scripts=false'));
    if (!nativeWorks()) throw new Error('better-sqlite3 was built but does not load on this Node');
  }
  writeFileSync(stampFile, stamp);
}

takeLock();
try {
  install();
  mkdirSync(at('build'), { recursive: true });
  run('tsc', process.execPath, [at('node_modules', 'typescript', 'bin', 'tsc'), '-b']);
  run('web bundle', process.execPath, [at('scripts', 'bundle.mjs')]);
} catch (error) {
  say(error.message);
  process.exitCode = 1;
} finally {
  rmSync(lockFile, { force: true });
}
