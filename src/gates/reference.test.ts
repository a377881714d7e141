import { expect, it } from 'vitest';
import { failed, ok } from '../../fixtures/observations.ts';
import { referenceGate } from './reference.ts';

const same = ok(1, { artifactHash: 'sha256:aa' });
const other = ok(1, { artifactHash: 'sha256:bb' });
const none = ok(1);

it.each([
  ['NO_REFERENCE', null, [same], 1],
  ['NEEDS_MORE_DATA', 'sha256:aa', [], 1],
  ['NEEDS_MORE_DATA', 'sha256:aa', [none, none], 1],
  ['NEEDS_MORE_DATA', 'sha256:aa', [failed()], 1],
  ['NEEDS_MORE_DATA', 'sha256:aa', [failed('reported_error', 'sha256:aa')], 1],
  ['NEEDS_MORE_DATA', 'sha256:aa', [same], 2],
  ['PASS', 'sha256:aa', [same], 1],
  ['PASS', 'sha256:aa', [same, same], 2],
  ['FAIL', 'sha256:aa', [same, other], 1],
  ['FAIL', 'sha256:aa', [other, same], 1],
  ['FAIL', 'sha256:aa', [same, failed()], 1],
  ['FAIL', 'sha256:aa', [same, none], 1],
  ['FAIL', 'sha256:aa', [same, failed('reported_error', 'sha256:bb')], 1],
  ['FAIL', 'sha256:AA', [same], 1],
] as const)('referenceGate.decide() says %s for reference %s and %j with %i required', (kind, hash, rows, required) => {
  expect(referenceGate.decide(hash, rows, required).kind).toBe(kind);
});

it('referenceGate.decide() counts what differs and what matches', () => {
  const decision = referenceGate.decide('sha256:aa', [same, other, same], 1);
  expect(decision.reason).toBe('1 of 3 artifacts differ from the reference: sha256:bb instead of sha256:aa');
  expect(decision.evidence).toEqual({ name: 'artifacts', value: 2, threshold: 3, attainable: 3 });
});
