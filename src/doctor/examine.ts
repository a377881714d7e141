import { actionUses, isAction } from './action-use.ts';
import { checkConcurrency } from './check-concurrency.ts';
import { checkDuplicates } from './check-duplicates.ts';
import { checkForks } from './check-forks.ts';
import { checkInputs } from './check-inputs.ts';
import { checkPermissions } from './check-permissions.ts';
import { checkPublishing } from './check-publishing.ts';
import { checkRequired } from './check-required.ts';
import { checkRunners } from './check-runners.ts';
import { checkShards } from './check-shards.ts';
import { checkSteps } from './check-steps.ts';
import { checkTriggers } from './check-triggers.ts';
import { type Finding, sorted } from './finding.ts';
import { withoutUse } from './no-use.ts';
import { readWorkflow } from './read-workflow.ts';
import type { Workflow, WorkflowFile } from './workflow.ts';

export interface ExamineOptions {
  /** What `uses` says for the action (`./` in its own repository); null for whatever has `benchgate` in its name. */
  readonly action: string | null;
  /** The label that approves a change of the gate (`policy.gate_change` of the manifest); null or absent when there is none. */
  readonly approvalLabel?: string | null;
}

/** Everything that is wrong with a repository's workflows as far as Benchgate is concerned, sorted. Never throws. */
export function examineWorkflows(files: readonly WorkflowFile[], options: ExamineOptions): readonly Finding[] {
  const { action, approvalLabel = null } = options;
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
      ...uses.flatMap((use) => [
        ...checkInputs(use),
        ...checkPermissions(use),
        ...checkConcurrency(use),
        ...checkRunners(use),
      ]),
    );
  }
  findings.push(
    ...checkForks(workflows, everyUse),
    ...checkDuplicates(everyUse),
    ...checkRequired(everyUse, approvalLabel),
  );
  if (everyUse.length === 0 && findings.length === 0) findings.push(...withoutUse(workflows));
  return sorted(findings);
}

/** Paths of the workflows with a step that uses the action, by this name or by one that holds `benchgate`. */
export function workflowsWithAction(files: readonly WorkflowFile[], action: string): readonly string[] {
  return files.flatMap((file) => {
    const reading = readWorkflow(file);
    if (!('workflow' in reading)) return [];
    const steps = reading.workflow.jobs.flatMap((job) => job.steps);
    const named = steps.some(({ uses }) => uses !== null && (isAction(uses.text, null) || isSame(uses.text, action)));
    return named ? [file.path] : [];
  });
}

/** `./` is itself alone: other actions of the repository are no second Benchgate. */
function isSame(uses: string, action: string): boolean {
  return uses.split('@')[0] === action.split('@')[0];
}

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
