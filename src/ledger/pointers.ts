import type { BaselineSet, LedgerEvent, ReferenceFrozen } from './record.ts';

/** The baseline in force: the last event that set one; events are in append order. */
export function currentBaseline(events: readonly LedgerEvent[]): BaselineSet | null {
  return events.filter((event) => event.event === 'baseline_set').at(-1) ?? null;
}

/** The reference in force: the last one frozen; events are in append order. */
export function currentReference(events: readonly LedgerEvent[]): ReferenceFrozen | null {
  return events.filter((event) => event.event === 'reference_frozen').at(-1) ?? null;
}
