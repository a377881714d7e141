import type { ActionUse } from './action-use.ts';
import type { Finding } from './finding.ts';
import { checkNameOf } from './publishing.ts';
import type { Text, Workflow } from './workflow.ts';

/** Events that start every workflow that names them; the others are started one workflow at a time. */
const shared = new Set(['pull_request', 'pull_request_target', 'push', 'merge_group', 'workflow_run']);

/** Two steps that write the same check for the same commit: the later one hides what the earlier one found. */
export function checkDuplicates(uses: readonly ActionUse[]): readonly Finding[] {
  const checks = uses.flatMap((use) => {
    const name = checkNameOf(use);
    return name === null ? [] : [{ use, name }];
  });
  const reported = new Set<Workflow>();
  return checks.flatMap(({ use, name }, index): readonly Finding[] => {
    const other = checks.slice(0, index).find((one) => one.name === name && meet(one.use, use));
    if (other === undefined || reported.has(use.workflow)) return [];
    reported.add(use.workflow);
    const { path } = other.use.workflow;
    const where = path === use.workflow.path ? `line ${other.use.uses.line}` : path;
    const event = sharedEvent(other.use, use) ?? '';
    return [
      {
        code: 'DUPLICATE_CHECK',
        severity: 'error',
        area: 'workflow',
        path: use.workflow.path,
        line: use.step.with.get('check-name')?.line ?? use.uses.line,
        message: `writes the check ${JSON.stringify(name)} on ${event}, as ${where} does: the later one hides what the earlier one found`,
        nextStep: 'remove one of the two, or give each a `check-name` of its own',
      },
    ];
  });
}

/** Whether both may write their check in one go; within a workflow only if no condition may keep them apart. */
function meet(first: ActionUse, second: ActionUse): boolean {
  if (first.workflow === second.workflow) {
    if ([first, second].some(({ job, step }) => job.condition !== null || step.condition !== null)) return false;
  }
  return sharedEvent(first, second) !== null;
}

function sharedEvent(first: ActionUse, second: ActionUse): string | null {
  const both = first.events.filter((event) => shared.has(event) && second.events.includes(event));
  return both.find((event) => !keptApart(first.workflow, second.workflow, event)) ?? null;
}

/** Whether a filter lets no event through to both. */
function keptApart(first: Workflow, second: Workflow, event: string): boolean {
  return ['branches', 'types', 'workflows'].some((key) => {
    const [one, other] = [first, second].map((workflow) => workflow.filters.get(event)?.get(key)?.values ?? []);
    if (one === undefined || other === undefined || one.length === 0 || other.length === 0) return false;
    const isPattern = ({ text }: Text) => key === 'branches' && /[*?+[\]!\\]/.test(text);
    if ([...one, ...other].some(isPattern)) return false;
    return !one.some(({ text }) => other.some((value) => value.text === text));
  });
}
