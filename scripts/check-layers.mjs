// Fails when a file of src/ leaves its room (scripts/layers.mjs): by an import, by a global that reaches the world,
// by a cycle, by its length or by its name. Test files and src/assets/ belong to no room.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawers, lengths, rooms as ourRooms } from './layers.mjs';
import { findDynamicImports, findFreeNames, findImports, findRuntimeDeclarations, mask } from './source-text.mjs';

const worldly = `
  Date.now Math.random import.meta process console fetch performance crypto Buffer globalThis global navigator
  setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask
  WebSocket EventSource eval Function
`
  .trim()
  .split(/\s+/);

const isTest = (path) => path.endsWith('.test.ts');
const isAsset = (path) => path.startsWith('assets/');
const lineCount = (text) => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

function roomOf(path, rooms) {
  const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : undefined;
  const found = Object.entries(rooms).find(([name, room]) => (room.file ? room.file === path : name === folder));
  return found?.[0];
}

function matchesPackage(specifier, pattern) {
  if (pattern.endsWith('*')) return specifier.startsWith(pattern.slice(0, -1));
  return specifier === pattern || specifier.startsWith(`${pattern}/`);
}

/** What is wrong with names and lengths; every file, tests included. */
function shapeProblems(path, text) {
  const problems = [];
  const names = path.split('/').map((part, index, parts) => (index === parts.length - 1 ? part.split('.')[0] : part));
  const drawer = names.find((name) => drawers.includes(name));
  if (drawer) problems.push(`${path}: '${drawer}' is a drawer; name it by what is inside`);
  const limit = isTest(path) ? lengths.failTest : lengths.fail;
  if (lineCount(text) > limit) problems.push(`${path}: ${lineCount(text)} lines, more than ${limit}; split it`);
  if (!path.endsWith('.ts')) problems.push(`${path}: source is written in .ts; data and drivers belong in assets/`);
  return problems;
}

/** Everything a file says about other files and the world. Returns the problems and the files it imports. */
function contentProblems(path, text, files, rooms) {
  const here = roomOf(path, rooms);
  const room = rooms[here];
  const problems = [];
  const source = mask(text);
  const report = (line, sentence) => problems.push(`${path}:${line}: ${sentence}`);
  const edges = [];

  const follow = ({ specifier, line }) => {
    if (!specifier.startsWith('.')) {
      if (!(room.packages ?? []).some((pattern) => matchesPackage(specifier, pattern)))
        report(line, `${here} may not import package '${specifier}': ${room.why}`);
      return;
    }
    const target = posix.join(posix.dirname(path), specifier);
    const there = roomOf(target, rooms);
    if (isAsset(target)) return report(line, `'${specifier}' is an asset; read it through a port`);
    if (isTest(target)) return report(line, `'${specifier}' is a test; only tests may import it`);
    if (!files.has(target)) return report(line, `'${specifier}' does not exist`);
    edges.push(target);
    if (there !== undefined && there !== here && !room.sees.includes(there))
      report(line, `${here} may not import ${there} ('${specifier}'): ${room.why}`);
  };

  for (const found of findImports(source)) {
    follow(found);
    if (room.typesOnly && !found.typeOnly)
      report(found.line, `${here} holds types only; '${found.specifier}' needs 'import type' or 'export type'`);
  }
  for (const found of findDynamicImports(source)) {
    if (!room.lazy) report(found.line, `${here} may not import dynamically; only adapters and main may`);
    else if (found.specifier === undefined)
      report(found.line, `import() needs a literal, so that its room can be seen`);
    if (found.specifier !== undefined) follow(found);
  }
  if (room.typesOnly)
    for (const { word, line } of findRuntimeDeclarations(source))
      report(line, `${here} holds types only; '${word}' exists at run time`);
  for (const { name, line } of findFreeNames(source, ['require', 'createRequire']))
    report(line, `'${name}' is not used anywhere in src/; write an import`);
  if (!room.sideEffects) {
    const dates = [...source.code.matchAll(/\bnew\s+Date\b(?!\s*\(\s*[^\s)])|(?<![\w$.]|new\s+)Date\s*\(/g)];
    const found = [
      ...findFreeNames(source, worldly),
      ...dates.map((match) => ({ name: 'the current Date', line: source.lineAt(match.index) })),
    ];
    for (const { name, line } of found) report(line, `${here} may not use ${name} (nor reuse the name): ${room.why}`);
  }
  return { problems, edges };
}

/** Each cycle once, as the path that closes it. */
function cycleProblems(graph, label) {
  const problems = [];
  const state = new Map();
  const visit = (node, trail) => {
    if (state.get(node) === 'done') return;
    if (state.get(node) === 'open') {
      problems.push(`${label}: ${[...trail.slice(trail.indexOf(node)), node].join(' -> ')}`);
      return;
    }
    state.set(node, 'open');
    for (const next of graph.get(node) ?? []) visit(next, [...trail, node]);
    state.set(node, 'done');
  };
  for (const node of graph.keys()) visit(node, []);
  return problems;
}

/** The page itself: every room it names must have a line, and rooms may not see each other in a circle. */
function pageProblems(rooms) {
  const problems = [];
  for (const [name, room] of Object.entries(rooms))
    for (const seen of room.sees)
      if (!(seen in rooms)) problems.push(`scripts/layers.mjs: ${name} sees '${seen}', which has no line`);
  const graph = new Map(Object.entries(rooms).map(([name, room]) => [name, room.sees]));
  return [...problems, ...cycleProblems(graph, 'scripts/layers.mjs: rooms see each other')];
}

/**
 * @param {Map<string, string>} files path below src/ (with forward slashes) → text
 * @param {Record<string, import('./layers.mjs').Room>} rooms
 * @returns {string[]} one sentence per problem; none when all is well
 */
export function check(files, rooms = ourRooms) {
  const problems = pageProblems(rooms);
  const graph = new Map();
  for (const [path, text] of files) {
    if (isAsset(path)) continue;
    problems.push(...shapeProblems(path, text));
    if (isTest(path)) continue;
    if (roomOf(path, rooms) === undefined) {
      problems.push(`${path}: room '${path.split('/')[0]}' is not in scripts/layers.mjs`);
      continue;
    }
    const found = contentProblems(path, text, files, rooms);
    problems.push(...found.problems);
    graph.set(path, found.edges);
  }
  if (files.size === 0) problems.push('there is not one source file to check');
  return [...problems, ...cycleProblems(graph, 'cycle')];
}

/** Files that are growing too long, but are not there yet. */
export function warnings(files) {
  const long = ([path, text]) => !isTest(path) && !isAsset(path) && lineCount(text) > lengths.warn;
  const near = [...files].filter((file) => long(file) && lineCount(file[1]) <= lengths.fail);
  return near.map(([path, text]) => `${path}: ${lineCount(text)} lines; ${lengths.fail} is the limit`);
}

/** @param {string} root the src/ folder. Assets are left out: they belong to no room. */
export function readSources(root) {
  const files = new Map();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(root, path).split(sep).join('/');
    if (entry.isFile() && /\.[cm]?[jt]sx?$/.test(name) && !isAsset(name)) files.set(name, readFileSync(path, 'utf8'));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = readSources(fileURLToPath(new URL('../src', import.meta.url)));
  const problems = check(files);
  for (const warning of warnings(files)) console.log(`warning: src/${warning}`);
  for (const problem of problems) console.error(problem.replace(/^(?=[\w./-]+\.\w+:)(?!scripts\/)/, 'src/'));
  console.log(`layers: ${files.size} files, ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
