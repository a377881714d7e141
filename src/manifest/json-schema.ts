import * as z from 'zod';
import { manifestShapes } from './schema.ts';

/**
 * Returns the JSON Schema (draft 7, which TOML editors read) of `bench/manifest.toml`. It describes the recommended
 * form: the coercions taken over from benchstone (`threads = "2"`) are read but not offered. Rules between keys that a
 * schema can't say belong to `readManifest`.
 */
export function manifestJsonSchema(): unknown {
  const shapes = manifestShapes();
  const benchmark = z.strictObject(shapes.benchmark).meta({
    title: 'Benchmark',
    description: 'A command that yields one metric or one artifact.',
    anyOf: [
      { required: ['entry_point', 'tier'], not: { anyOf: [{ required: ['command'] }, { required: ['metric'] }] } },
      { required: ['command'], not: { required: ['entry_point'] } },
    ],
  });
  const manifest = z
    .strictObject({
      project: z.strictObject(shapes.project).meta({ title: 'Project', description: 'What is measured.' }),
      benchmarks: z.array(benchmark).min(1).meta({ title: 'Benchmarks', description: 'One table per benchmark.' }),
      ledger: z
        .strictObject(shapes.ledger)
        .optional()
        .meta({ title: 'Ledger', description: 'Where records are kept.' }),
      policy: z
        .strictObject(shapes.policy)
        .optional()
        .meta({ title: 'Policy', description: 'How a run is concluded.' }),
    })
    .meta({ title: 'Benchgate manifest', description: 'bench/manifest.toml: what is measured and how it is judged.' });
  // Nothing is transformed behind `inner`, so its two sides are equal; zod drops the defaults from the input side.
  return z.toJSONSchema(manifest, { io: 'output', target: 'draft-7' });
}
