import { describe, expect, it } from 'vitest';
import { baselineSet, digestOf, hashOf, record, referenceFrozen, stopped } from '../../fixtures/ledger-lines.ts';
import { failed, ok } from '../../fixtures/observations.ts';
import { eventLine, runLine } from './record.ts';
import {
  array,
  boolean,
  finite,
  json,
  Mismatch,
  nullable,
  object,
  oneOf,
  type Shape,
  text,
  variants,
  whole,
} from './shape.ts';

const point = object({ x: finite(), tags: array(text(/^[a-z]+$/)), of: object({ id: whole(1) }) });
const either = variants('kind', { a: object({ kind: oneOf('a'), n: whole() }), b: object({ kind: oneOf('b', 'c') }) });
const good = '{"x":1.5,"tags":["a","bc"],"of":{"id":1}}';

const refused: readonly (readonly [shape: Shape<unknown>, value: string, path: string, message: RegExp])[] = [
  [text(), '1', '', /string/],
  [text(/^a$/), '"a\\n"', '', /must match \/\^a\$\//],
  [text(/^a$/, 'must be an a'), '"b"', '', /must be an a/],
  [whole(), '1.5', '', /whole/],
  [whole(), '9007199254740992', '', /whole/],
  [whole(), '"1"', '', /whole/],
  [whole(1), '0', '', /at least 1/],
  [finite(), '1e999', '', /finite/],
  [finite(), '"1"', '', /finite/],
  [finite(), 'null', '', /finite/],
  [boolean(), '0', '', /true or false/],
  [oneOf('a'), '"b"', '', /must be "a"$/],
  [oneOf(1), '"1"', '', /must be 1$/],
  [oneOf('a', 'b'), '["a"]', '', /one of "a", "b"/],
  [nullable(whole()), '""', '', /whole/],
  [array(whole()), '{"0":1}', '', /list/],
  [array(whole()), '[1,2,null]', '2', /whole/],
  [point, '[]', '', /object/],
  [point, 'null', '', /object/],
  [point, good.replace('"x":1.5,', ''), 'x', /missing/],
  [point, good.replace('bc', 'B'), 'tags.1', /match/],
  [point, good.replace('"id":1', ''), 'of.id', /missing/],
  [point, good.replace('"id":1', '"id":1,"more":2'), 'of', /unknown key "more"/],
  [point, good.replace('"x"', '"__proto__":{"y":1},"x"'), '', /unknown key "__proto__"/],
  [point, good.replace('"x":1.5', '"__proto__":{"x":1}'), 'x', /missing/],
  [point, good.replace('"x"', '"toString":1,"x"'), '', /unknown key "toString"/],
  [point, good.replace('"x"', '"\\u001b[31m":1,"x"'), '', /unknown key "\\u001b\[31m"/],
  [either, '{"kind":"c"}', 'kind', /one of "a", "b"/],
  [either, '{"kind":"toString"}', 'kind', /one of/],
  [either, '{"kind":["a"],"n":1}', 'kind', /one of/],
  [either, '{"n":1}', 'kind', /one of/],
  [either, '{"kind":"a","n":"1"}', 'n', /whole/],
  [either, '7', '', /object/],
];

it.each(refused)('%# refuses %s with its path', (shape, value, path, message) => {
  const found = shape(JSON.parse(value));
  expect(found).toBeInstanceOf(Mismatch);
  expect(found).toMatchObject({ path, message: expect.stringMatching(message) });
});

it('returns the value itself when it has the shape', () => {
  const value: unknown = JSON.parse(good);
  expect(point(value)).toBe(value);
  expect(either({ kind: 'a', n: -1 })).toEqual({ kind: 'a', n: -1 });
  expect(nullable(text())(null)).toBeNull();
  expect(json()(null)).toBeNull();
  expect(json()(undefined)).toBeInstanceOf(Mismatch);
});

type Path = readonly (string | number)[];
type Container = Record<string | number, unknown>;

const lines: readonly (readonly [Shape<unknown>, object])[] = [
  [runLine, record(ok(1, { samples: [1, 2], artifactHash: 'x', message: 'm' }))],
  [runLine, record(failed(), { metaSeed: null, provenance: { merge: hashOf('e'), diff: digestOf('diff') } })],
  [runLine, stopped(1)],
  [eventLine, baselineSet({ notes: 'n', reason: 'r' })],
  [eventLine, referenceFrozen(digestOf('a'), { replaces: digestOf('b') })],
];

/** Places of a line but for those inside free JSON, where damage can't be told from data. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Object.entries(value).flatMap(([key, item]) =>
    key === 'metadata' || key === 'components'
      ? []
      : pathsOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...inside];
}

const at = (value: unknown, path: Path): unknown => path.reduce((inner, key) => (inner as Container)[key], value);
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const key = (path: Path): string | number => path.at(-1) ?? '';
const parent = (line: object, path: Path): Container => at(line, path.slice(0, -1)) as Container;
const put = (line: object, path: Path, value: unknown): void => void (parent(line, path)[key(path)] = value);
const add = (line: object, path: Path, name: string): void =>
  void Object.defineProperty(at(line, path), name, { value: {}, enumerable: true });

const inside = (path: Path): boolean => path.length > 0;
const named = (path: Path): boolean => typeof path.at(-1) === 'string';
const holder = (_path: Path, value: unknown): boolean => isObject(value);

const damages: readonly (readonly [
  what: string,
  fits: (path: Path, value: unknown) => boolean,
  damage: (line: object, path: Path, value: unknown) => void,
])[] = [
  ['a key lost', named, (line, path) => void delete parent(line, path)[key(path)]],
  ['a key more', holder, (line, path) => add(line, path, 'more')],
  ['a key __proto__', holder, (line, path) => add(line, path, '__proto__')],
  ['an empty object', inside, (line, path) => put(line, path, {})],
  ['another list', inside, (line, path) => put(line, path, [{}])],
  ['infinity', inside, (line, path) => put(line, path, Number.POSITIVE_INFINITY)],
  ['nothing', inside, (line, path) => put(line, path, undefined)],
  ['a value of another type', inside, (line, path, value) => put(line, path, typeof value === 'boolean' ? 1 : false)],
];

describe('a ledger line', () => {
  it.each(damages)('with %s is refused for the place of the damage', (_what, fits, damage) => {
    for (const [shape, line] of lines) {
      expect(shape(line)).toBe(line);
      for (const path of pathsOf(line).filter((candidate) => fits(candidate, at(line, candidate)))) {
        const copy = structuredClone(line);
        damage(copy, path, at(line, path));
        const found = shape(copy);
        const place = path.join('.');
        const told = found instanceof Mismatch ? found.path : 'accepted';
        expect(place === '' || told === place || told.startsWith(`${place}.`), `${place}: ${told}`).toBe(true);
        expect(found).toBeInstanceOf(Mismatch);
      }
    }
  });
});
