import { expect, it } from 'vitest';
import { baselineSet, digestOf, hashOf, referenceFrozen } from '../../fixtures/ledger-lines.ts';
import { currentBaseline, currentReference } from './pointers.ts';

it('the last event of a kind is in force, and none is null', () => {
  expect([currentBaseline([]), currentReference([])]).toEqual([null, null]);
  const events = [
    baselineSet({ head: hashOf('1') }),
    referenceFrozen(digestOf('a')),
    baselineSet({ head: hashOf('2'), metaSeed: '7' }),
    referenceFrozen(digestOf('b')),
    baselineSet({ head: hashOf('1') }),
  ];
  expect(currentBaseline(events)).toMatchObject({ head: hashOf('1'), metaSeed: null });
  expect(currentBaseline(events.slice(0, 4))).toMatchObject({ head: hashOf('2'), metaSeed: '7' });
  expect(currentReference(events)?.hash).toBe(digestOf('b'));
  expect(currentReference([baselineSet()])).toBeNull();
});
