import { actionUses, isAction } from './action-use.ts';
import { checkConcurrency } from './check-concurrency.ts';
import { checkForks } from './check-forks.ts';
import { checkInputs } from './check-inputs.ts';
import { checkPermissions } from './check-permissions.ts';
import { checkPublishing } from './check-publishing.ts';
import { checkShards } from './check-shards.ts';
import { checkSteps } from './check-steps.ts';
import { checkTriggers } from './check-triggers.ts';
import { type Finding, sorted } from './finding.ts';
import { readWorkflow } from './read-workflow.ts';
import type { Workflow, WorkflowFile } from './workflow.ts';

export interface ExamineOptions {
  /** What `uses` says for the action (`./` in its own repository); null for whatever has `benchgate` in its name. */
  readonly action: string | null;
}

/** Everything that is wrong with a repository's workflows as far as Benchgate is concerned, sorted. Never throws. */
export function examineWorkflows(files: readonly WorkflowFile[], { action }: ExamineOptions): readonly Finding[] {
  const findings: Finding[] = [];
  const workflows: Workflow[] = [];
  for (const file of files) {
    const reading = readWorkflow(file);
    if ('workflow' in reading) workflows.push(reading.workflow);
    else findings.push(...reading.findings);
  }
  const everyUse = workflows.flatMap((workflow) => actionUses(workflow, action));
  for (const workflow of workflows) {
    const uses = everyUse.filter((use) => use.workflow === workflow);
    findings.push(...checkTriggers(workflow, uses), ...notVisible(workflow, action));
    if (uses.length === 0) continue;
    findings.push(
      ...checkPublishing(workflow, uses),
      ...checkShards(workflow, uses),
      ...checkSteps(workflow, uses),
      ...uses.flatMap((use) => [...checkInputs(use), ...checkPermissions(use), ...checkConcurrency(use)]),
    );
  }
  findings.push(...checkForks(workflows, everyUse));
  if (everyUse.length === 0 && findings.length === 0) findings.push(noWorkflow);
  return sorted(findings);
}

const noWorkflow: Finding = {
  code: 'NO_WORKFLOW',
  severity: 'note',
  area: 'workflow',
  path: '.github/workflows',
  line: null,
  message: 'no workflow uses Benchgate',
  nextStep: 'run `benchgate init --github` to write a set',
};

/** Reusable workflows of others can't be read from here. */
function notVisible(workflow: Workflow, action: string | null): readonly Finding[] {
  return workflow.jobs.flatMap(({ uses }) =>
    uses === null || uses.text.startsWith('./') || !isAction(uses.text, action)
      ? []
      : [
          {
            code: 'NOT_VISIBLE' as const,
            severity: 'note' as const,
            area: 'workflow' as const,
            path: workflow.path,
            line: uses.line,
            message: `what ${uses.text} does can't be seen from here, so it is not checked`,
            nextStep: 'run `benchgate doctor` in the repository that it comes from',
          },
        ],
  );
}
