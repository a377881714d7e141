/** The library: what decides, without anything that touches the world. */
export type { Decision, Gate, GateSettings, Pair } from '../contracts.ts';
export { exitCodeOf, exitCodes, worstExitCode } from '../domain/exit-code.ts';
export type { Observation } from '../domain/observation.ts';
export { conclusionOf, type Verdict, type VerdictKind, verdictKinds } from '../domain/verdict.ts';
export { pairedGate } from '../gates/paired.ts';
export {
  boundsOf,
  foldPaired,
  type PairedState,
  pairedVerdict,
  startPaired,
  stepPaired,
} from '../gates/paired-state.ts';
export { judge } from '../judging/judge.ts';
export { decodeRun, encodeRun } from '../ledger/journal.ts';
export { readManifest } from '../manifest/read.ts';
export { gates } from '../registry.ts';
export { hodgesLehmann } from '../statistics/hodges-lehmann.ts';
export { rankE, rankEInterval } from '../statistics/rank-e.ts';
