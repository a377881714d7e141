// A layer check that cannot fail proves nothing: plant each kind of violation and expect it to be named.
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { check, readSources, warnings } from './check-layers.mjs';
import { lengths, rooms } from './layers.mjs';

const sources = readSources(fileURLToPath(new URL('../src', import.meta.url)));
const before = check(sources);

/** The problems that these files add to the tree as it is. */
function plant(files) {
  const planted = new Map(sources);
  for (const [path, text] of Object.entries(files)) planted.set(path, `${text}\n${sources.get(path) ?? ''}`);
  return check(planted).filter((problem) => !before.includes(problem));
}

test('the tree as it is has no problem', () => {
  expect(before).toEqual([]);
});

const at = (name, file) => rooms[name].file ?? `${name}/${file}.ts`;
const up = (name) => (rooms[name].file ? './' : '../');

describe('every pair of rooms', () => {
  const names = Object.keys(rooms);
  test.each(names)('%s imports what it sees and nothing else', (here) => {
    for (const there of names.filter((name) => name !== here)) {
      const files = new Map([
        [at(here, 'planted'), `import type { Word } from '${up(here)}${at(there, 'planted')}';`],
        [at(there, 'planted'), 'export type Word = string;'],
      ]);
      const expected = rooms[here].sees.includes(there)
        ? []
        : [expect.stringContaining(`${here} may not import ${there}`)];
      expect(check(files), `${here} -> ${there}`).toEqual(expected);
    }
  });
});

const ledger = { 'ledger/planted.ts': 'export const planted = 1;' };
const violations = [
  [
    'an import over several lines',
    { ...ledger, 'gates/planted.ts': "import {\n  planted,\n  // it's here\n} from '../ledger/planted.ts';" },
    'gates may not import ledger',
  ],
  [
    'an import behind another statement',
    { ...ledger, 'gates/planted.ts': "const a = 1; import { planted } from '../ledger/planted.ts';" },
    'gates may not import ledger',
  ],
  [
    'an import of everything',
    { ...ledger, 'gates/planted.ts': "import * as all from '../ledger/planted.ts';" },
    'gates may not import ledger',
  ],
  [
    'an import for its effect',
    { ...ledger, 'gates/planted.ts': "import '../ledger/planted.ts';" },
    'gates may not import ledger',
  ],
  [
    'an import of a type',
    { ...ledger, 'gates/planted.ts': "import type { A } from '../ledger/planted.ts';" },
    'gates may not import ledger',
  ],
  [
    'a re-export',
    { ...ledger, 'gates/planted.ts': "export { planted } from '../ledger/planted.ts';" },
    'gates may not import ledger',
  ],
  [
    'a re-export of everything',
    { ...ledger, 'gates/planted.ts': "export * from '../ledger/planted.ts';" },
    'gates may not import ledger',
  ],
  [
    'a lazy import into a foreign room',
    { ...ledger, 'adapters/planted.ts': "const a = await import('../ledger/planted.ts');" },
    'adapters may not import ledger',
  ],
  [
    'a package that the room has not',
    { 'report/planted.ts': "import { readFileSync } from 'node:fs';" },
    "report may not import package 'node:fs'",
  ],
  [
    'a package under the name of a longer one',
    { 'ledger/planted.ts': "import { z } from 'zodiac';" },
    "ledger may not import package 'zodiac'",
  ],
  [
    'a file that is not there',
    { 'domain/planted.ts': "import { a } from './absent.ts';" },
    "'./absent.ts' does not exist",
  ],
  [
    'an asset as a module',
    { 'suites/planted.ts': "import data from '../assets/suite.json';" },
    'read it through a port',
  ],
  ['a test as a module', { 'domain/a.test.ts': '', 'domain/planted.ts': "import './a.test.ts';" }, 'is a test'],
  [
    'a cycle',
    { 'domain/a.ts': "import './b.ts';", 'domain/b.ts': "import type { A } from './a.ts';" },
    'cycle: domain/',
  ],
  [
    'a value imported by a port',
    { 'domain/planted.ts': '', 'ports/planted.ts': "import { combine } from '../domain/planted.ts';" },
    "ports holds types only; '../domain/planted.ts'",
  ],
  [
    'inline types, which leave the import behind',
    { 'domain/planted.ts': '', 'ports/planted.ts': "import { type A } from '../domain/planted.ts';" },
    'ports holds types only',
  ],
  ['a constant in a port', { 'ports/planted.ts': 'export const limit = 3;' }, "ports holds types only; 'const'"],
  [
    'a function in a port',
    { 'ports/planted.ts': 'export async function go() {}' },
    "ports holds types only; 'function'",
  ],
  ['a class in a port', { 'ports/planted.ts': 'export abstract class Clock {}' }, "ports holds types only; 'class'"],
  ['an enum in a port', { 'ports/planted.ts': 'export enum Side { left }' }, "ports holds types only; 'enum'"],
  ['a default export in a port', { 'ports/planted.ts': 'export default 3;' }, "ports holds types only; 'default'"],
  [
    'a lazy import in a pure room',
    { 'app/planted.ts': "const a = await import('zod');" },
    'app may not import dynamically',
  ],
  ['a lazy import that hides its target', { 'main/planted.ts': 'const a = await import(name);' }, 'needs a literal'],
  ['require', { 'adapters/planted.ts': "const a = require('node:fs');" }, "'require' is not used"],
  ['a new room', { 'verdicts/planted.ts': '' }, "room 'verdicts' is not in scripts/layers.mjs"],
  ['a new file beside the rooms', { 'verdicts.ts': '' }, "room 'verdicts.ts' is not in scripts/layers.mjs"],
  ['a drawer as a file', { 'gates/utils.ts': '' }, "'utils' is a drawer"],
  ['a drawer as a folder', { 'gates/helpers/sigma.ts': '' }, "'helpers' is a drawer"],
  ['a drawer as a test', { 'gates/misc.test.ts': '' }, "'misc' is a drawer"],
  ['another language', { 'gates/planted.js': '' }, 'source is written in .ts'],
  ['a file that is too long', { 'gates/planted.ts': '//\n'.repeat(lengths.fail + 1) }, `more than ${lengths.fail}`],
  [
    'a test that is too long',
    { 'gates/planted.test.ts': '//\n'.repeat(lengths.failTest + 1) },
    `more than ${lengths.failTest}`,
  ],
];

