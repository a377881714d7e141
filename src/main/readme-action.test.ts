import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { examineWorkflows } from '../doctor/examine.ts';
import { inputNames } from './action-inputs.ts';

const text = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const readme = text('README.md');
const action = parse(text('action.yml')) as {
  inputs: Record<string, { description: string; default: string }>;
  outputs: Record<string, { description: string }>;
  runs: Record<string, string>;
};

it('action.yml and the program know the same inputs', () => {
  expect(Object.keys(action.inputs)).toEqual([...inputNames]);
  expect(action.runs).toMatchObject({ using: 'node24', main: 'dist/index.js', post: 'dist/index.js' });
});

it('the README’s tables are those of action.yml', () => {
  const rows = (head: string) => {
    const lines = readme.slice(readme.indexOf(head)).split('\n').slice(2);
    return lines.slice(
      0,
      lines.findIndex((line) => line === ''),
    );
  };
  const inputs = Object.entries(action.inputs).map(
    ([name, { description, default: value }]) =>
      `| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${description} |`,
  );
  expect(rows('| input | default | |')).toEqual(inputs);
  const outputs = Object.entries(action.outputs).map(([name, { description }]) => `| \`${name}\` | ${description} |`);
  expect(rows('| output | |')).toEqual(outputs);
});

const workflow = (marker: string) =>
  new RegExp(`<!-- ${marker} -->\\n\`\`\`yaml\\n([^]*?)\`\`\``).exec(readme)?.[1] ?? '';

it('the README’s fork pair has nothing that the doctor objects to', () => {
  const findings = examineWorkflows(
    [
      { path: '.github/workflows/benchgate.yml', text: workflow('workflow-fork-measure') },
      { path: '.github/workflows/report.yml', text: workflow('workflow-fork-report') },
    ],
    { action: 'benchgate/benchgate@v0' },
  );
  expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
});

it('the README’s one-file workflow has no error, and the doctor warns of what the README says about it', () => {
  const files = [{ path: '.github/workflows/benchgate.yml', text: workflow('workflow-simple') }];
  const findings = examineWorkflows(files, { action: 'benchgate/benchgate@v0' });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(findings.some(({ severity, message }) => severity === 'warning' && /token|write/.test(message))).toBe(true);
});
