/**
 * Bundles the pages into build/page, in under a second, and is the third fence around core: it fails when the
 * room's critical path holds a package or builtin that the page must not carry. It must never print when all is well.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outdir = join(root, 'build', 'page');
/** Packages that parse runbooks or check schemas: the room draws what was parsed elsewhere. */
const HEAVY = /node_modules\/(yaml|typebox|@marcbachmann\/cel-js)\//;
const LIMIT = 100 * 1024;

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#f2ae2e" d="M5 1h6l4 4v6l-4 4H5l-4-4V5z"/><path stroke="#14191b" stroke-width="2" d="M6 5v6M10 5v6"/></svg>\n';

const page = (script, style) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Crosscheck</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/${style}">
<script type="module" src="/${script}"></script>
</head>
<body><div id="app"><p class="boot" role="status">Crosscheck is loading its pages.</p></div></body>
</html>
`;

/** The outputs that the browser loads before anything is asked for: an entry and what it imports statically. */
function critical(outputs, entry) {
  const seen = new Set([entry]);
  for (const name of seen) {
    for (const { path, kind } of outputs[name].imports)
      if (kind === 'import-statement' && outputs[path]) seen.add(path);
  }
  return [...seen];
}

function fence(metafile, entry, contents) {
  const problems = [];
  const { outputs } = metafile;
  for (const [name, output] of Object.entries(outputs)) {
    const inputs = Object.keys(output.inputs);
    const foreign = output.imports.filter(
      ({ path, external }) => external && builtinModules.includes(path.replace(/^node:/, '')),
    );
    for (const { path } of foreign) problems.push(`${name} imports ${path}`);
    for (const input of inputs) if (/^server\//.test(input)) problems.push(`${name} holds ${input}`);
  }
  const first = critical(outputs, entry);
  for (const name of first)
    for (const input of Object.keys(outputs[name].inputs))
      if (HEAVY.test(input)) problems.push(`the critical path holds ${input}`);
  const bytes = first.reduce((sum, name) => sum + gzipSync(contents.get(join(root, name))).length, 0);
  if (bytes > LIMIT) problems.push(`the critical path is ${bytes} bytes gzip, more than ${LIMIT}`);
  return { problems, bytes };
}

const relative = (name) => name.replace(/^build\/page\//, '');

const { metafile, outputFiles } = await build({
  write: false,
  absWorkingDir: root,
  entryPoints: { main: 'web/main.tsx', style: 'web/style/main.css' },
  outdir: 'build/page',
  entryNames: 'assets/[name]-[hash]',
  chunkNames: 'assets/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: true,
  metafile: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'warning',
});
const made = Object.keys(metafile.outputs);
const script = made.find((name) => metafile.outputs[name].entryPoint === 'web/main.tsx');
const style = made.find((name) => metafile.outputs[name].entryPoint === 'web/style/main.css');
const contents = new Map(outputFiles.map(({ path, contents: bytes }) => [path, bytes]));
const assets = join(outdir, 'assets');
mkdirSync(assets, { recursive: true });
// A server may be serving this folder: new files come first, then the page that names them, and only then the old ones go.
for (const [path, bytes] of contents) writeFileSync(path, bytes);
writeFileSync(join(outdir, 'icon.svg'), ICON);
writeFileSync(join(outdir, 'index.html'), page(relative(script), relative(style)));
for (const name of readdirSync(assets))
  if (!contents.has(join(assets, name))) rmSync(join(assets, name), { force: true });
const { problems, bytes } = fence(metafile, script, contents);
if (process.argv.includes('--size')) process.stdout.write(`critical path: ${bytes} bytes gzip\n`);
for (const problem of problems) process.stderr.write(`bundle: ${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
