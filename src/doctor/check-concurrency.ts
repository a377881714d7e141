import { type ActionUse, writesLedger } from './action-use.ts';
import { plainExpression } from './expression.ts';
import type { Finding } from './finding.ts';
import type { Concurrency } from './workflow.ts';

/** Groups that stop a step while it writes the ledger, or drop the run before it comes to write. */
export function checkConcurrency(use: ActionUse): readonly Finding[] {
  if (!writesLedger(use)) return [];
  const { workflow, job } = use;
  return [workflow.concurrency, job.concurrency].flatMap((concurrency) =>
    concurrency === null ? [] : judge(use, concurrency),
  );
}

function judge(use: ActionUse, concurrency: Concurrency): readonly Finding[] {
  const group = plainExpression(concurrency.group);
  // Alone in its group: nothing is there to cancel it or to wait behind.
  if (group.includes('${{github.run_id}}')) return [];
  const isPerCommit = /github\.(sha|run_id)\b/.test(group);
  const place = { area: 'workflow', path: use.workflow.path } as const;
  const others = isPerCommit ? [] : use.events.filter((event) => event !== 'pull_request');
  const cancel = plainExpression(concurrency.cancelInProgress.text);
  if (/^(true|\$\{\{true\}\})$/.test(cancel)) {
    if (others.length === 0 && !use.events.includes('pull_request')) return [];
    return [
      {
        ...place,
        code: 'CANCELS_LEDGER',
        severity: others.length > 0 ? 'error' : 'warning',
        line: concurrency.cancelInProgress.line,
        message: `\`cancel-in-progress: true\` stops job ${JSON.stringify(use.job.id)} when a newer run starts, and what it measured never reaches the ledger`,
        nextStep: 'move the group to the job that measures, or name it `…-${{ github.run_id }}`',
      },
    ];
  }
  if (!others.includes('push')) return [];
  return [
    {
      ...place,
      code: 'DROPS_WAITING_RUNS',
      severity: 'warning',
      line: concurrency.line,
      message: `of the runs that wait in a group GitHub keeps the newest only: commits would be missing in the ledger of job ${JSON.stringify(use.job.id)}`,
      nextStep: 'leave the group out (the ledger takes writers at the same time), or put `github.sha` into its name',
    },
  ];
}
