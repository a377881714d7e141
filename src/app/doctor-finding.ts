import type { Area, Finding, MachineCode } from '../doctor/finding.ts';
import { BenchgateError } from '../domain/errors.ts';
import { type ExitCode, exitCodes } from '../domain/exit-code.ts';

/** Something to know that is neither good nor bad. */
export function note(code: MachineCode, area: Area, path: string, message: string, nextStep = ''): Finding {
  return { code, severity: 'note', area, path, line: null, message, nextStep };
}

/** What a check finds, with the errors that a command would stop with as findings. */
export async function findingsOf(path: string, check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof BenchgateError)) throw error;
    const area = areaOf(error.exitCode);
    if (area === null) throw error;
    const { code, message, nextStep } = error;
    return [{ code, severity: 'error', area, path, line: null, message, nextStep }];
  }
}

/** Null for bugs and interruptions. */
function areaOf(exitCode: ExitCode): Area | null {
  switch (exitCode) {
    case exitCodes.usage:
      return 'manifest';
    case exitCodes.integrity:
      return 'ledger';
    case exitCodes.environment:
      return 'environment';
    default:
      return null;
  }
}
