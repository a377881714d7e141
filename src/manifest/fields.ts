import * as z from 'zod/mini';
import { exactText, exactTexts, oneOf, type Refusal } from './coerce.ts';
import type { TomlNode } from './locate.ts';
import { pythonText } from './python-text.ts';
import { unprintable } from './unprintable.ts';

/** What an editor shows for a key, and the value that its absence means where that is one value. */
export interface Description {
  readonly title: string;
  readonly description: string;
  readonly default?: unknown;
}

/** What a key may hold: `read` turns the TOML value into the one that `schema` describes and checks. */
export interface Field<T> {
  readonly required: boolean;
  readonly read: (node: TomlNode) => T | Refusal;
  /** Built when it is first asked for: a manifest has few of the keys, and a cold start pays for each schema. */
  readonly schema: () => z.ZodMiniType<T>;
  /** `schema` refuses nothing that `read` returns, so it only describes. */
  readonly plain: boolean;
  readonly description: Description;
}

function field<T>(
  kind: { readonly required: boolean; readonly plain: boolean },
  read: (node: TomlNode) => T | Refusal,
  build: () => z.ZodMiniType<T>,
  description: Description,
): Field<T> {
  let built: z.ZodMiniType<T> | undefined;
  return { ...kind, read, schema: () => (built ??= build()), description };
}

/** A key that may be missing: the default belongs to `normalise`. */
export function optional<T>(
  read: (node: TomlNode) => T | Refusal,
  build: () => z.ZodMiniType<T>,
  description: Description,
): Field<T> {
  return field({ required: false, plain: false }, read, build, description);
}

/** As `optional`, where the type that `read` returns says all that there is to say. */
export function plain<T>(
  read: (node: TomlNode) => T | Refusal,
  build: () => z.ZodMiniType<T>,
  description: Description,
): Field<T> {
  return field({ required: false, plain: true }, read, build, description);
}

/** Any value, as Python's `str()` writes it. */
export function text(description: Description): Field<string> {
  return plain(pythonText, () => z.string(), description);
}

/** A string that says something. */
export function filledText(description: Description): Field<string> {
  return optional(exactText, filled, description);
}

/** Strings that say something. */
export function filledTexts(description: Description): Field<string[]> {
  return optional(exactTexts, () => z.array(filled()), description);
}

/** One of a few words. */
export function choice<const T extends readonly [string, ...string[]]>(
  words: T,
  description: Description,
): Field<T[number]> {
  return plain(oneOf(words), () => z.literal(words), description);
}

/** The name of a project or benchmark: printable, short, and harmless as a part of a path. */
export function name(description: Description): Field<string> {
  const rule = () =>
    z.string().check(
      z.minLength(1, 'must not be empty'),
      z.maxLength(200, 'must not be longer than 200 characters'),
      unless((value) => value !== '' && value.trim() === '', 'must not be blank'),
      unless((value) => /[/\\]/.test(value), 'must not contain `/` or `\\`'),
      unless((value) => value === '.' || value === '..', 'must not be `.` or `..`'),
      unless(
        (value) => unprintable.test(value),
        'must not contain control characters or marks that change the direction of text',
      ),
    );
  return field({ required: true, plain: false }, pythonText, rule, description);
}

/** A branch or remote: given to git, so never an option, and nothing that git refuses in a reference's name. */
export function gitName(description: Description): Field<string> {
  const rule = () =>
    filled().check(
      unless((value) => value.startsWith('-'), 'must not start with `-`'),
      unless((value) => /\s/.test(value) || unprintable.test(value), 'must not contain blanks or control characters'),
    );
  return optional(exactText, rule, description);
}

function filled(): z.ZodMiniString {
  return z.string().check(z.minLength(1, 'must not be empty'));
}

/** A check in words. `z.refine` says the same and makes a schema for it. */
function unless(wrong: (value: string) => boolean, message: string): z.core.CheckFn<string> {
  return ({ value, issues }) => {
    if (wrong(value)) issues.push({ code: 'custom', message, input: value, continue: true });
  };
}
