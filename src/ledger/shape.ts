import type { Json } from '../domain/observation.ts';

/** Shapes of parsed JSON, and the check that a value has one. Made for the ledger: strict, and cheap at a cold start. */

/** What keeps a value from having a shape. */
export class Mismatch {
  /** Dotted keys and list indexes from the value down; empty for the value itself. */
  readonly path: string;
  readonly message: string;

  constructor(path: string, message: string) {
    this.path = path;
    this.message = message;
  }

  /** The same problem, as seen from the value that holds this one at `key`. */
  below(key: string | number): Mismatch {
    return new Mismatch(this.path === '' ? String(key) : `${key}.${this.path}`, this.message);
  }
}

/** Returns the value itself when it has the shape, else the first mismatch. An absent value is undefined. */
export type Shape<T> = (value: unknown) => T | Mismatch;

/** The type of the values that have a shape. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

type Fields = Readonly<Record<string, Shape<unknown>>>;
type Shapes<F extends Fields> = { -readonly [Key in keyof F]: Shaped<F[Key]> };

/** A string, all of it as `pattern` says when there is one. */
export function text(pattern?: RegExp, expected?: string): Shape<string> {
  return (value) => {
    if (typeof value !== 'string') return new Mismatch('', 'must be a string');
    return pattern === undefined || pattern.test(value) ? value : new Mismatch('', expected ?? `must match ${pattern}`);
  };
}

/** A safe integer that is not less than `least`. */
export function whole(least?: number): Shape<number> {
  return (value) => {
    if (Number.isSafeInteger(value) && (least === undefined || Number(value) >= least)) return value as number;
    return new Mismatch('', `must be a whole number${least === undefined ? '' : ` of at least ${least}`}`);
  };
}

/** A number; JSON such as `1e999` is read as infinity and refused. */
export function finite(): Shape<number> {
  return (value) => (Number.isFinite(value) ? (value as number) : new Mismatch('', 'must be a finite number'));
}

export function boolean(): Shape<boolean> {
  return (value) => (typeof value === 'boolean' ? value : new Mismatch('', 'must be true or false'));
}

/** Anything but an absent value. Only for what `JSON.parse` returned, where every value is JSON already. */
export function json(): Shape<Json> {
  return (value) => (value === undefined ? new Mismatch('', 'is missing') : (value as Json));
}

/** One of a few constants; with a single one, that one. */
export function oneOf<const T extends string | number>(...choices: readonly T[]): Shape<T> {
  return (value) => (choices.includes(value as T) ? (value as T) : new Mismatch('', mustBe(choices)));
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? null : shape(value));
}

export function array<T>(shape: Shape<T>): Shape<T[]> {
  return (value) => {
    if (!Array.isArray(value)) return new Mismatch('', 'must be a list');
    for (const [index, item] of value.entries()) {
      const read = shape(item);
      if (read instanceof Mismatch) return read.below(index);
    }
    return value as T[];
  };
}

/** An object that has every key of `fields` itself, and no other key. */
export function object<const F extends Fields>(fields: F): Shape<Shapes<F>> {
  const known = Object.entries(fields);
  return (value) => {
    if (!isObject(value)) return new Mismatch('', 'must be an object');
    for (const [key, shape] of known) {
      if (!Object.hasOwn(value, key)) return new Mismatch(key, 'is missing');
      const read = shape(value[key]);
      if (read instanceof Mismatch) return read.below(key);
    }
    const keys = Object.keys(value);
    if (keys.length === known.length) return value as Shapes<F>;
    const unknown = keys.find((key) => !Object.hasOwn(fields, key)) ?? '';
    return new Mismatch('', `unknown key ${JSON.stringify(unknown.slice(0, 60))}`);
  };
}

/** One of several objects, told apart by the constant at `key`. */
export function variants<const F extends Fields>(key: string, options: F): Shape<Shaped<F[keyof F]>> {
  return (value) => {
    if (!isObject(value)) return new Mismatch('', 'must be an object');
    const tag = Object.hasOwn(value, key) ? value[key] : undefined;
    const option = typeof tag === 'string' && Object.hasOwn(options, tag) ? options[tag] : undefined;
    return option === undefined
      ? new Mismatch(key, mustBe(Object.keys(options)))
      : (option(value) as Shaped<F[keyof F]> | Mismatch);
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mustBe(choices: readonly (string | number)[]): string {
  return `must be ${choices.length > 1 ? 'one of ' : ''}${choices.map((choice) => JSON.stringify(choice)).join(', ')}`;
}
