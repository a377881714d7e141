import { isVerdictKind } from './verdict.ts';

/** 0 to 4 are benchstone's; 64 to 70 follow sysexits(3); 130 is 128 + SIGINT. */
export const exitCodes = {
  ok: 0,
  worse: 1,
  undecided: 2,
  unknownVerdict: 3,
  unexpected: 4,
  usage: 64,
  integrity: 65,
  environment: 69,
  bug: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Exit code of one verdict kind; 3 for a kind this version does not know (a ledger written by a later one). */
export function exitCodeOf(kind: string): ExitCode {
  if (!isVerdictKind(kind)) return exitCodes.unknownVerdict;
  switch (kind) {
    case 'PASS':
    case 'PROMOTE':
      return exitCodes.ok;
    case 'FAIL':
    case 'REJECT':
      return exitCodes.worse;
    case 'NEEDS_MORE_DATA':
    case 'NO_BASELINE':
    case 'NO_REFERENCE':
    case 'SKIPPED':
      return exitCodes.undecided;
    case 'INVALID':
      return exitCodes.integrity;
  }
}

const worstFirst: readonly ExitCode[] = [130, 70, 69, 65, 64, 4, 3, 1, 2, 0];

/** The code of a run with several results: the worst, in the order 130 > 70 > 69 > 65 > 64 > 4 > 3 > 1 > 2 > 0. Empty gives 2: nothing was shown. */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  return worstFirst.find((code) => codes.includes(code)) ?? exitCodes.undecided;
}
