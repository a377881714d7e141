import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CliProject, createCliProject, shellProject } from '../../fixtures/cli-project.ts';

/** Shards at the command line: `run --shard`, `merge`, `report`. */
const benchmark = (name: string) =>
  `[[benchmarks]]\nname = "${name}"\nentry_point = "${name}"\ntier = "performance"\nmetric_direction = "minimize"\ngate_policy = "exact"\n`;
let project: CliProject;
let bundles: string;
beforeEach(async () => {
  project = await createCliProject(shellProject(['a', 'b', 'c'].map(benchmark).join('\n'), 'ok "$(cat cost-$entry)"'));
  bundles = join(project.root, 'bundles');
  await project.commit({ 'cost-a': '1', 'cost-b': '1', 'cost-c': '1' });
  await project.commit({ 'cost-b': '2' });
});
afterEach(() => project.remove());

const measure = async (part: string) => {
  const { exitCode, stderr } = await project.cli(['run', '--shard', part, '--bundle', bundles]);
  expect(stderr).not.toContain('next:');
  expect(exitCode).toBe(0);
};

interface Report {
  readonly verdicts: readonly { readonly experiment: string; readonly kind: string }[];
  readonly ledger: { readonly sequence: number | null };
}
const kinds = (value: unknown) => (value as Report).verdicts.map(({ kind }) => kind);

it('merge() joins the shards of a run into one bundle, which report() judges and records once', async () => {
  for (const part of ['1/2', '2/2']) await measure(part);
  const output = join(project.root, 'all.bundle.jsonl');
  const merged = await project.json(['merge', bundles, '--output', output]);
  expect(merged.exitCode).toBe(0);
  expect(merged.value).toMatchObject({ bundles: 2, confirm: [] });

  const unrecorded = await project.json(['report', bundles, '--no-record']);
  expect(kinds(unrecorded.value)).toEqual(['PASS', 'FAIL', 'PASS']);
  const first = await project.json(['report', output]);
  expect(kinds(first.value)).toEqual(['PASS', 'FAIL', 'PASS']);
  expect(first.exitCode).toBe(1);
  const second = await project.json(['report', bundles]);
  expect((second.value as Report).ledger.sequence).toBe((first.value as Report).ledger.sequence);
  const whole = await project.json(['gate']);
  expect(kinds(whole.value)).toEqual(['PASS', 'FAIL', 'PASS']);
});

it('merge() and report() refuse a run with a part missing', async () => {
  for (const part of ['1/2', '2/2']) await measure(part);
  const [name = ''] = readdirSync(bundles);
  rmSync(join(bundles, name));
  const merged = await project.cli(['merge', bundles, '--output', join(project.root, 'all.bundle.jsonl')]);
  expect(merged.exitCode).toBe(65);
  expect(merged.stderr).toContain('1 shard missing: 1/2');
  const reported = await project.json(['report', bundles]);
  expect(kinds(reported.value)).toEqual(['INVALID', 'INVALID', 'INVALID']);
  expect(reported.exitCode).toBe(65);
});

it('report() refuses bundles that another commit was measured for', async () => {
  for (const part of ['1/2', '2/2']) await measure(part);
  await project.commit({ 'cost-b': '1' });
  const { exitCode, stderr } = await project.cli(['report', bundles]);
  expect(exitCode).toBe(69);
  expect(stderr).toContain('not the head of this clone');
});
