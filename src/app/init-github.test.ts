import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { templateNames } from '../../fixtures/workflow-faults.ts';
import { examineWorkflows } from '../doctor/examine.ts';
import { actionReference, fillTemplate } from './init-github.ts';

const template = (name: string) => readFileSync(new URL(`../assets/workflows/${name}.yml`, import.meta.url), 'utf8');

interface Steps {
  readonly on: { readonly push?: { readonly branches: readonly string[] } };
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly uses?: string; readonly with?: Record<string, unknown> }[] }>
  >;
}
const stepsOf = (text: string) => Object.values((parse(text) as Steps).jobs).flatMap(({ steps }) => steps);

it.each(templateNames)('fillTemplate() puts the action and nothing else into %s', (name) => {
  const names = { action: 'me/gate@0123456789012345678901234567890123456789', branch: 'main', projectDirectory: '' };
  const filled = fillTemplate(template(name), names);
  expect(filled).toBe(template(name).replaceAll(`uses: ${actionReference}`, `uses: ${names.action}`));
  expect(filled).not.toContain(actionReference);
  expect(fillTemplate(template(name), { ...names, action: actionReference })).toBe(template(name));
});

it('fillTemplate() names the project’s folder in every step of the action', () => {
  for (const name of templateNames) {
    const names = { action: actionReference, branch: 'main', projectDirectory: 'packages/a b: c' };
    const steps = stepsOf(fillTemplate(template(name), names)).filter(({ uses }) => uses === actionReference);
    expect(steps.length).toBeGreaterThan(0);
    for (const step of steps) expect(step.with).toMatchObject({ 'project-dir': 'packages/a b: c' });
  }
});

it('fillTemplate() writes any branch and folder so that they are read back', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '-', '/', '#', ':', '"', "'", '\\', ' ', '$&', '{', '1', 'ß', 'true'),
    minLength: 1,
  });
  fc.assert(
    fc.property(text, text, (branch, projectDirectory) => {
      const filled = fillTemplate(template('benchmark'), { action: actionReference, branch, projectDirectory });
      expect((parse(filled) as Steps).on.push?.branches).toEqual([branch.replaceAll('\\', '\\\\')]);
      const folders = stepsOf(filled).flatMap((step) => step.with?.['project-dir'] ?? []);
      expect(folders).toEqual([projectDirectory, projectDirectory, projectDirectory]);
    }),
  );
});

it('fillTemplate() has a branch’s special characters taken for themselves', () => {
  const filled = fillTemplate(template('benchmark'), { action: actionReference, branch: 'v1+*', projectDirectory: '' });
  expect((parse(filled) as Steps).on.push?.branches).toEqual(['v1\\+\\*']);
});

it('fillTemplate() leaves nothing for the doctor to find', () => {
  const names = { action: './', branch: 'release/1', projectDirectory: 'sub' };
  const files = templateNames.map((name) => ({ path: `${name}.yml`, text: fillTemplate(template(name), names) }));
  expect(examineWorkflows(files, { action: './' }).filter(({ severity }) => severity === 'warning')).toEqual([]);
});
