import { describe, expect, it } from 'vitest';
import { gates } from '../registry.ts';
import { manifestJsonSchema } from './json-schema.ts';
import { manifestShapes } from './schema.ts';

interface Node {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly enum?: readonly string[];
}

const schema = manifestJsonSchema() as Node;
const tables: readonly (readonly [string, Node | undefined, readonly string[]])[] = [
  ['the top level', schema, ['project', 'benchmarks', 'ledger', 'policy']],
  ['project', schema.properties?.['project'], Object.keys(manifestShapes().project)],
  ['benchmarks', schema.properties?.['benchmarks']?.items, Object.keys(manifestShapes().benchmark)],
  ['ledger', schema.properties?.['ledger'], Object.keys(manifestShapes().ledger)],
  ['policy', schema.properties?.['policy'], Object.keys(manifestShapes().policy)],
];

describe('manifestJsonSchema()', () => {
  it.each(tables)('manifestJsonSchema() lists the keys of %s and no others', (_, node, keys) => {
    expect(Object.keys(node?.properties ?? {})).toEqual(keys);
    expect(node?.additionalProperties).toBe(false);
    for (const [key, property] of Object.entries(node?.properties ?? {})) {
      expect(property.type, key).toMatch(/^(string|integer|number|boolean|array|object)$/);
      expect(property.title, key).toMatch(/./);
      expect(property.description, key).toMatch(/./);
    }
  });

  it('manifestJsonSchema() requires what is always required, and tells defaults and choices', () => {
    expect(schema.required).toEqual(['project', 'benchmarks']);
    const benchmark = schema.properties?.['benchmarks']?.items;
    expect(benchmark?.required).toEqual(['name']);
    expect(benchmark?.properties?.['max_pairs']).toMatchObject({ type: 'integer', minimum: 1, default: 30 });
    expect(benchmark?.properties?.['tier']?.enum).toEqual(['correctness', 'performance', 'quality']);
    expect(schema.properties?.['project']?.properties?.['harness_paths']?.default).toEqual(['bench/']);
  });

  it('manifestJsonSchema() offers every gate of the registry that a manifest may name', () => {
    const offered = schema.properties?.['benchmarks']?.items?.properties?.['gate_policy']?.enum ?? [];
    expect([...offered, 'reference'].toSorted()).toEqual(Object.keys(gates).toSorted());
  });

  it('manifestJsonSchema() is JSON', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});
