import fc from 'fast-check';
import { expect, it } from 'vitest';
import { golden, itGolden } from '../../fixtures/shared-data.ts';
import { UsageError } from '../domain/errors.ts';
import { fillTemplate } from './template.ts';

const values = { entry_point: 'E', config_path: '/c', output_path: '/o' };

interface TemplateVector {
  readonly template: string;
  readonly result?: string;
  readonly error?: string;
}

itGolden('fillTemplate() fills every golden template, and refuses conversions and format specifications', () => {
  for (const { template, result } of golden<TemplateVector>('template', 10)) {
    const formatting = /\{\w+[!:.[]/.test(template);
    if (result === undefined || formatting) expect(() => fillTemplate(template, values), template).toThrow(UsageError);
    else expect(fillTemplate(template, values)).toBe(result);
  }
});

it.each([
  ['{{{entry_point}}}', '{E}'],
  ['{{entry_point}}', '{entry_point}'],
  ['}}{{', '}{'],
  ['a && $HOME', 'a && $HOME'],
  ['', ''],
])('fillTemplate() makes %s into %s', (template, expected) => {
  expect(fillTemplate(template, values)).toBe(expected);
});

it.each([
  '{',
  '}',
  'a}b',
  '{}',
  '{0}',
  '{ entry_point }',
  '{entry_point',
  '{entry_point}}',
  '{entry_point!r}',
  '{entry_point:>10}',
  '{entry_point.__class__}',
  '{entry_point[0]}',
  '{{entry_point}',
  '{ENTRY_POINT}',
  '{constructor}',
  '{__proto__}',
  '{a{config_path}}',
])('fillTemplate() refuses %s with exit code 64 and says what is allowed', (template) => {
  expect(() => fillTemplate(template, values)).toThrow(
    expect.objectContaining({ name: 'UsageError', exitCode: 64, nextStep: expect.stringContaining('{entry_point}') }),
  );
});

it('fillTemplate() gives back any text whose braces are doubled, and never reads the values it inserts', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, value) => {
      const doubled = text.replaceAll('{', '{{').replaceAll('}', '}}');
      expect(fillTemplate(doubled, values)).toBe(text);
      expect(fillTemplate(`${doubled}{entry_point}`, { ...values, entry_point: value })).toBe(text + value);
    }),
  );
});
