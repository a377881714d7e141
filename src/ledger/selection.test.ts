import { expect, it } from 'vitest';
import { metaSeedText, type SelectionVector, selectionVectors } from '../../fixtures/selection-vectors.ts';
import { itGolden } from '../../fixtures/shared-data.ts';
import { baselineRows, candidateRows, distinctMetaSeeds, promotedGroup, type SelectableRow } from './selection.ts';

function rowsOf({ events }: SelectionVector): (SelectableRow & { readonly id: number })[] {
  return events.flatMap((event) =>
    event.event === 'run'
      ? [{ id: event.id, sha: event.git_sha, metaSeed: metaSeedText(event.meta_seed), diff: null }]
      : [],
  );
}

itGolden('selection takes the rows that benchstone takes, and refuses the promotions it refuses', () => {
  for (const vector of selectionVectors()) {
    const rows = rowsOf(vector);
    const { pointer, current_sha: sha } = vector;
    if (pointer !== null) {
      const baseline = baselineRows(rows, { sha: pointer.git_sha, metaSeed: metaSeedText(pointer.meta_seed) });
      expect(
        baseline.map(({ id }) => id),
        vector.id,
      ).toEqual(vector.baseline_run_ids);
    }
    expect(
      candidateRows(rows, sha, null).map(({ id }) => id),
      vector.id,
    ).toEqual(vector.candidate_run_ids);
    const seeds = vector.distinct_meta_seeds.map(String);
    expect(distinctMetaSeeds(rows, sha), vector.id).toEqual(seeds);
    const promote = () => promotedGroup(rows, sha, null);
    const group = vector.promote_force_meta_seed;
    if (group !== undefined) expect(promote(), vector.id).toBe(metaSeedText(group));
    else
      expect(promote, `${vector.id} ${vector.promote_force_error}`).toThrow(
        expect.objectContaining({ code: 'PROMOTE_REFUSED' }),
      );
  }
});

const row = (sha: string, metaSeed: string | null, diff: string | null = null) => ({ sha, metaSeed, diff });

it('baselineRows() never takes a row of a dirty tree', () => {
  const rows = [row('a', null), row('a', null, 'dirt'), row('a', '1'), row('b', null)];
  expect(baselineRows(rows, { sha: 'a', metaSeed: null })).toEqual([rows[0]]);
  expect(baselineRows(rows, { sha: 'a', metaSeed: '1' })).toEqual([rows[2]]);
});

it('candidateRows() takes the latest group at exactly this content, or the one asked for', () => {
  const rows = [row('a', '1'), row('a', '2'), row('a', null), row('a', '3', 'dirt'), row('b', '4'), row('a', '1')];
  expect(candidateRows(rows, 'a', null)).toEqual([rows[0], rows[5]]);
  expect(candidateRows(rows, 'a', null, '2')).toEqual([rows[1]]);
  expect(candidateRows(rows, 'a', 'dirt')).toEqual([rows[3]]);
  expect(candidateRows(rows, 'a', null, '9')).toEqual([]);
  expect(candidateRows(rows, 'c', null)).toEqual([]);
});

it('distinctMetaSeeds() sorts as numbers beyond the safe integers, and leaves dirt out', () => {
  const rows = ['9223372036854775807', '10', '-5', '9', '9223372036854775806', '10'].map((seed) => row('a', seed));
  expect(distinctMetaSeeds([...rows, row('a', '1', 'dirt'), row('a', null)], 'a')).toEqual([
    '-5',
    '9',
    '10',
    '9223372036854775806',
    '9223372036854775807',
  ]);
});

it('promotedGroup() takes the group asked for, and says which there are otherwise', () => {
  const rows = [row('a', '2'), row('a', '1')];
  expect(promotedGroup(rows, 'a', '2')).toBe('2');
  expect(promotedGroup(rows, 'b', null)).toBeNull();
  expect(() => promotedGroup(rows, 'a', null)).toThrow(/several meta seeds: 1, 2/);
  expect(() => promotedGroup(rows, 'a', '3')).toThrow(expect.objectContaining({ nextStep: 'choose one of: 1, 2' }));
  expect(() => promotedGroup(rows, 'b', '3')).toThrow(
    expect.objectContaining({ exitCode: 64, nextStep: expect.stringContaining('none') }),
  );
});
