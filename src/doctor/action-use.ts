import { type ActionCommand, actionCommands } from './action-inputs.ts';
import { eventsLeft, isComputed } from './expression.ts';
import type { Job, Permissions, Step, Text, Workflow } from './workflow.ts';

/** One step that runs the action. */
export interface ActionUse {
  readonly workflow: Workflow;
  readonly job: Job;
  readonly step: Step;
  readonly uses: Text;
  /** Null when it is computed or unknown. */
  readonly command: ActionCommand | null;
  /** Events that can bring this step about. */
  readonly events: readonly string[];
}

/** Events whose code or words may come from somebody without a right to write. */
const strangers = new Set([
  'pull_request',
  'pull_request_target',
  'merge_group',
  'workflow_run',
  'workflow_call',
  'issue_comment',
]);

/** Whether a step's `uses` is the action: the given one (`./` for any of the repository's own), or else any whose name holds `benchgate`. */
export function isAction(uses: string, action: string | null): boolean {
  const name = uses.split('@')[0] ?? '';
  if (action === null) return /benchgate/i.test(name);
  return action === './' ? name.startsWith('./') : name === (action.split('@')[0] ?? '');
}

/** Every step of a workflow that runs the action. */
export function actionUses(workflow: Workflow, action: string | null): readonly ActionUse[] {
  return workflow.jobs.flatMap((job) =>
    job.steps.flatMap((step) => {
      const { uses } = step;
      if (uses === null || !isAction(uses.text, action)) return [];
      const events = eventsLeft(eventsLeft([...workflow.events.keys()], job.condition), step.condition);
      return [{ workflow, job, step, uses, command: commandOf(step), events }];
    }),
  );
}

function commandOf(step: Step): ActionCommand | null {
  const word = step.with.get('command')?.text ?? 'gate';
  return actionCommands.find((command) => command === word) ?? null;
}

/** Whether the step runs the project's code. */
export function measures(use: ActionUse): boolean {
  switch (use.command) {
    case 'gate':
    case 'run':
    case 'nightly':
    case 'guard':
    case 'baseline establish':
      return true;
    case 'report':
    case 'promote':
    case 'reference freeze':
    case 'reference replace':
    case null:
      return false;
  }
}

/** Whether the step appends to the repository's ledger. A `workflow_run` tells of strangers and never does. */
export function writesLedger(use: ActionUse): boolean {
  if (use.step.with.get('ledger-remote')?.text === 'none') return false;
  switch (use.command) {
    case 'gate':
    case 'nightly':
    case 'guard':
    case 'baseline establish':
    case 'promote':
    case 'reference freeze':
    case 'reference replace':
      return true;
    case 'report':
      return use.events.some((event) => event !== 'workflow_run');
    case 'run':
    case null:
      return false;
  }
}

/** Whether strangers can bring this step about. */
export function servesStrangers(use: ActionUse): boolean {
  return use.events.some((event) => strangers.has(event));
}

/** An input as written; null when it is not given or computed. */
export function literalInput(step: Step, name: string): string | null {
  const text = step.with.get(name)?.text ?? null;
  return text === null || isComputed(text) ? null : text;
}

/** The permissions that hold for a job: its own, else the workflow's; null for the repository's default. */
export function permissionsOf({ workflow, job }: Pick<ActionUse, 'workflow' | 'job'>): Permissions | null {
  return job.permissions ?? workflow.permissions;
}

/** Scopes that a job's token can write, `write-all` for all; null when the repository's default decides. */
export function writableScopes(use: Pick<ActionUse, 'workflow' | 'job'>): readonly string[] | null {
  const permissions = permissionsOf(use);
  if (permissions === null) return null;
  if (permissions.all !== null) return permissions.all === 'write' ? ['write-all'] : [];
  return [...permissions.scopes].filter(([, level]) => level === 'write').map(([scope]) => scope);
}

/** The action's name without its version, for comparing with `actions/…`. */
export function actionName(step: Step): string {
  return step.uses?.text.split('@')[0]?.toLowerCase() ?? '';
}
