import fc from 'fast-check';
import { expect, it } from 'vitest';
import { golden, itGolden } from '../../fixtures/shared-data.ts';
import { EnvironmentError, IntegrityError, InterruptedError, UsageError } from './errors.ts';
import { type ExitCode, exitCodeOf, exitCodes, worstExitCode } from './exit-code.ts';
import { conclusionOf, isVerdictKind, verdictKinds } from './verdict.ts';

it('every verdict kind has its conclusion and exit code', () => {
  expect(verdictKinds.map((kind) => [kind, conclusionOf(kind), exitCodeOf(kind)])).toEqual([
    ['PASS', 'success', 0],
    ['PROMOTE', 'success', 0],
    ['FAIL', 'failure', 1],
    ['REJECT', 'failure', 1],
    ['NEEDS_MORE_DATA', 'neutral', 2],
    ['NO_BASELINE', 'neutral', 2],
    ['NO_REFERENCE', 'neutral', 2],
    ['SKIPPED', 'neutral', 2],
    ['INVALID', 'failure', 65],
  ]);
});

itGolden('exitCodeOf() is what benchstone exits with', () => {
  for (const { verdict, exit_code: code } of golden<{ verdict: string | null; exit_code?: number }>('gate', 200)) {
    if (verdict !== null) expect(exitCodeOf(verdict)).toBe(code);
  }
});

it.each(['', 'pass', 'MAYBE', 'constructor', '__proto__'])('exitCodeOf(%j) is 3: no kind of this version', (kind) => {
  expect(isVerdictKind(kind)).toBe(false);
  expect(exitCodeOf(kind)).toBe(3);
});

it('worstExitCode() picks the worst, whatever the order, and 2 of nothing', () => {
  const order: readonly ExitCode[] = [130, 70, 69, 65, 64, 4, 3, 1, 2, 0];
  expect(new Set(order)).toEqual(new Set(Object.values(exitCodes)));
  expect(worstExitCode([])).toBe(2);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...order), { minLength: 1 }), (codes) => {
      const worst = Math.min(...codes.map((code) => order.indexOf(code)));
      expect(worstExitCode(codes)).toBe(order[worst]);
    }),
  );
});

it('every class of error has its exit code', () => {
  const details = { nextStep: 'do something' };
  expect(new UsageError('USAGE', 'm', details).exitCode).toBe(64);
  expect(new IntegrityError('LEDGER_CORRUPT', 'm', details).exitCode).toBe(65);
  expect(new EnvironmentError('GIT_MISSING', 'm', details).exitCode).toBe(69);
  expect(new InterruptedError('m', details)).toMatchObject({ exitCode: 130, code: 'INTERRUPTED', place: null });
  expect(new UsageError('USAGE', 'm', { ...details, cause: 1, place: 'here' })).toMatchObject({
    cause: 1,
    place: 'here',
  });
});
