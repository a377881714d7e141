import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashOf, runKey, sha256 } from '../../fixtures/ledger-lines.ts';
import { eventFolder, eventPath, formatSequence, readPath, referencePath, runFolder, runPath } from './layout.ts';

const hex = (length: number) =>
  fc
    .array(
      fc.nat(15).map((digit) => digit.toString(16)),
      { minLength: length, maxLength: length },
    )
    .map((digits) => digits.join(''));
const sequences = fc.oneof(fc.nat(), fc.integer({ min: 99_999_990, max: 100_000_010 }), fc.maxSafeNat());

it('readPath() reads every path that is written', () => {
  fc.assert(
    fc.property(hex(40), hex(40), hex(32), hex(64), sequences, (head, tree, key, hash, sequence) => {
      const run = { month: '2026-07', tree, head, runKey: key };
      expect(readPath(runPath(run, sequence))).toEqual({
        kind: 'run',
        month: '2026-07',
        tree: tree.slice(0, 12),
        head: head.slice(0, 12),
        sequence,
        runKey: key,
      });
      const folder = eventFolder(head, tree, sha256);
      expect(readPath(eventPath(folder, sequence, key))).toEqual({ kind: 'event', sequence, runKey: key });
      expect(readPath(referencePath(`sha256:${hash}`))).toEqual({ kind: 'reference', hash: `sha256:${hash}` });
    }),
  );
  expect(readPath('ledger.json')).toEqual({ kind: 'format' });
});

const run = runPath({ month: '2026-07', tree: hashOf('b'), head: hashOf('a'), runKey: runKey(1) }, 12);

it.each([
  '',
  'README.md',
  'Ledger.json',
  './ledger.json',
  'ledger.json/x',
  'runs',
  `/${run}`,
  `${run}\n`,
  `${run}.bak`,
  `x/${run}`,
  `../${run}`,
  run.toUpperCase(),
  run.replace('runs/', 'runs//'),
  run.replace('2026-07', '2026-7'),
  run.replace('bbbbbbbbbbbb', 'bbbbbbbbbbb'),
  run.replace('00000012', '0000012'),
  run.replace('00000012', '000000012'),
  run.replace('00000012', '-0000012'),
  run.replace('.jsonl', '.json'),
  run.replace('runs/2026-07/bbbbbbbbbbbb', 'events/0123456789abcdef'),
  'events/0123456789abcde/00000001-00000000000000000000000000000001.jsonl',
  `references/sha256:${'a'.repeat(64)}`,
  `references/${'A'.repeat(64)}`,
  `references/${'a'.repeat(63)}`,
])('readPath(%j) is null: foreign', (path) => {
  expect(readPath(path)).toBeNull();
});

it('formatSequence() sorts as text up to eight digits', () => {
  expect([1, 99_999_999, 100_000_000].map(formatSequence)).toEqual(['00000001', '99999999', '100000000']);
});

it('eventFolder() tells project and benchmark apart, also when their texts run into each other', () => {
  const folders = [
    ['a', 'b'],
    ['ab', ''],
    ['', 'ab'],
    ['a","b', ''],
    ['b', 'a'],
    ['a/../b', 'c'],
  ] as const;
  const names = folders.map(([project, benchmark]) => eventFolder(project, benchmark, sha256));
  expect(new Set(names).size).toBe(folders.length);
  for (const name of names) expect(name).toMatch(/^events\/[0-9a-f]{16}$/);
});

it('runFolder() depends on month and content only', () => {
  expect(runFolder('2026-07', hashOf('b'))).toBe('runs/2026-07/bbbbbbbbbbbb');
});
