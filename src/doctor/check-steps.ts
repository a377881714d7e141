import { type ActionUse, actionName, literalInput } from './action-use.ts';
import type { Finding } from './finding.ts';
import type { Workflow } from './workflow.ts';

/** Notes on the steps of a workflow that uses the action: actions that may change unseen, and fetching more than is needed. */
export function checkSteps(workflow: Workflow, uses: readonly ActionUse[]): readonly Finding[] {
  const note = { severity: 'note', area: 'workflow', path: workflow.path } as const;
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const { uses: called } of [...workflow.jobs, ...workflow.jobs.flatMap(({ steps }) => steps)]) {
    if (called === null || isPinned(called.text) || seen.has(called.text)) continue;
    seen.add(called.text);
    findings.push({
      ...note,
      code: 'UNPINNED',
      line: called.line,
      message: `${called.text} can change without this file changing`,
      nextStep: 'name the full commit, with the version in a comment; Dependabot keeps both up to date',
    });
  }
  for (const job of new Set(uses.map((use) => use.job))) {
    for (const step of job.steps) {
      if (actionName(step) !== 'actions/checkout' || literalInput(step, 'fetch-depth') !== '0') continue;
      findings.push({
        ...note,
        code: 'FETCH_DEPTH',
        line: step.with.get('fetch-depth')?.line ?? step.line,
        message: '`fetch-depth: 0` fetches every branch, the ledger too; Benchgate does with a depth of 1',
        nextStep: 'leave it out, unless another step needs the history',
      });
    }
  }
  return findings;
}

function isPinned(uses: string): boolean {
  if (uses.startsWith('./') || uses === '.') return true;
  if (uses.startsWith('docker://')) return uses.includes('@sha256:');
  return /@[0-9a-f]{40}$/i.test(uses);
}
