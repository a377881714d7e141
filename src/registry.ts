import type { Gate } from './contracts.ts';
import { exactGate } from './gates/exact.ts';
import { mannWhitneyGate } from './gates/mann-whitney.ts';
import { pairedGate } from './gates/paired.ts';
import { referenceGate } from './gates/reference.ts';
import { sigmaGate } from './gates/sigma.ts';

/** Every rule, by the name a manifest's `gate_policy` gives it (`reference` belongs to the correctness tier). */
export const gates = {
  reference: referenceGate,
  exact: exactGate,
  sigma: sigmaGate,
  mann_whitney: mannWhitneyGate,
  paired: pairedGate,
} as const satisfies Record<string, Gate>;
