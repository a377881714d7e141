import * as z from 'zod/mini';
import type { Field } from './fields.ts';
import { manifestShapes } from './schema.ts';
import type { Shape } from './table.ts';

/**
 * Returns the JSON Schema (draft 7, which TOML editors read) of `bench/manifest.toml`. It describes the recommended
 * form: the coercions taken over from benchstone (`threads = "2"`) are read but not offered. Rules between keys that a
 * schema can't say belong to `readManifest`.
 */
export function manifestJsonSchema(): unknown {
  const shapes = manifestShapes();
  const benchmark = tableOf(shapes.benchmark).check(
    z.meta({
      title: 'Benchmark',
      description: 'A command that yields one metric or one artifact.',
      anyOf: [
        { required: ['entry_point', 'tier'], not: { anyOf: [{ required: ['command'] }, { required: ['metric'] }] } },
        { required: ['command'], not: { required: ['entry_point'] } },
      ],
    }),
  );
  const manifest = z
    .strictObject({
      project: tableOf(shapes.project).check(z.meta({ title: 'Project', description: 'What is measured.' })),
      benchmarks: z
        .array(benchmark)
        .check(z.minLength(1), z.meta({ title: 'Benchmarks', description: 'One table per benchmark.' })),
      ledger: z
        .optional(tableOf(shapes.ledger))
        .check(z.meta({ title: 'Ledger', description: 'Where records are kept.' })),
      policy: z
        .optional(tableOf(shapes.policy))
        .check(z.meta({ title: 'Policy', description: 'How a run is concluded.' })),
    })
    .check(
      z.meta({
        title: 'Benchgate manifest',
        description: 'bench/manifest.toml: what is measured and how it is judged.',
      }),
    );
  return z.toJSONSchema(manifest, { io: 'output', target: 'draft-7' });
}

function tableOf(shape: Shape) {
  return z.strictObject(Object.fromEntries(Object.entries(shape).map(([key, field]) => [key, described(field)])));
}

function described({ required, schema, description }: Field<unknown>): z.ZodMiniType {
  return (required ? schema() : z.optional(schema())).check(z.meta({ ...description }));
}
