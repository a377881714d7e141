import { UsageError } from '../domain/errors.ts';

/** What selection needs to know of a row. Rows are in append order, the order that defines "latest". */
export interface SelectableRow {
  readonly sha: string;
  readonly metaSeed: string | null;
  /** Digest of uncommitted changes, or null for a clean tree. A dirty row is never part of a baseline. */
  readonly diff: string | null;
}

/** The moved pointer: one commit and the group of rows measured there (null: the manifest's baseline seeds). */
export interface BaselinePointer {
  readonly sha: string;
  readonly metaSeed: string | null;
}

/** Rows of the baseline: the pointer's commit and group, all of them, as benchstone pools them. */
export function baselineRows<Row extends SelectableRow>(rows: readonly Row[], pointer: BaselinePointer): Row[] {
  return rows.filter((row) => row.sha === pointer.sha && row.metaSeed === pointer.metaSeed && row.diff === null);
}

/** Rows of the candidate: at this commit (and this exact dirt), the group of the latest row that has a meta seed. */
export function candidateRows<Row extends SelectableRow>(
  rows: readonly Row[],
  sha: string,
  diff: string | null,
  metaSeed: string | null = null,
): Row[] {
  const here = rows.filter((row) => row.sha === sha && row.diff === diff && row.metaSeed !== null);
  const group = metaSeed ?? here.at(-1)?.metaSeed;
  return here.filter((row) => row.metaSeed === group);
}

/** Meta seeds measured at a commit on a clean tree, ascending. */
export function distinctMetaSeeds(rows: readonly SelectableRow[], sha: string): string[] {
  const seeds = new Set(
    rows.flatMap((row) => (row.sha === sha && row.diff === null && row.metaSeed !== null ? [row.metaSeed] : [])),
  );
  return [...seeds].sort((first, second) =>
    BigInt(first) < BigInt(second) ? -1 : BigInt(first) > BigInt(second) ? 1 : 0,
  );
}

/**
 * The group that a promotion makes the baseline: the asked-for one, or the only one; null when none was measured.
 * Throws UsageError when it is ambiguous or unknown.
 */
export function promotedGroup(rows: readonly SelectableRow[], sha: string, asked: string | null): string | null {
  const seeds = distinctMetaSeeds(rows, sha);
  const known = seeds.length === 0 ? 'none' : seeds.join(', ');
  if (asked !== null) {
    if (seeds.includes(asked)) return asked;
    throw new UsageError('PROMOTE_REFUSED', `no runs with meta seed ${asked} at ${sha.slice(0, 10)}`, {
      place: '--meta-seed',
      nextStep: `choose one of: ${known}`,
    });
  }
  if (seeds.length > 1) {
    throw new UsageError('PROMOTE_REFUSED', `the runs at ${sha.slice(0, 10)} belong to several meta seeds: ${known}`, {
      nextStep: 'pass --meta-seed N to say which group becomes the baseline',
    });
  }
  return seeds[0] ?? null;
}
