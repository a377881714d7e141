import fc from 'fast-check';
import { expect, it } from 'vitest';
import { golden, itGolden } from '../../fixtures/shared-data.ts';
import { invocationConfig } from './invocation-config.ts';

const request = {
  benchmark: 'b',
  seed: 42,
  corpusPath: '/abs/c',
  repetitionIndex: 0,
  repetitionTotal: 5,
  wantsArtifact: false,
};

interface ConfigVector {
  readonly args: {
    readonly benchmark: string;
    readonly seed: number;
    readonly corpus_path: string;
    readonly repetition_index: number;
    readonly repetition_total: number;
    readonly artifact_path: string | null;
  };
  readonly json: string;
}

itGolden('invocationConfig() writes every golden config byte for byte', () => {
  for (const { args, json } of golden<ConfigVector>('invocation_config', 2)) {
    const text = invocationConfig(
      {
        benchmark: args.benchmark,
        seed: args.seed,
        corpusPath: args.corpus_path,
        repetitionIndex: args.repetition_index,
        repetitionTotal: args.repetition_total,
        wantsArtifact: args.artifact_path !== null,
      },
      args.artifact_path,
    );
    expect(text).toBe(json);
  }
});

it("invocationConfig() writes what Python's json.dumps(sort_keys=True) writes", () => {
  const text = invocationConfig({ ...request, benchmark: 'a"\\/\b\t\n\f\r\u0001\u007fß\u2028😀\ud800' }, null);
  expect(text).toBe(
    '{"artifact_path": null, "benchmark": "a\\"\\\\/\\b\\t\\n\\f\\r\\u0001\\u007f\\u00df\\u2028\\ud83d\\ude00\\ud800", ' +
      '"corpus_path": "/abs/c", "repetition_index": 0, "repetition_total": 5, "seed": 42}',
  );
});

it('invocationConfig() is printable ASCII that reads back as what was given', () => {
  const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
  fc.assert(
    fc.property(anyText, anyText, (benchmark, path) => {
      const text = invocationConfig({ ...request, benchmark }, path);
      expect(text).toMatch(/^[ -~]+$/);
      expect(JSON.parse(text)).toMatchObject({ benchmark, artifact_path: path });
    }),
  );
});
