import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  auditLedger,
  createEntry,
  createScratchLedger,
  gitText,
  type ScratchLedger,
} from '../../../fixtures/ledgers/scratch-ledger.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';

let scratch: ScratchLedger;
beforeEach(() => {
  scratch = createScratchLedger();
});
afterEach(() => scratch.remove());

const writers = [0, 1, 2, 3, 4, 5];

/** Every store writes one entry, all at once; the ledger must hold each where its writer was told. */
async function writeTogether(stores: readonly LedgerStore[], ledger: string): Promise<void> {
  const results = await Promise.all(stores.map((store, writer) => store.append(createEntry(writer + 1))));
  expect(results.map(({ existed }) => existed)).toEqual(stores.map(() => false));
  const { runs, faults } = auditLedger(ledger);
  expect(faults).toEqual([]);
  expect(results.map(({ sequence }) => runs[sequence - 1])).toEqual(stores.map((_, writer) => writer + 1));
  const subjects = results.map(({ commit }) => gitText(ledger, ['log', '-1', '--format=%s', commit]));
  expect(subjects).toEqual(stores.map((_, writer) => `run ${writer + 1} [skip ci]`));
}

test('six writers to one folder, which nobody has made yet', async () => {
  await writeTogether(
    writers.map(() => scratch.store('local', null)),
    join(scratch.folder, 'local'),
  );
});

test('six writers with a folder each to one remote, which does not have the branch yet', async () => {
  const remote = scratch.createRemote();
  await writeTogether(
    writers.map((writer) => scratch.store(`local-${writer}`, remote)),
    remote,
  );
});

test('six writers with one folder to one remote', async () => {
  const remote = scratch.createRemote();
  await writeTogether(
    writers.map(() => scratch.store('local', remote)),
    remote,
  );
});

test('six writers of the same entry write it once', async () => {
  const remote = scratch.createRemote();
  const results = await Promise.all(
    writers.map((writer) => scratch.store(`local-${writer % 3}`, remote).append(createEntry(1))),
  );
  expect(results.map(({ sequence }) => sequence)).toEqual(writers.map(() => 1));
  expect(auditLedger(remote)).toEqual({ runs: [1], faults: [] });
});
