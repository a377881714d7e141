import { type ActionUse, measures } from './action-use.ts';
import { plainExpression } from './expression.ts';
import type { Finding } from './finding.ts';

/** Machines that can't measure: Benchgate runs on Linux and macOS. */
export function checkRunners(use: ActionUse): readonly Finding[] {
  if (!measures(use)) return [];
  const { job, workflow } = use;
  const label = job.runsOn.find(({ text }) => isWindows(text) || fromMatrix(use, text).some(isWindows));
  if (label === undefined) return [];
  return [
    {
      code: 'WINDOWS_RUNNER',
      severity: 'error',
      area: 'workflow',
      path: workflow.path,
      line: label.line,
      message: `job ${JSON.stringify(job.id)} measures on Windows, where Benchgate does not run`,
      nextStep: 'write `runs-on: ubuntu-24.04`, or a macOS machine',
    },
  ];
}

function isWindows(label: string): boolean {
  return /^windows\b/i.test(label);
}

/** The values of `${{ matrix.NAME }}`, as far as they are written down. */
function fromMatrix({ job }: ActionUse, text: string): readonly string[] {
  const name = /^\$\{\{matrix\.([\w-]+)\}\}$/.exec(plainExpression(text))?.[1];
  return [...(job.matrix?.values ?? [])].find(([key]) => key.toLowerCase() === name)?.[1] ?? [];
}
