import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from './coerce.ts';
import type { TomlNode } from './locate.ts';
import { manifestShapes } from './schema.ts';

const line = 1;
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' 1_0 ', '-2', '1e3', 'PATH', 'sigma', 'bytes'),
);
const scalar: fc.Arbitrary<TomlNode> = fc.oneof(
  text.map((value): TomlNode => ({ kind: 'string', value, line })),
  fc.boolean().map((value): TomlNode => ({ kind: 'boolean', value, line })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }).map((value): TomlNode => ({ kind: 'integer', value, line })),
  fc.double().map((value): TomlNode => ({ kind: 'float', value, line })),
  fc.constant<TomlNode>({ kind: 'date', text: '1979-05-27', line }),
);
const items = fc.array(scalar, { maxLength: 3 });
const node = fc.oneof(
  scalar,
  items.map((list): TomlNode => ({ kind: 'array', items: list, line })),
);

const { project, benchmark, ledger, policy } = manifestShapes();
const plain = Object.entries({ ...project, ...benchmark, ...ledger, ...policy }).filter(([, field]) => field.plain);

describe('plain()', () => {
  it.each(plain)('%s: the schema refuses nothing that the reader returns, and changes nothing', (_key, field) => {
    fc.assert(
      fc.property(node, (written) => {
        const value: unknown = field.read(written);
        if (value instanceof Refusal) return;
        expect(field.schema().safeParse(value)).toEqual({ success: true, data: value });
      }),
    );
  });
});
