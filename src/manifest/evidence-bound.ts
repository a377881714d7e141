const concentrations = [0.8, 1.6, 3.2];

/**
 * Returns the largest e-value that the paired gate can reach after `pairs` pairs: the mean over c of
 * prod(1 + tanh(c·(j − ½)/j)) for j = 1 … pairs, every pair agreeing and each larger than those before. 5 pairs give
 * 19.741181, 8 give 139.065895 (facts/performance-statistics.md). Repeated here because this room sees no statistics.
 */
export function largestEvidence(pairs: number): number {
  return bounds(pairs).at(-1) ?? 1;
}

/** Returns the fewest pairs whose e-value can reach `evidence`, or null when more than 2000 would be needed. */
export function pairsNeeded(evidence: number): number | null {
  const index = bounds(2000).findIndex((bound) => bound >= evidence);
  return index < 0 ? null : index + 1;
}

function bounds(pairs: number): number[] {
  const products = concentrations.map(() => 1);
  return Array.from({ length: pairs }, (_, index) => {
    let total = 0;
    for (const [place, concentration] of concentrations.entries()) {
      const product = (products[place] ?? 1) * (1 + Math.tanh((concentration * (index + 0.5)) / (index + 1)));
      products[place] = product;
      total += product;
    }
    return total / concentrations.length;
  });
}
