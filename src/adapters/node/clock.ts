import type { Clock } from '../../ports/clock.ts';

/** The machine's clocks. The monotonic one has nanosecond resolution and is not moved by time synchronisation. */
export const systemClock: Clock = {
  now: () => new Date().toISOString(),
  monotonicSeconds: () => Number(process.hrtime.bigint()) / 1e9,
};
