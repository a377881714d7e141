import * as z from 'zod';
import { exactText, exactTexts, oneOf, Refusal } from './coerce.ts';
import type { TomlNode } from './locate.ts';
import { pythonText } from './python-text.ts';

/** What an editor shows for a key, and the value that its absence means where that is one value. */
export interface Description {
  readonly title: string;
  readonly description: string;
  readonly default?: unknown;
}

/**
 * Returns a schema that takes a TOML value: `read` turns it into the value that `inner` describes and checks. The JSON
 * Schema shows `inner` alone, the form that is recommended.
 */
export function required<T extends z.ZodType>(
  read: (node: TomlNode) => unknown,
  inner: T,
  description: Description,
): z.ZodType<z.output<T>> {
  return reading(read, inner).meta({ ...description });
}

/** As `required`, for a key that may be missing: the value is then undefined, and the default belongs to `normalise`. */
export function optional<T extends z.ZodType>(
  read: (node: TomlNode) => unknown,
  inner: T,
  description: Description,
): z.ZodOptional<z.ZodType<z.output<T>>> {
  return reading(read, inner)
    .optional()
    .meta({ ...description });
}

function reading<T extends z.ZodType>(read: (node: TomlNode) => unknown, inner: T): z.ZodType<z.output<T>> {
  return z.preprocess((node: TomlNode | undefined, context) => {
    if (node === undefined) {
      context.addIssue({ code: 'custom', message: 'is required' });
      return z.NEVER;
    }
    const value = read(node);
    if (!(value instanceof Refusal)) return value;
    for (const { message, hint, index } of value.parts.length === 0 ? [value] : value.parts) {
      context.addIssue({ code: 'custom', message, path: index === null ? [] : [index], params: { hint } });
    }
    return z.NEVER;
  }, inner);
}

/** Any value, as Python's `str()` writes it. */
export function text(description: Description): z.ZodOptional<z.ZodType<string>> {
  return optional(pythonText, z.string(), description);
}

/** A string that says something. */
export function filledText(description: Description): z.ZodOptional<z.ZodType<string>> {
  return optional(exactText, z.string().min(1, 'must not be empty'), description);
}

/** Strings that say something. */
export function filledTexts(description: Description): z.ZodOptional<z.ZodType<string[]>> {
  return optional(exactTexts, z.array(z.string().min(1, 'must not be empty')), description);
}

/** One of a few words. */
export function choice<const T extends readonly [string, ...string[]]>(
  words: T,
  description: Description,
): z.ZodOptional<z.ZodType<T[number]>> {
  return optional(oneOf(words), z.literal(words), description);
}

/** The name of a project or benchmark: printable, short, and harmless as a part of a path. */
export function name(description: Description): z.ZodType<string> {
  const rule = z
    .string()
    .min(1, 'must not be empty')
    .max(200, 'must not be longer than 200 characters')
    .refine((value) => value === '' || value.trim() !== '', 'must not be blank')
    .refine((value) => !/[/\\]/.test(value), 'must not contain `/` or `\\`')
    .refine((value) => value !== '.' && value !== '..', 'must not be `.` or `..`')
    .refine(
      (value) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(value),
      'must not contain control characters or marks that change the direction of text',
    );
  return required(pythonText, rule, description);
}

/** A branch or remote: given to git, so never an option, and nothing that git refuses in a reference's name. */
export function gitName(description: Description): z.ZodOptional<z.ZodType<string>> {
  const rule = z
    .string()
    .min(1, 'must not be empty')
    .refine((value) => !value.startsWith('-'), 'must not start with `-`')
    .refine(
      (value) => !/[\p{Cc}\p{Cs}\p{Bidi_Control}\s]/u.test(value),
      'must not contain blanks or control characters',
    );
  return optional(exactText, rule, description);
}
