import { jsonDepthLimit, nestsTooDeeply } from '../domain/json-depth.ts';

/** Why a request line could not be answered; becomes the line's answer. */
export class RequestError extends Error {
  readonly code: string;
  readonly id: unknown;

  constructor(code: string, message: string, id: unknown) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
    this.id = id;
  }
}

const lineLimit = 10_000_000;

/** One parsed request with checked access to its fields. */
export class StatsRequest {
  readonly id: unknown;
  private readonly fields: Readonly<Record<string, unknown>>;

  private constructor(fields: Readonly<Record<string, unknown>>) {
    this.fields = fields;
    this.id = fields['id'];
  }

  /** Throws RequestError for anything but a JSON object. */
  static parse(line: string): StatsRequest {
    if (line.length > lineLimit)
      throw new RequestError('TOO_LARGE', `a request may have ${lineLimit} characters`, undefined);
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      throw new RequestError('NOT_JSON', 'the line is not JSON', null);
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      throw new RequestError('NOT_AN_OBJECT', 'a request is a JSON object', null);
    }
    if (nestsTooDeeply(parsed)) {
      const { id } = parsed as { id?: unknown };
      const shown = typeof id === 'object' ? undefined : id;
      throw new RequestError('TOO_DEEP', `a request may nest ${jsonDepthLimit} levels deep`, shown);
    }
    return new StatsRequest(parsed as Record<string, unknown>);
  }

  text(name: string): string {
    const value = this.own(name);
    if (typeof value !== 'string') throw this.bad(name, 'must be a string');
    return value;
  }

  /** Finite. */
  number(name: string, fallback?: number): number {
    const value = this.own(name);
    if ((value === undefined || value === null) && fallback !== undefined) return fallback;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.bad(name, 'must be a finite number');
    return value;
  }

  /** Any number; `"Infinity"`, `"-Infinity"` and `"NaN"` stand for those that JSON has no word for. */
  extendedNumber(name: string): number {
    const value = this.own(name);
    if (value === 'Infinity' || value === '-Infinity' || value === 'NaN') return Number(value);
    return this.number(name);
  }

  /** Finite numbers. */
  numbers(name: string): number[] {
    const value = this.own(name);
    if (!Array.isArray(value)) throw this.bad(name, 'must be an array of numbers');
    return value.map((element: unknown) => {
      if (typeof element !== 'number' || !Number.isFinite(element))
        throw this.bad(name, 'holds something that is not a finite number');
      return element;
    });
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.own(name);
    if (value === undefined || value === null) return fallback;
    if (typeof value !== 'boolean') throw this.bad(name, 'must be true or false');
    return value;
  }

  choice<Value extends string>(name: string, allowed: readonly Value[], fallback?: Value): Value {
    const value = this.own(name);
    if ((value === undefined || value === null) && fallback !== undefined) return fallback;
    const match = allowed.find((candidate) => candidate === value);
    if (match === undefined) throw this.bad(name, `must be one of ${allowed.join(', ')}`);
    return match;
  }

  alternative(): 'two_sided' | 'greater' | 'less' {
    return this.choice('alternative', ['two_sided', 'greater', 'less'], 'two_sided');
  }

  /**
   * Metrics of rows: numbers, `"Infinity"`, `"-Infinity"`, or `{status, metric}`. What is null, NaN or not `ok` is dropped.
   * Null when the field itself is null: there is no such group.
   */
  rows(name: string): number[] | null {
    const value = this.own(name);
    if (value === null) return null;
    if (!Array.isArray(value)) throw this.bad(name, 'must be an array');
    return value.flatMap((element: unknown) => {
      const metric = typeof element === 'object' && element !== null ? this.rowMetric(name, element) : element;
      if (metric === null || metric === 'NaN') return [];
      if (metric === 'Infinity') return [Number.POSITIVE_INFINITY];
      if (metric === '-Infinity') return [Number.NEGATIVE_INFINITY];
      if (typeof metric !== 'number') throw this.bad(name, 'holds something that is not a number');
      return [metric];
    });
  }

  private rowMetric(name: string, row: object): unknown {
    const { status, metric } = row as { status?: unknown; metric?: unknown };
    if (typeof status !== 'string') throw this.bad(name, 'holds a row without a status');
    return status === 'ok' ? (metric ?? null) : null;
  }

  private own(name: string): unknown {
    return Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
  }

  private bad(name: string, what: string): RequestError {
    return new RequestError('BAD_FIELD', `"${name}" ${what}`, this.id);
  }
}
