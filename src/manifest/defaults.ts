/** What a missing key means, where that doesn't depend on other keys. */
export const defaults = {
  harnessPaths: ['bench/'],
  threads: 1,
  repetitions: 1,
  tolerance: 0.05,
  alphaFail: 0.01,
  alphaPass: 0.05,
  minPairs: 6,
  maxPairs: 30,
  timeoutSeconds: 600,
} as const;
