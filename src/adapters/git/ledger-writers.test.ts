import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  auditLedger,
  createEntry,
  createScratchLedger,
  type ScratchLedger,
} from '../../../fixtures/ledgers/scratch-ledger.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';

let scratch: ScratchLedger;
beforeEach(() => {
  scratch = createScratchLedger();
});
afterEach(() => scratch.remove());

const writers = [0, 1, 2, 3, 4, 5];

/** Every store writes two entries, all stores at once. */
async function writeTogether(stores: readonly LedgerStore[]): Promise<number[]> {
  const results = await Promise.all(
    stores.map(async (store, writer) => {
      const first = await store.append(createEntry(2 * writer + 1));
      const second = await store.append(createEntry(2 * writer + 2));
      return [first, second];
    }),
  );
  expect(results.flat().every(({ existed }) => !existed)).toBe(true);
  return results.flat().map(({ sequence }) => sequence);
}

const twelve = Array.from({ length: 12 }, (_, index) => index + 1);
const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((one, other) => one - other);

test('six writers to one folder, which nobody has made yet', async () => {
  const sequences = await writeTogether(writers.map(() => scratch.store('local', null)));
  expect(ascending(sequences)).toEqual(twelve);
  const { runs, faults } = auditLedger(join(scratch.folder, 'local'));
  expect(faults).toEqual([]);
  expect(ascending(runs)).toEqual(twelve);
});

test('six writers with a folder each to one remote, which does not have the branch yet', async () => {
  const remote = scratch.createRemote();
  const sequences = await writeTogether(writers.map((writer) => scratch.store(`local-${writer}`, remote)));
  expect(ascending(sequences)).toEqual(twelve);
  const { runs, faults } = auditLedger(remote);
  expect(faults).toEqual([]);
  expect(ascending(runs)).toEqual(twelve);
});

test('six writers with one folder to one remote', async () => {
  const remote = scratch.createRemote();
  const sequences = await writeTogether(writers.map(() => scratch.store('local', remote)));
  expect(ascending(sequences)).toEqual(twelve);
  const { runs, faults } = auditLedger(remote);
  expect(faults).toEqual([]);
  expect(ascending(runs)).toEqual(twelve);
});

test('six writers of the same entry write it once', async () => {
  const remote = scratch.createRemote();
  const results = await Promise.all(
    writers.map((writer) => scratch.store(`local-${writer % 3}`, remote).append(createEntry(1))),
  );
  expect(results.map(({ sequence }) => sequence)).toEqual(writers.map(() => 1));
  expect(auditLedger(remote)).toEqual({ runs: [1], faults: [] });
});
