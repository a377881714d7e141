import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { approvalLabel } from '../../fixtures/workflow-faults.ts';
import { actionInputs } from './action-inputs.ts';
import { examineWorkflows } from './examine.ts';
import type { WorkflowFile } from './workflow.ts';

const root = new URL('../../', import.meta.url);

const filesIn = (folder: string, prefix = ''): readonly WorkflowFile[] =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => ({
      path: `.github/workflows/${prefix}${name}`,
      text: readFileSync(new URL(`${folder}/${name}`, root), 'utf8'),
    }));

const templates = filesIn('src/assets/workflows', 'benchgate-');
const own = filesIn('.github/workflows');
const sets = [
  ['templates', templates, null],
  ['own workflows', own, './'],
] as const;

describe.each(sets)('%s', (_, files, action) => {
  it.each(files.map((file) => [file.path, file] as const))(
    '%s: GitHub’s parser has nothing to say',
    async (_, file) => {
      const result = parseWorkflow({ name: file.path, content: file.text }, new NoOperationTraceWriter());
      const template = result.value && (await convertWorkflowTemplate(result.context, result.value));
      expect(result.context.errors.getErrors().map((error) => error.message)).toEqual([]);
      expect(template?.jobs.length).toBeGreaterThan(0);
    },
  );

  it('examineWorkflows() finds neither an error nor a warning', () => {
    const findings = examineWorkflows(files, { action, approvalLabel });
    expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(findings.map(({ code }) => code)).not.toContain('NO_WORKFLOW');
  });

  it.each(files.map((file) => [file.path, file] as const))(
    '%s: least rights, a time limit, full commits, no expression in a script',
    (_, { text }) => {
      const workflow = parse(text) as {
        permissions: unknown;
        jobs: Record<
          string,
          {
            permissions: object;
            'timeout-minutes': number;
            steps: { uses?: string; run?: string; with?: Record<string, unknown> }[];
          }
        >;
      };
      expect(workflow.permissions).toEqual({});
      for (const job of Object.values(workflow.jobs)) {
        expect(job.permissions).toBeTypeOf('object');
        expect(job['timeout-minutes']).toBeGreaterThan(0);
        for (const { uses, run, with: inputs } of job.steps) {
          expect(run ?? '').not.toContain('${{');
          if (uses?.startsWith('actions/')) expect(uses).toMatch(/@[0-9a-f]{40}$/);
          if (uses?.startsWith('actions/checkout@')) expect(inputs?.['persist-credentials']).toBe(false);
        }
      }
    },
  );
});

it('the parser that the tests trust does object to a bad workflow', () => {
  const content =
    'on: pull_requst\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: "true"\n        uses: x/y@v1\n';
  const { context } = parseWorkflow({ name: 'bad.yml', content }, new NoOperationTraceWriter());
  expect(context.errors.getErrors().length).toBeGreaterThan(0);
});

it('the same pins are used everywhere', () => {
  const pins = [...templates, ...own].flatMap(({ text }) =>
    [...text.matchAll(/uses: (actions\/[\w-]+)@(\S+ # \S+)/g)].map(([, name, pin]) => `${name}@${pin}`),
  );
  const names = new Set(pins.map((pin) => pin.split('@')[0]));
  expect(new Set(pins).size).toBe(names.size);
});

it('actionInputs are those of action.yml', () => {
  const path = new URL('action.yml', root);
  if (!existsSync(path)) return;
  const { inputs } = parse(readFileSync(path, 'utf8')) as { inputs: Record<string, unknown> };
  expect(Object.keys(inputs).sort()).toEqual([...actionInputs.keys()].sort());
});
