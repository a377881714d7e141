import { describe, expect, it } from 'vitest';
import { benchmark, manifest } from '../../fixtures/manifests.ts';
import { verdict } from '../../fixtures/run-reports.ts';
import { type Settlement, settle } from './settle.ts';

const { policy } = manifest([]);
const settlement = (change: Partial<Settlement> = {}): Settlement => ({
  policy,
  origin: 'trusted',
  introduced: false,
  removed: [],
  added: [],
  leftOut: [],
  ...change,
});
const only = (given: Parameters<typeof verdict>[0], change: Partial<Settlement>) =>
  settle([verdict(given)], settlement(change))[0];

describe('settle()', () => {
  it('leaves an ordinary verdict alone', () => {
    const given = verdict({ kind: 'PASS' });
    expect(settle([given], settlement())).toEqual([given]);
  });

  it('lets a first gate judge nothing, and tells what it would have said', () => {
    expect(only({ kind: 'NO_BASELINE' }, { introduced: true })?.reason).toContain('gate introduced');
    expect(only({ kind: 'FAIL', reason: 'worse' }, { introduced: true })).toMatchObject({
      kind: 'NO_BASELINE',
      conclusion: 'neutral',
      reason: expect.stringContaining('FAIL: worse'),
    });
    expect(only({ kind: 'PROMOTE' }, { introduced: true })).toMatchObject({ kind: 'NO_BASELINE' });
  });

  it('reports a new benchmark as not judged yet', () => {
    const added = [benchmark({ name: 'fresh' })];
    expect(settle([], settlement({ added }))).toMatchObject([
      {
        experiment: 'fresh',
        kind: 'NO_BASELINE',
        conclusion: 'neutral',
        reason: expect.stringContaining('new in this change'),
      },
    ]);
  });

  it('calls a removed benchmark that can’t run any more broken evidence', () => {
    const gone = { removed: ['search'] };
    expect(only({ kind: 'FAIL', label: 'crash' }, gone)).toMatchObject({ kind: 'INVALID', conclusion: 'failure' });
    expect(only({ kind: 'FAIL', label: null }, gone)).toMatchObject({ kind: 'FAIL' });
    expect(only({ kind: 'NEEDS_MORE_DATA' }, gone)).toMatchObject({ kind: 'INVALID' });
    const candidate = { count: 3, mean: 1, standardError: 0.1 };
    expect(only({ kind: 'NEEDS_MORE_DATA', candidate }, gone)).toMatchObject({ kind: 'NEEDS_MORE_DATA' });
    expect(only({ kind: 'PASS' }, gone)?.warnings[0]).toContain('removed');
  });

  it('takes a stranger’s PASS for a claim and a stranger’s FAIL for a failure', () => {
    const claimed = { origin: 'claimed' } as const;
    expect(only({ kind: 'PASS' }, claimed)).toMatchObject({ kind: 'PASS', conclusion: 'neutral', label: 'claimed' });
    expect(only({ kind: 'FAIL' }, claimed)).toMatchObject({ conclusion: 'failure' });
    const trusting = { ...claimed, policy: { ...policy, forks: 'trusted' as const } };
    expect(only({ kind: 'PASS' }, trusting)).toMatchObject({ conclusion: 'success' });
  });

  it('hardens open verdicts as the policy says, and never softens a failure', () => {
    const conclusions = { ...policy.conclusions, SKIPPED: 'failure' as const };
    const strict = { policy: { ...policy, conclusions } };
    expect(only({ kind: 'SKIPPED' }, strict)).toMatchObject({ conclusion: 'failure' });
    expect(only({ kind: 'NEEDS_MORE_DATA' }, strict)).toMatchObject({ conclusion: 'neutral' });
    expect(only({ kind: 'INVALID' }, strict)).toMatchObject({ conclusion: 'failure' });
  });
});
