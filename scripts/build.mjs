// Builds dist/: three entries over shared chunks, the assets, the manifest's JSON Schema and the licence notices.
// The same sources give the same bytes in any folder, on any day.
//
//   node scripts/build.mjs                 build into dist/
//   node scripts/build.mjs --outdir DIR    build into DIR
//   node scripts/build.mjs --check         compare with what is there; change nothing
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { licenceNotices } from './licence-notices.mjs';

const entries = { index: 'src/main/action.ts', cli: 'src/main/cli.ts', benchgate: 'src/main/benchgate.ts' };
const schemaModule = 'src/manifest/json-schema.ts';
const notices = 'THIRD_PARTY_NOTICES.txt';
const shebang = '#!/usr/bin/env node\n';

/** CommonJS inside the bundle asks for Node's own modules by require, which an ES module does not have. */
const requireBanner = `import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);`;

const slashes = (path) => path.split(sep).join('/');
const sorted = (names) => [...names].sort();

function options(root, version) {
  return {
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    mainFields: ['module', 'main'],
    preserveSymlinks: true, // a linked node_modules must not change the paths that chunk names are hashed from
    minify: true,
    legalComments: 'none',
    banner: { js: requireBanner },
    define: { __BENCHGATE_VERSION__: JSON.stringify(version) },
    metafile: true,
    write: false,
    logLevel: 'warning',
  };
}

/** The files below a folder, as paths with forward slashes. What Python and the Finder leave behind does not count. */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  const found = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = slashes(relative(folder, join(entry.parentPath, entry.name)));
    if (/(^|\/)(__pycache__|\.DS_Store)(\/|$)|\.pyc$/.test(path) || entry.isDirectory()) continue;
    if (!entry.isFile()) throw new Error(`${join(folder, path)} is neither a file nor a folder`);
    found.push(path);
  }
  return sorted(found);
}

async function bundle(root, version, note) {
  const present = Object.entries(entries).filter(([, source]) => existsSync(join(root, source)));
  for (const [name, source] of Object.entries(entries))
    if (!existsSync(join(root, source))) note(`${source} does not exist: no ${name}.js`);
  if (present.length === 0) throw new Error('none of the entries exists');
  // The programs share chunks with each other. The library stands alone: sharing with it would cut the programs into many
  // small modules, and every module costs about a millisecond at each start.
  const groups = [present.filter(([name]) => name !== 'benchgate'), present.filter(([name]) => name === 'benchgate')];
  const files = new Map();
  const metafile = { inputs: {}, outputs: {} };
  for (const entries of groups.filter((group) => group.length > 0)) {
    const result = await esbuild.build({
      ...options(root, version),
      entryPoints: Object.fromEntries(entries),
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      outdir: 'dist',
    });
    Object.assign(metafile.inputs, result.metafile.inputs);
    Object.assign(metafile.outputs, result.metafile.outputs);
    for (const output of result.outputFiles) {
      const path = slashes(relative(join(root, 'dist'), output.path));
      const isCli = path === 'cli.js';
      const text = isCli && !output.text.startsWith('#!') ? shebang + output.text : output.text;
      files.set(path, { bytes: Buffer.from(text), executable: isCli });
    }
  }
  return { files, metafile };
}

async function manifestSchema(root, version, note) {
  if (!existsSync(join(root, schemaModule))) {
    note(`${schemaModule} does not exist: no manifest.schema.json`);
    return undefined;
  }
  const result = await esbuild.build({ ...options(root, version), entryPoints: [schemaModule], outfile: 'schema.mjs' });
  const folder = mkdtempSync(join(tmpdir(), 'benchgate-schema-'));
  try {
    writeFileSync(join(folder, 'schema.mjs'), result.outputFiles[0].contents);
    const { manifestJsonSchema } = await import(pathToFileURL(join(folder, 'schema.mjs')).href);
    return `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Everything that belongs into dist/. Writes nothing.
 * @param {string} root the project's folder
 * @param {(text: string) => void} note told what was left out
 * @returns {Promise<Map<string, { bytes: Buffer, executable: boolean }>>}
 */
export async function build(root, note = () => {}) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { files, metafile } = await bundle(root, version, note);
  const assets = join(root, 'src/assets');
  for (const path of filesBelow(assets)) {
    const executable = (statSync(join(assets, path)).mode & 0o100) !== 0;
    files.set(`assets/${path}`, { bytes: readFileSync(join(assets, path)), executable });
  }
  const schema = await manifestSchema(root, version, note);
  if (schema !== undefined) files.set('assets/manifest.schema.json', { bytes: Buffer.from(schema), executable: false });
  files.set(notices, { bytes: Buffer.from(licenceNotices(root, metafile)), executable: false });
  return files;
}

/** How a folder differs from what a build gives: one line per file, none when they are the same. */
export function differences(files, outdir) {
  const there = new Set(filesBelow(outdir));
  const lines = [];
  for (const [path, { bytes, executable }] of files) {
    const target = join(outdir, path);
    if (!there.delete(path)) lines.push(`missing  ${path}`);
    else if (!readFileSync(target).equals(bytes)) lines.push(`differs  ${path}`);
    else if (((statSync(target).mode & 0o100) !== 0) !== executable) lines.push(`mode     ${path}`);
  }
  return [...lines, ...[...there].map((path) => `stale    ${path}`)].sort();
}

/** Only a folder that holds nothing but an earlier build may be cleaned. */
function refuseForeignFolder(root, outdir) {
  if (outdir === join(root, 'dist') || !existsSync(outdir)) return;
  const holdsProject = !relative(outdir, root).startsWith('..');
  const holdsSomethingElse = readdirSync(outdir).length > 0 && !existsSync(join(outdir, notices));
  if (holdsProject || holdsSomethingElse)
    throw new Error(`${outdir} holds something other than a build; give --outdir a new or empty folder`);
}

function removeEmptyFolders(folder) {
  for (const name of readdirSync(folder))
    if (lstatSync(join(folder, name)).isDirectory()) removeEmptyFolders(join(folder, name));
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Makes `outdir` hold exactly these files. A file that is right already is left alone. */
export function write(files, outdir) {
  for (const path of filesBelow(outdir)) if (!files.has(path)) rmSync(join(outdir, path));
  for (const [path, { bytes, executable }] of files) {
    const target = join(outdir, path);
    mkdirSync(dirname(target), { recursive: true });
    if (!existsSync(target) || !readFileSync(target).equals(bytes)) writeFileSync(target, bytes);
    chmodSync(target, executable ? 0o755 : 0o644);
  }
  removeEmptyFolders(outdir);
}

async function main() {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, outdir: { type: 'string' } } });
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
  const outdir = values.outdir === undefined ? join(root, 'dist') : resolve(values.outdir);
  const name = slashes(relative(process.cwd(), outdir)) || '.';
  const files = await build(root, (text) => console.log(`build: ${text}`));
  if (values.check) {
    const lines = differences(files, outdir);
    for (const line of lines) console.error(line);
    if (lines.length > 0) console.error(`build: ${name} is not what the sources give; next: npm run build`);
    else console.log(`build: ${name} is what the sources give (${files.size} files)`);
    process.exitCode = lines.length > 0 ? 1 : 0;
    return;
  }
  refuseForeignFolder(root, outdir);
  write(files, outdir);
  const code = [...files].filter(([path]) => path.endsWith('.js') && !path.startsWith('assets/'));
  const kilobytes = Math.round(code.reduce((sum, [, { bytes }]) => sum + bytes.length, 0) / 1024);
  console.log(`build: ${name}: ${files.size} files, ${kilobytes} KB of code in ${code.length}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    console.error(`build: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