test.each(violations)('%s is named', (_name, files, sentence) => {
  const problems = plant(files);
  expect(problems.join('\n')).toContain(sentence);
  const others = problems.filter((problem) => !problem.includes(sentence) && !problem.includes("room '"));
  expect(others).toEqual([]);
});

const worldly = [
  ['Date.now', 'const t = Date.now();'],
  ['the current Date', 'const t = new Date();'],
  ['the current Date', 'const t = new Date;'],
  ['the current Date', 'const t = Date();'],
  ['Math.random', 'const r = Math\n  .random();'],
  ['fetch', 'const r = await fetch(url);'],
  ['fetch', 'const client = { get: fetch };'],
  ['process', 'const { env } = process;'],
  ['process', 'const home = given ? process.env : {};'],
  ['process', `const text = \`\${process.pid}\`;`],
  ['console', 'console.log(1);'],
  ['setTimeout', 'setTimeout(go, 1);'],
  ['performance', 'const t = performance.now();'],
  ['globalThis', 'const g = globalThis;'],
  ['crypto', 'crypto.randomUUID();'],
  ['Buffer', "const b = [...Buffer.from('a')];"],
  ['import.meta', 'const here = import.meta.url;'],
];

test.each(worldly)('%s is not for a pure room: %s', (name, line) => {
  expect(plant({ 'judging/planted.ts': line })).toEqual([expect.stringContaining(`judging may not use ${name} `)]);
  expect(plant({ 'adapters/planted.ts': line })).toEqual([]);
});

const innocent = [
  [
    'words in comments and strings',
    "// process.env, import './absent.ts'\n/* fetch() */ const a = 'Date.now()' + \"console\";",
  ],
  [
    'words in templates and patterns',
    'const a = `process ${1} console`; const b = /fetch(x)[/"]/.test(a); const c = 4 / 2;',
  ],
  [
    'members that are merely called so',
    "const a = { fetch: 1, performance: 2 };\nconst b = a.fetch + a?.performance;\nconst tier = 'performance';",
  ],
  [
    'methods that are merely called so',
    'export interface Http {\n  fetch(url: string): Promise<string>;\n  readonly process?: string\n  crypto: string;\n  import(path: string): Promise<void>;\n}',
  ],
  [
    'a date that is given',
    'const a = new Date(0); const b = new Date(\n  text,\n); const c = Date.UTC(2026, 1); const d = Date.parse(text);',
  ],
  ['bytes', 'const a = new Uint8Array(2); const b = new TextEncoder().encode(text);'],
  ['an apostrophe in a comment', "// it's\nconst a = 1; // isn't\nexport type A = `${string}'`;"],
];

test.each(innocent)('%s are no violation', (_name, text) => {
  expect(plant({ 'judging/planted.ts': text })).toEqual([]);
});

test('a port may describe anything', () => {
  const text = [
    "import type { Word } from '../domain/planted.ts';",
    "export type { Word } from '../domain/planted.ts';",
    'export interface Clock { now(): number; class?: string }',
    'declare const brand: unique symbol;',
    'export type Make = abstract new (word: Word) => { const: 1; [brand]: 2 };',
  ].join('\n');
  expect(plant({ 'domain/planted.ts': 'export type Word = 1;', 'ports/planted.ts': text })).toEqual([]);
});

test('tests and assets belong to no room', () => {
  const text = "import { spawn } from 'node:child_process';\nconst a = Date.now() + process.pid;";
  expect(plant({ 'gates/planted.test.ts': text, 'assets/utils/planted.js': text })).toEqual([]);
});

test('a line number leads to the violation', () => {
  const text = "/* one\n two */\nconst a = `\n\n`;\n\nimport { b } from 'node:fs';";
  expect(plant({ 'gates/planted.ts': text })[0]).toMatch(/^gates\/planted\.ts:7: /);
});

test('a file that grows is warned about before it fails', () => {
  const files = new Map([['gates/planted.ts', '//\n'.repeat(lengths.warn + 1)]]);
  expect(warnings(files)).toEqual([expect.stringContaining(`${lengths.warn + 1} lines`)]);
  expect(check(files)).toEqual([]);
});

test('no files is not the same as no problems', () => {
  expect(check(new Map())).toEqual(['there is not one source file to check']);
});

test('the page is checked too', () => {
  const room = (sees) => ({ sees, why: '' });
  const files = new Map([['a/x.ts', '']]);
  expect(check(files, { a: room(['b']) }).join()).toContain("sees 'b', which has no line");
  expect(check(files, { a: room(['b']), b: room(['a']) }).join()).toContain('rooms see each other: a -> b -> a');
});
