import { UsageError } from '../domain/errors.ts';

const fields = ['entry_point', 'config_path', 'output_path'] as const;
type Field = (typeof fields)[number];

/**
 * Fills benchstone's invocation template: `{entry_point}`, `{config_path}`, `{output_path}`, and `{{` `}}` for braces. Values
 * go in as they are, without quoting, as benchstone does.
 * Throws UsageError for an unknown or unbalanced placeholder, and (unlike benchstone, which exposes Python's format
 * mini-language) for conversions, format specifications and attribute access.
 */
export function fillTemplate(template: string, values: Readonly<Record<Field, string>>): string {
  let result = '';
  for (let index = 0; index < template.length; index++) {
    const character = template.charAt(index);
    if (character !== '{' && character !== '}') {
      result += character;
      continue;
    }
    if (template.charAt(index + 1) === character) {
      result += character;
      index++;
      continue;
    }
    const end = character === '{' ? template.indexOf('}', index) : -1;
    if (end < 0) throw refuse(template, `an unbalanced '${character}' at character ${index + 1}`);
    const name = template.slice(index + 1, end);
    const field = fields.find((candidate) => candidate === name);
    if (field === undefined) throw refuse(template, `the unknown placeholder '{${name}}'`);
    result += values[field];
    index = end;
  }
  return result;
}

function refuse(template: string, what: string): UsageError {
  return new UsageError('MANIFEST_INVALID', `project.invocation has ${what}`, {
    place: `project.invocation = ${JSON.stringify(template)}`,
    nextStep:
      'use {entry_point}, {config_path} and {output_path}; write literal braces twice and shell variables as $NAME',
  });
}
