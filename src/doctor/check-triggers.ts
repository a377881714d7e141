import { type ActionUse, actionName, measures, writableScopes } from './action-use.ts';
import { namesHead, plainExpression } from './expression.ts';
import type { Finding } from './finding.ts';
import type { Job, Step, Workflow } from './workflow.ts';

/** Whether a workflow mixes the rights of the default branch with the code of a pull request. `uses` are its steps with the action. */
export function checkTriggers(workflow: Workflow, uses: readonly ActionUse[]): readonly Finding[] {
  const findings: Finding[] = [];
  const target = workflow.events.get('pull_request_target');
  if (target !== undefined && uses.length > 0) {
    findings.push({
      ...error(workflow, target, 'PULL_REQUEST_TARGET'),
      message:
        '`pull_request_target` runs with the rights and the secrets of the default branch, for anybody’s pull request',
      nextStep: 'measure on `pull_request`, and publish on `workflow_run` (`benchgate init --github` writes both)',
    });
  }
  // A token taken in any such workflow can rewrite the ledger; after a `workflow_run` only those that publish are looked at.
  const privileged = target !== undefined || (workflow.events.has('workflow_run') && uses.length > 0);
  for (const job of workflow.jobs) if (privileged) findings.push(...headCheckouts(workflow, job));
  for (const use of uses) findings.push(...measuresPrivileged(use), ...publishesFromHead(use));
  return findings;
}

function error(workflow: Workflow, line: number, code: Finding['code']) {
  return { code, severity: 'error', area: 'workflow', path: workflow.path, line } as const;
}

function headCheckouts(workflow: Workflow, job: Job): readonly Finding[] {
  return job.steps
    .filter((step) => checksOutHead(workflow, job, step) || /\bgh\s+pr\s+checkout\b/.test(step.run?.text ?? ''))
    .map((step) => ({
      ...error(workflow, (step.uses ?? step.run)?.line ?? step.line, 'HEAD_CHECKED_OUT'),
      message: `job ${JSON.stringify(job.id)} fetches the code of a pull request into a run with the default branch's rights; with them it could rewrite the ledger`,
      nextStep: 'check out nothing, or the default branch; `command: report` needs no checkout',
    }));
}

/** Whether actions/checkout is told to fetch a pull request's head. */
function checksOutHead(workflow: Workflow, job: Job, step: Step): boolean {
  if (actionName(step) !== 'actions/checkout') return false;
  const environments = [step.env, job.env, workflow.env];
  return ['ref', 'repository'].some((name) => namesHead(step.with.get(name)?.text ?? '', environments));
}

function measuresPrivileged(use: ActionUse): readonly Finding[] {
  if (!measures(use) || !use.events.includes('workflow_run')) return [];
  return [
    {
      ...error(use.workflow, use.step.with.get('command')?.line ?? use.uses.line, 'MEASURES_WITH_SECRETS'),
      message: `\`command: ${use.command}\` runs code after a \`workflow_run\`, with the default branch's rights`,
      nextStep: 'only `command: report` belongs here; measure on `pull_request`',
    },
  ];
}

/** A pull request's own run that publishes: nothing of the head may run beside a token that can write. */
function publishesFromHead(use: ActionUse): readonly Finding[] {
  const writes = writableScopes(use)?.length !== 0;
  if (measures(use) || !writes || !use.events.includes('pull_request')) return [];
  const local = use.uses.text.startsWith('.');
  return use.job.steps
    .filter((step) => actionName(step) === 'actions/checkout')
    .filter(
      (step) => plainExpression(step.with.get('ref')?.text ?? '') === '' || checksOutHead(use.workflow, use.job, step),
    )
    .map((step) => ({
      ...error(use.workflow, step.uses?.line ?? step.line, 'HEAD_CHECKED_OUT'),
      severity: local ? 'error' : 'warning',
      message: `job ${JSON.stringify(use.job.id)} publishes with a token that can write and checks out the pull request's code${local ? ', the action included' : ''}`,
      nextStep: local
        ? 'check out `ref: ${{ github.event.repository.default_branch }}`'
        : 'leave the checkout out: `command: report` needs none',
    }));
}
