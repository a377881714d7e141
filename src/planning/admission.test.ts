import { expect, it } from 'vitest';
import { golden, itGolden } from '../../fixtures/shared-data.ts';
import { type ResourceRequest, refusal } from './admission.ts';

interface SchedulerVector extends ResourceRequest {
  readonly active: readonly (ResourceRequest & { readonly status: string })[];
  readonly capacity_threads: number;
  readonly capacity_gpu: number;
  readonly result: string;
}

itGolden('refusal() admits and refuses what benchstone does, for the same cause', () => {
  for (const vector of golden<SchedulerVector>('scheduler', 16)) {
    // A job that is pending or running uses its resources; one that is done, failed or stale doesn't.
    const active = vector.active.filter(({ status }) => status === 'pending' || status === 'running');
    const reason = refusal(vector, active, { threads: vector.capacity_threads, gpus: vector.capacity_gpu });
    if (vector.result === 'admit') expect(reason, JSON.stringify(vector)).toBeNull();
    else expect(reason, JSON.stringify(vector)).toMatch(vector.result.includes('GPU') ? /GPU/ : /threads/);
  }
});

it('refusal() says what is asked, used and there', () => {
  const active = [{ threads: 3, gpu: 'none' }] as const;
  expect(refusal({ threads: 2, gpu: 'none' }, active, { threads: 4, gpus: 0 })).toBe(
    'it asks for 2 threads with 3 in use, and the machine has 4',
  );
  expect(refusal({ threads: 1, gpu: 'direct' }, [], { threads: 4, gpus: 0 })).toContain('none');
});
