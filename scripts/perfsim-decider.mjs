// A door from the noise simulator to the gate's own code in dist/: it adds no rule of its own.
import { pairedVerdict, startPaired, stepPaired } from '../dist/benchgate.js';

/** The simulator's interface: push one interleaved pair at a time; null means keep sampling. Lower values are better. */
export function createDecider({ tolerance, alphaFail, alphaPass, maxPairs }) {
  const settings = {
    direction: 'minimize',
    goal: 'no_regression',
    tolerance,
    alphaFail,
    alphaPass,
    minPairs: 6,
    maxPairs,
    promotionSigma: null,
    promotionZ: null,
    requiredBaseline: 2,
    requiredCandidate: 2,
    familySize: 1,
  };
  let state = startPaired(settings);
  return {
    push(base, head) {
      state = stepPaired(state, base, head, settings);
      return pairedVerdict(state, settings) ?? (state.differences.length >= maxPairs ? 'NEEDS_MORE_DATA' : null);
    },
  };
}
